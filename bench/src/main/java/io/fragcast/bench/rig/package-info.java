/**
 * Load at a fixed rate through real nodes, and the latency of each frag from the time at which it was due.
 */
package io.fragcast.bench.rig;
