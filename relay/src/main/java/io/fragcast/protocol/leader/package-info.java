/**
 * Who leads which block; it must not know files, clocks or the network.
 */
package io.fragcast.protocol.leader;
