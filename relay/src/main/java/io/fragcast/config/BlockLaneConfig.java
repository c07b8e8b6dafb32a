package io.fragcast.config;

import io.fragcast.protocol.block.BlockLimits;
import io.fragcast.protocol.block.SlowSink;
import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * The block lane of a node.
 *
 * @param isMulticast      true to hear upstream peers through the group.
 * @param listen           where upstream peers reach the node.
 * @param sinks            whom the node sends to, in order.
 * @param multicast        the group; null for none.
 * @param networkInterface of the group, as ADDRESS or ADDRESS/BITS.
 * @param slowSink         what to do about a sink that is out of window.
 * @param windowBytes      that one sink may have in flight.
 * @param rttNs            round trip to the farthest peer.
 * @param bytesPerSecond   most that the path carries.
 * @param limits           what the node holds at most.
 */
public record BlockLaneConfig(
    boolean isMulticast,
    Endpoint listen,
    List<PeerName> sinks,
    @Nullable Endpoint multicast,
    String networkInterface,
    SlowSink slowSink,
    int windowBytes,
    long rttNs,
    long bytesPerSecond,
    BlockLimits limits)
{
    /**
     * The same lane to others.
     *
     * @param others whom the node sends to.
     * @return a lane that differs in its sinks alone.
     */
    public BlockLaneConfig withSinks(final List<PeerName> others)
    {
        return new BlockLaneConfig(
            isMulticast,
            listen,
            others,
            multicast,
            networkInterface,
            slowSink,
            windowBytes,
            rttNs,
            bytesPerSecond,
            limits);
    }
}
