package io.fragcast.watch;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
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
            name, role, () -> schedule, counters, latencies, board, sources, sinks, PeerClocks.NONE, List::of, null,
            () -> 4_096, () -> nowNs, nowNs);
    }

    /**
     * Puts the node in mid-block, one frag missing, after blocks of every outcome.
     */
    public void showMidBlock()
    {
        for (final FragcastCounter counter : FragcastCounter.values())
        {
            counters.get(counter).set(counter.name().startsWith("FRAMES_") ? 0 : counter.id() % 3);
        }
        counters.get(FragcastCounter.FRAMES_RECEIVED).set(1_482_118);
        counters.get(FragcastCounter.FRAMES_ACCEPTED).set(1_482_001);
        counters.get(FragcastCounter.FRAMES_STALE).set(117);
        counters.get(FragcastCounter.JOURNAL_BYTES).set(9_223_118_772L);
        sources.onPeer(0, true);
        final BlockPhase[] phases =
            {BlockPhase.VERIFIED, BlockPhase.VERIFIED, BlockPhase.ABORTED, BlockPhase.VERIFIED};
        for (int i = 0; i < 26; i++)
        {
            board.onEnded(1_204_311 + i, 2, i == 17 ? BlockPhase.MISMATCHED : phases[i % 4], 10, 140 + i,
                60_000 + i * 7_919L % 120_000, 1_980_000_000L + i, nowNs - (26 - i) * 2_000_000_000L);
        }
        board.onTermOpen(2, nowNs);
        board.onAttempt(2, 1_204_337, 1_795_235_820_000L, nowNs - 1_420_000_000L);
        for (final int seq : new int[]{0, 1, 3, 4, 5})
        {
            board.onFrag(seq, false, 14, 17_204, 0);
            board.onChunk(17_204);
        }
        board.onFrag(6, true, 14, 17_204, 0);
        board.onChunk(2_608);
        board.onDelivered(1);
        board.onProgress(nowNs - 12_000_000);
        for (int i = 0; i < 400; i++)
        {
            final long extraNs = i % 97 * 900L;
            latencies.record(LatencyStage.HOP, 24_000 + extraNs);
            latencies.record(LatencyStage.PUBLISH_RECEIVE, 61_000 + 3 * extraNs);
            latencies.record(LatencyStage.RECEIVE_ACCEPT, 39_000 + extraNs);
            latencies.record(LatencyStage.RECEIVE_DELIVER, 82_000 + 2 * extraNs);
            latencies.record(LatencyStage.PUBLISH_DELIVER, 143_000 + 9 * extraNs);
        }
    }
}
