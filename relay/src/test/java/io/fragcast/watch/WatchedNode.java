package io.fragcast.watch;

import io.fragcast.counter.Counters;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.Schedule;

import java.util.List;

/**
 * A node's watch without a node: everything is there to be written, and time stands where the test puts it.
 */
public final class WatchedNode
{
    /** Chain of the schedule. */
    public static final long CHAIN_ID = 10;

    /** What the node counts. */
    public final Counters counters = Counters.inMemory();
    /** Its histograms. */
    public final StageLatencies latencies = new StageLatencies(counters);
    /** Its board. */
    public final BlockBoard board = new BlockBoard();
    /** Whom it listens to. */
    public final Presence sources;
    /** Whom it sends to. */
    public final Presence sinks;
    /** Epoch nanoseconds now. */
    public long nowNs = 1_795_235_821_000_000_000L;
    private final String name;
    private final String role;

    /**
     * A node of a name.
     *
     * @param name    of the node.
     * @param role    of the node.
     * @param sources whom it listens to.
     * @param sinks   whom it sends to.
     */
    public WatchedNode(final String name, final String role, final List<String> sources, final List<String> sinks)
    {
        this.name = name;
        this.role = role;
        this.sources = new Presence(sources);
        this.sinks = new Presence(sinks);
    }

    /**
     * What it shows.
     *
     * @return the watch.
     */
    public NodeWatch watch()
    {
        final Schedule schedule = new Schedule(CHAIN_ID, 1_408, List.of(
            new LeaderTerm(1, 0, 99, new byte[65], null, List.of("10.0.0.1:14040"), null),
            new LeaderTerm(2, 100, Long.MAX_VALUE, new byte[65], null, List.of(), null)));

        return new NodeWatch(
            name, role, () -> schedule, counters, latencies, board, sources, sinks, PeerClocks.NONE, () -> 4_096,
            () -> nowNs, nowNs);
    }
}
