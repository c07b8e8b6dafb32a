package io.fragcast.watch;

import io.fragcast.counter.Counters;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.protocol.peer.PeerSnapshot;
import io.fragcast.protocol.repair.AskedBoard;
import org.agrona.concurrent.EpochNanoClock;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * All that one node shows, for whoever serves it to its operator. Everything in it may be read by any thread until the
 * node is closed; the counters live in the media driver's file, so a reader ends before the node does.
 *
 * @param name        of the node.
 * @param role        of the node: sequencer, relay or replica.
 * @param schedule    that holds now.
 * @param counters    of the node.
 * @param latencies   of the node.
 * @param board       of blocks.
 * @param sources     whom it listens to.
 * @param sinks       whom it sends to.
 * @param peerClocks  what is known of the peers' clocks.
 * @param peers       whom it talks to, what they have, and since when that is known.
 * @param asked       what it asks of whom; null if it asks nobody.
 * @param journalLag  bytes that wait to be journaled.
 * @param epochClock  that the board is written by.
 * @param startedNs   when the node was launched, epoch nanoseconds.
 */
public record NodeWatch(
    String name,
    String role,
    Supplier<Schedule> schedule,
    Counters counters,
    StageLatencies latencies,
    BlockBoard board,
    Presence sources,
    Presence sinks,
    PeerClocks peerClocks,
    Supplier<List<PeerSnapshot>> peers,
    @Nullable AskedBoard asked,
    LongSupplier journalLag,
    EpochNanoClock epochClock,
    long startedNs)
{
}
