package io.fragcast.sim.checker;

import io.fragcast.protocol.fanout.FanoutPlanner;
import io.fragcast.protocol.fanout.Plan;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.Schedule;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Nobody accepts a plan that the leader of its term did not make; every plan keeps its degree; and a parent that has
 * fallen silent is none two cadences later, where somebody else who feeds the node is heard.
 */
public final class PlanChecker
{
    /** Two cadences of 200 ms. */
    private static final long REPLACED_NS = 400_000_000;
    /** Three Heartbeats: who was heard since is heard. */
    private static final long HEARD_NS = 300_000_000;
    /** A look each tenth of a cadence, between two duty cycles of a node that idles. */
    private static final long LOOK_NS = 30_000_000;
    private static final long NEVER_NS = Long.MIN_VALUE;

    private final Schedule schedule;
    private final List<byte[]> leaderKeys;
    private final Set<String> planned = new TreeSet<>();
    private final List<Set<Integer>> feeders = new ArrayList<>();
    private final long[][] heardNs;
    private final long[][] heardSinceNs;
    private final int[] parents;
    private long accepted;
    private long replaced;

    /**
     * A checker.
     *
     * @param schedule   as its author has it.
     * @param leaderKeys of the nodes that lead, by index.
     * @param nodes      that take part, by index.
     */
    public PlanChecker(final Schedule schedule, final List<byte[]> leaderKeys, final int nodes)
    {
        this.schedule = schedule;
        this.leaderKeys = List.copyOf(leaderKeys);
        heardNs = new long[nodes][nodes];
        heardSinceNs = new long[nodes][nodes];
        parents = new int[nodes];
        for (int i = 0; i < nodes; i++)
        {
            feeders.add(new TreeSet<>());
            onNodeUp(i);
        }
    }

    /**
     * A node came up: it knows no plan, and heard nobody.
     *
     * @param node index.
     */
    public void onNodeUp(final int node)
    {
        feeders.get(node).clear();
        Arrays.fill(heardNs[node], NEVER_NS);
        parents[node] = Plan.NO_NODE;
    }

    /**
     * A leader made a plan.
     *
     * @param node index of the leader.
     * @param plan made.
     */
    public void onPlanned(final int node, final Plan plan)
    {
        final LeaderTerm term = schedule.termNumbered(plan.leaderTerm());
        if (null == term || !Arrays.equals(leaderKeys.get(node), term.publicKey()))
        {
            throw new SimFailure("node " + node + " plans for another: " + plan);
        }
        final int[] children = new int[plan.size()];
        final int[] wards = new int[plan.size()];
        for (int i = 1; i < plan.size(); i++)
        {
            children[plan.parent(i)]++;
            if (Plan.NO_NODE != plan.backup(i))
            {
                wards[plan.backup(i)]++;
            }
        }
        for (int i = 0; i < plan.size(); i++)
        {
            final int most = plan.degree() + (0 == i ? FanoutPlanner.NEXT_LEADERS : 0);
            if (children[i] > most || wards[i] > plan.degree() || plan.relays(i) >= FanoutPlanner.MAX_DEPTH)
            {
                throw new SimFailure("node " + node + " plans beyond degree " + plan.degree() + ": " + plan);
            }
        }
        planned.add(plan.toString());
    }

    /**
     * A node has accepted a plan.
     *
     * @param node index.
     * @param plan accepted.
     */
    public void onAccepted(final int node, final Plan plan)
    {
        accepted++;
        if (!planned.contains(plan.toString()))
        {
            throw new SimFailure("node " + node + " accepts a plan that its leader did not make: " + plan);
        }
    }

    /**
     * Who may feed a node from now on.
     *
     * @param node    index.
     * @param sources indices of those that it hears.
     */
    public void onFeeders(final int node, final Set<Integer> sources)
    {
        feeders.get(node).clear();
        feeders.get(node).addAll(sources);
    }

    /**
     * A node took a frame of the block lane.
     *
     * @param node  index.
     * @param from  index of who sent it.
     * @param nowNs by the node's clock.
     */
    public void onHeard(final int node, final int from, final long nowNs)
    {
        if (!isHeard(node, from, nowNs, HEARD_NS))
        {
            heardSinceNs[node][from] = nowNs;
        }
        heardNs[node][from] = nowNs;
    }

    /**
     * A node has looked after its ways.
     *
     * @param node   index.
     * @param parent index of who feeds it first; {@link Plan#NO_NODE}: nobody does.
     * @param nowNs  by the node's clock.
     */
    public void onLooked(final int node, final int parent, final long nowNs)
    {
        if (Plan.NO_NODE != parent && parent != parents[node])
        {
            replaced += Plan.NO_NODE == parents[node] ? 0 : 1;
            parents[node] = parent;
        }
        if (Plan.NO_NODE == parent || isHeard(node, parent, nowNs, REPLACED_NS))
        {
            return;
        }
        for (final int other : feeders.get(node))
        {
            if (other != parent && isHeard(node, other, nowNs, HEARD_NS - LOOK_NS) &&
                nowNs - heardSinceNs[node][other] > LOOK_NS)
            {
                throw new SimFailure("node " + node + " keeps parent " + parent + ", silent for " +
                    (nowNs - heardNs[node][parent]) / 1_000_000 + " ms, though it hears node " + other);
            }
        }
    }

    /**
     * Plans that were accepted, by all nodes.
     *
     * @return count.
     */
    public long accepted()
    {
        return accepted;
    }

    /**
     * Parents that gave way to others, at all nodes.
     *
     * @return count.
     */
    public long replaced()
    {
        return replaced;
    }

    private boolean isHeard(final int node, final int from, final long nowNs, final long withinNs)
    {
        final long lastNs = heardNs[node][from];

        return NEVER_NS != lastNs && nowNs - lastNs < withinNs;
    }
}
