package io.fragcast.node;

import io.fragcast.counter.Counters;
import io.fragcast.protocol.block.BlockConsumer;
import io.fragcast.protocol.block.FrameForwarder;
import io.fragcast.protocol.peer.PeerSnapshot;
import io.fragcast.protocol.repair.AskedBoard;
import io.fragcast.watch.BlockBoard;
import io.fragcast.watch.LatencyStage;
import io.fragcast.watch.NodeWatch;
import io.fragcast.watch.PeerClocks;
import io.fragcast.watch.Presence;
import io.fragcast.watch.StageLatencies;
import io.fragcast.watch.WatchedConsumer;
import io.fragcast.watch.WatchedForwarder;
import org.agrona.concurrent.EpochNanoClock;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What a node writes down so that it can be watched: its hot agent writes, anybody reads.
 */
final class NodeSight
{
    private final String name;
    private final Counters counters;
    private final EpochNanoClock clock;
    private final StageLatencies latencies;
    private final BlockBoard board = new BlockBoard();
    private final Presence sources;
    private final Presence sinks;
    private final long startedNs;

    NodeSight(final String name, final Links links, final Counters counters, final EpochNanoClock clock)
    {
        this.name = name;
        this.counters = counters;
        this.clock = clock;
        latencies = new StageLatencies(counters);
        sources = new Presence(links.sourceNames());
        sinks = new Presence(links.sinkNames());
        startedNs = clock.nanoTime();
    }

    Presence sources()
    {
        return sources;
    }

    Presence sinks()
    {
        return sinks;
    }

    BlockBoard board()
    {
        return board;
    }

    FrameForwarder accepted(final @Nullable FrameForwarder next)
    {
        return new WatchedForwarder(next, clock, latencies, board, false);
    }

    FrameForwarder published(final @Nullable FrameForwarder next)
    {
        return new WatchedForwarder(next, clock, latencies, board, true);
    }

    BlockConsumer delivered(final BlockConsumer consumer)
    {
        return new WatchedConsumer(consumer, clock, latencies, board);
    }

    void repaired(final long latencyNs)
    {
        latencies.record(LatencyStage.REPAIR, latencyNs);
    }

    NodeWatch watch(
        final String role,
        final NodeSchedule schedule,
        final PeerClocks clocks,
        final Supplier<List<PeerSnapshot>> peers,
        final @Nullable AskedBoard asked,
        final LongSupplier journalBacklog)
    {
        return new NodeWatch(
            name,
            role,
            schedule.current()::current,
            counters,
            latencies,
            board,
            sources,
            sinks,
            clocks,
            peers,
            asked,
            journalBacklog,
            clock,
            startedNs);
    }
}
