package io.fragcast.cli;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;

/**
 * What the demo was asked for.
 *
 * @param blocks      file of blocks, or null for those inside the jar.
 * @param relays      relays between sequencer and replicas; 0: the sequencer feeds the replicas itself.
 * @param replicas    replicas, at least 1.
 * @param frags       frags a block is cut into.
 * @param leaders     sequencers that take turns.
 * @param blocksPerTerm blocks of a turn at most.
 * @param intervalMs  milliseconds from frag to frag; 0: as fast as everyone takes them.
 * @param isMulticast whether streams go to groups instead of peers.
 * @param lossPercent of the block lane's datagrams that each receiver loses.
 * @param isNakOff    whether holes are left to the repair lane, Aeron's own retransmission being off.
 * @param httpPort    where the status page of all nodes is served on loopback, 0 for any port; null: nowhere.
 */
record DemoOptions(
    @Nullable Path blocks,
    int relays,
    int replicas,
    int frags,
    int leaders,
    int blocksPerTerm,
    int intervalMs,
    boolean isMulticast,
    double lossPercent,
    boolean isNakOff,
    @Nullable Integer httpPort)
{
}
