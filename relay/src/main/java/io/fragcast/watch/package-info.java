/**
 * What a node shows of itself: latencies by stage, the block it puts together, who is connected. Hot agents write it
 * without waiting or allocating, anybody may read it; it must not know who reads, nor over what.
 */
package io.fragcast.watch;
