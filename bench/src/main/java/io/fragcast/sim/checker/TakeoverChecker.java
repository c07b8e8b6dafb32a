package io.fragcast.sim.checker;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.fragcast.protocol.block.MismatchReason;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.Schedule;

/**
 * Leaders that die are followed in time: where nothing but deaths goes wrong, the first message of the n-th in turn
 * under its early term leaves n x K cadences after the last one under any term before, or after it came up itself, or
 * after the first of those came up that it sends to. And all agree on what came of it: on the same attempt at each
 * height.
 */
public final class TakeoverChecker
{
    /** A frag's time, by which silence is counted. */
    public static final long CADENCE_NS = 200_000_000;
    /** Longest way of the last message, the duty cycles of both ends, and the clock's drift. */
    private static final long SLACK_NS = 150_000_000;

    private final Schedule schedule;
    private final boolean isTimely;
    private final List<Map<Long, Attempt>> chains = new ArrayList<>();
    private final Map<Integer, Long> lastSentNs = new HashMap<>();
    private final Map<Integer, Long> beganNs = new TreeMap<>();
    private final long[] upSinceNs;
    private long takeovers;
    private long deaths;
    private long longestNs;

    /**
     * A checker.
     *
     * @param schedule as its author has it.
     * @param nodes    that deliver, by index.
     * @param isTimely nothing goes wrong in the run that may delay a takeover, but deaths.
     */
    public TakeoverChecker(final Schedule schedule, final int nodes, final boolean isTimely)
    {
        this.schedule = schedule;
        this.isTimely = isTimely;
        upSinceNs = new long[nodes];
        for (int i = 0; i < nodes; i++)
        {
            chains.add(new TreeMap<>());
        }
    }

    /**
     * A node came up.
     *
     * @param node  index.
     * @param nowNs time of the run.
     */
    public void onNodeUp(final int node, final long nowNs)
    {
        upSinceNs[node] = nowNs;
    }

    /**
     * Nobody hears what a node sends.
     *
     * @param node  index.
     * @param nowNs time of the run.
     */
    public void onUnheard(final int node, final long nowNs)
    {
        upSinceNs[node] = nowNs;
    }

    /**
     * A node's first frame under a term left, or a later one.
     *
     * @param node        index of a leader.
     * @param term        of the frame.
     * @param blockNumber of the frame.
     * @param nowNs       time of the run.
     */
    public void onSent(final int node, final int term, final long blockNumber, final long nowNs)
    {
        final LeaderTerm own = schedule.termNumbered(term);
        if (null != own && blockNumber < own.firstBlock() && null == beganNs.putIfAbsent(term, nowNs))
        {
            takeovers++;
            onTakeover(node, own, blockNumber, nowNs);
        }
        lastSentNs.put(term, nowNs);
    }

    private void onTakeover(final int node, final LeaderTerm own, final long blockNumber, final long nowNs)
    {
        long lastNs = 0;
        for (final Map.Entry<Integer, Long> sent : lastSentNs.entrySet())
        {
            lastNs = sent.getKey() < own.number() ? Math.max(lastNs, sent.getValue()) : lastNs;
        }
        final LeaderTerm before = schedule.termOfBlock(blockNumber);
        if (!isTimely || null == before || 0 == lastNs)
        {
            return;
        }
        final int turns = own.number() - before.number();
        final long tookNs = nowNs - Math.max(lastNs, upSinceNs[node]);
        if (tookNs > (long)turns * schedule.autoTakeover() * CADENCE_NS + SLACK_NS)
        {
            throw new SimFailure("node " + node + " took over block " + blockNumber + " as term " + own.number() +
                " only after " + tookNs / 1_000_000 + " ms, " + turns + " in turn at " + schedule.autoTakeover() +
                " cadences");
        }
        if (1 == turns)
        {
            longestNs = Math.max(longestNs, tookNs);
        }
    }

    /**
     * A node that hears late of a takeover may have verified what the next leader does not build on: may it say so?
     *
     * @param reason of a block that is MISMATCHED.
     * @return true if the reason is its parent, and leaders may take over.
     */
    boolean mayFork(final int reason)
    {
        return 0 < schedule.autoTakeover() && MismatchReason.CHAIN == MismatchReason.ofCode(reason);
    }

    /**
     * A leader died while it told its peers that it takes over.
     *
     * @param copies that had left it by then.
     */
    public void onDeath(final int copies)
    {
        deaths |= 1L << copies;
    }

    /**
     * A node delivered VERIFIED.
     *
     * @param node    index.
     * @param attempt that it was.
     */
    void onVerified(final int node, final Attempt attempt)
    {
        chains.get(node).put(attempt.blockNumber(), attempt);
    }

    /**
     * A node took blocks back.
     *
     * @param node    index.
     * @param attempt that stands in their place.
     */
    void onReorg(final int node, final Attempt attempt)
    {
        chains.get(node).keySet().removeIf((number) -> number >= attempt.blockNumber());
    }

    /**
     * Do two nodes differ in a block?
     *
     * @param replicas   that must agree.
     * @param firstBlock of the heights.
     * @param lastBlock  of the heights.
     * @return the first difference, or an empty string.
     */
    public String difference(final List<Integer> replicas, final long firstBlock, final long lastBlock)
    {
        for (long block = firstBlock; block <= lastBlock; block++)
        {
            for (final int replica : replicas)
            {
                final Attempt first = chains.get(replicas.get(0)).get(block);
                final Attempt other = chains.get(replica).get(block);
                if (null == first || !first.equals(other))
                {
                    return "replicas " + replicas.get(0) + " and " + replica + " have " + first + " and " + other;
                }
            }
        }

        return "";
    }

    /**
     * Terms that began early.
     *
     * @return count.
     */
    public long takeovers()
    {
        return takeovers;
    }

    /**
     * Where leaders died among the copies of what they said.
     *
     * @return bit n: n copies had left one.
     */
    public long deaths()
    {
        return deaths;
    }

    /**
     * The longest that a takeover by the next in turn took of those that were measured.
     *
     * @return in cadences; 0: none was.
     */
    public double longestCadences()
    {
        return (double)longestNs / CADENCE_NS;
    }
}
