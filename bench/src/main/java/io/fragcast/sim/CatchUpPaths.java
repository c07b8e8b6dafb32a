package io.fragcast.sim;

import java.util.ArrayList;
import java.util.List;

/**
 * The paths of a world of {@link SimCatchUp}: every relay hears the leader, the replica hears some relays; whoever
 * misses something asks the relays, and most the leader too.
 */
final class CatchUpPaths
{
    private static final long US = 1_000;
    private static final long MS = 1_000_000;
    /** DESIGN 4.1: small, so that they push back before they take the line from the block lane. */
    private static final int ASKED_WINDOW = 64 << 10;
    private static final int BLOCK_WINDOW = 1 << 20;
    private static final int SESSION_BASE = 1_000;
    private static final int BLOCK_LANE = 1;
    private static final int REPAIR_LANE = 2;
    private static final int BULK_LANE = 4;
    private static final int CONTROL_LANE = 6;
    private static final int LEADER = 0;

    private final CatchUpOptions options;
    private final SimNetwork network;
    private final SimRandom random;
    private final List<SimPath> block = new ArrayList<>();
    private final List<SimLink.Pair> repair = new ArrayList<>();
    private final List<SimLink.Pair> bulk = new ArrayList<>();
    private final List<SimLink.Pair> control = new ArrayList<>();

    CatchUpPaths(final CatchUpOptions options, final SimNetwork network, final SimRandom random)
    {
        this.options = options;
        this.network = network;
        this.random = random;
        final int hearing = random.between(1, options.relays());
        for (int relay = 1; relay <= options.relays(); relay++)
        {
            block.add(connect(LEADER, relay, BLOCK_LANE, false));
            if (relay == hearing || random.isHit(0.5))
            {
                block.add(connect(relay, options.replica(), BLOCK_LANE, false));
            }
        }
        for (int node = 1; node <= options.replica(); node++)
        {
            for (int holder = LEADER; holder <= options.relays(); holder++)
            {
                if (node != holder && (LEADER != holder || options.isLeaderAsked() || options.replica() != node))
                {
                    ask(repair, node, holder, REPAIR_LANE);
                    ask(bulk, node, holder, BULK_LANE);
                    ask(control, node, holder, CONTROL_LANE);
                }
            }
        }
    }

    /** Of the block, repair and control lanes. */
    LeanNode.Ways waysOf(final int node)
    {
        return new LeanNode.Ways(
            block.stream().filter((path) -> path.to() == node).toList(),
            block.stream().filter((path) -> path.from() == node).toList(),
            repair.stream().filter((pair) -> pair.asking() == node).toList(),
            repair.stream().filter((pair) -> pair.holder() == node).toList(),
            control.stream().filter((pair) -> pair.asking() == node).toList(),
            control.stream().filter((pair) -> pair.holder() == node).toList());
    }

    /** Those whom a node fetches from. */
    List<SimLink.Pair> bulkAskedBy(final int node)
    {
        return bulk.stream().filter((pair) -> pair.asking() == node).toList();
    }

    /** Those who fetch from a node. */
    List<SimLink.Pair> bulkServedBy(final int node)
    {
        return bulk.stream().filter((pair) -> pair.holder() == node).toList();
    }

    private void ask(final List<SimLink.Pair> pairs, final int asking, final int holder, final int lane)
    {
        pairs.add(new SimLink.Pair(
            connect(asking, holder, lane, true), connect(holder, asking, lane + 1, true)));
    }

    private SimPath connect(final int from, final int to, final int lane, final boolean isReliable)
    {
        final int session = (lane * SESSION_BASE + from) * SESSION_BASE + to;
        final long delayNs = random.between(20 * US, 2 * MS);
        final double disorder = isReliable ? 0 : options.loss();

        return network.connect(from, to, session, new PathOptions(
            isReliable,
            delayNs,
            delayNs / 4,
            4 * delayNs,
            options.loss(),
            0,
            0,
            disorder,
            disorder,
            isReliable ? ASKED_WINDOW : BLOCK_WINDOW), random.forPart(session));
    }
}
