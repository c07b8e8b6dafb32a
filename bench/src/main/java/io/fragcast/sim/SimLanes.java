package io.fragcast.sim;

import java.util.ArrayList;
import java.util.List;

/**
 * Connects the nodes of a run, lane by lane.
 */
final class SimLanes
{
    private static final int SESSION_BASE = 1_000;
    private static final int REPAIR_SESSION_BASE = 1_000_000;
    /** DESIGN 4.1: small, so that repair pushes back before it takes the line from the block lane. */
    private static final int REPAIR_WINDOW = 64 << 10;
    private static final int CONTROL_SESSION_BASE = 2_000_000;
    /** As on the repair lane; statements of all kinds at once. */
    private static final int CONTROL_WINDOW = 64 << 10;

    private final SimulatorOptions options;
    private final Topology topology;
    private final SimNetwork network;

    SimLanes(final SimulatorOptions options, final Topology topology, final SimNetwork network)
    {
        this.options = options;
        this.topology = topology;
        this.network = network;
    }

    /** One path of the block lane, slower than another by a factor of its own. */
    SimPath connect(final int from, final int to, final SimRandom pathRandom)
    {
        final PathOptions base = options.path();
        final int factor = pathRandom.between(1, 4);
        final PathOptions own = new PathOptions(
            base.isReliable(),
            base.minDelayNs() * factor,
            base.meanExtraDelayNs() * factor,
            base.nakDelayNs(),
            base.lossProbability(),
            base.burstProbability(),
            base.burstNs(),
            base.duplicateProbability(),
            base.reorderProbability(),
            Math.max(base.windowBytes(), 8 * options.mtu()));
        final int sessionId = (from + 1) * SESSION_BASE + to;

        return network.connect(from, to, sessionId, own, pathRandom.forPart(sessionId));
    }

    /** A unicast lane of its own between each node and its holders: reliable, with a window of few frames. */
    List<SimLink.Pair> connectRepair(final SimRandom pathRandom)
    {
        final List<SimLink.Pair> pairs = new ArrayList<>();
        for (int node = 0; node < options.nodes(); node++)
        {
            for (final int holder : topology.holders(node))
            {
                pairs.add(new SimLink.Pair(
                    connectRepair(node, holder, pathRandom), connectRepair(holder, node, pathRandom)));
            }
        }

        return pairs;
    }

    private SimPath connectRepair(final int from, final int to, final SimRandom pathRandom)
    {
        final int sessionId = REPAIR_SESSION_BASE + (from + 1) * SESSION_BASE + to;

        return network.connect(
            from, to, sessionId, options.path().unicast(REPAIR_WINDOW), pathRandom.forPart(sessionId));
    }

    /** Between the same nodes: whom one asks for frames it also dials to talk to. */
    List<SimLink.Pair> connectControl(final SimRandom pathRandom)
    {
        final List<SimLink.Pair> pairs = new ArrayList<>();
        for (int node = 0; node < options.nodes(); node++)
        {
            for (final int peer : topology.holders(node))
            {
                pairs.add(new SimLink.Pair(
                    connectControl(node, peer, pathRandom), connectControl(peer, node, pathRandom)));
            }
        }

        return pairs;
    }

    /** Where the block lane asks for nothing again, neither does this one: what is said must stand that. */
    private SimPath connectControl(final int from, final int to, final SimRandom pathRandom)
    {
        final int sessionId = CONTROL_SESSION_BASE + (from + 1) * SESSION_BASE + to;
        final PathOptions own = options.isReliable() ?
            options.path().unicast(CONTROL_WINDOW) : options.path().window(CONTROL_WINDOW);

        return network.connect(from, to, sessionId, own, pathRandom.forPart(sessionId));
    }
}
