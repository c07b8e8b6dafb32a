package io.fragcast.protocol.fanout;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Plans the tree of a term, tier by tier. A function of what it is given: the same peers and the same plan before give
 * the same plan, in whatever order the peers come.
 * <ul>
 *   <li>The next leaders are children of the leader, on top of its degree, and feed nobody: they will lead soon.</li>
 *   <li>Those who can forward come before those who cannot, so that the first tier has room for degree x degree below
 *       it: with enough relays degree + degree^2 peers get their first copy over at most one relay.</li>
 *   <li>Who served badly goes behind the others of its kind: the worst parent ends among the leaves.</li>
 *   <li>Each stays where it was if it may; else it goes to its backup, which feeds it already; else to whoever feeds
 *       fewest.</li>
 *   <li>A backup has, if there is one, a way to the leader without the parent in it.</li>
 * </ul>
 * Who finds no room is left out, and counted by the caller: it asks a peer to feed it.
 */
public final class FanoutPlanner
{
    /** Deepest tree: a frame passes at most three relays. */
    public static final int MAX_DEPTH = 4;
    /** Known ahead, and fed first. */
    public static final int NEXT_LEADERS = 2;
    /** No parent is to be relieved. */
    public static final long NO_PARENT = 0;

    private final long leader;
    private final int degree;
    private final int spareDegree;
    private final int maxNodes;

    /**
     * A planner of one leader.
     *
     * @param leader      its id.
     * @param degree      most children of a node, at least 1.
     * @param spareDegree most orphans that a node feeds besides.
     * @param maxNodes    that a plan has room for, the leader among them.
     */
    public FanoutPlanner(final long leader, final int degree, final int spareDegree, final int maxNodes)
    {
        if (degree < 1 || spareDegree < 0 || maxNodes < 1)
        {
            throw new IllegalArgumentException(
                "degree " + degree + ", spare degree " + spareDegree + ", nodes " + maxNodes);
        }
        this.leader = leader;
        this.degree = degree;
        this.spareDegree = spareDegree;
        this.maxNodes = maxNodes;
    }

    /**
     * Plans.
     *
     * @param peers          to be fed; each id once, the leader's not among them.
     * @param before         the plan that holds, or null for none.
     * @param worstParent    id of a parent that shall feed nobody, unless somebody had no room then; or
     *                       {@link #NO_PARENT}.
     * @param leaderTerm     whose blocks it is for.
     * @param version        of the plan.
     * @param validFromBlock first block that goes its way.
     * @return the plan; peers without room are not in it.
     */
    public Plan plan(
        final List<FanoutPeer> peers,
        final @Nullable Plan before,
        final long worstParent,
        final int leaderTerm,
        final int version,
        final long validFromBlock)
    {
        Draft draft = draft(peers, before, worstParent);
        if (NO_PARENT != worstParent && draft.size < draft.ids.length)
        {
            draft = draft(peers, before, NO_PARENT);
        }

        return new Plan(
            leaderTerm,
            version,
            validFromBlock,
            degree,
            spareDegree,
            Arrays.copyOf(draft.ids, draft.size),
            Arrays.copyOf(draft.parents, draft.size),
            Arrays.copyOf(draft.backups, draft.size));
    }

    private Draft draft(final List<FanoutPeer> peers, final @Nullable Plan before, final long worstParent)
    {
        final Draft draft = new Draft(peers, before, worstParent);
        draft.placeNextLeaders();
        draft.placeOthers();
        draft.chooseBackups();

        return draft;
    }

    /** A plan in the making: nodes in the order they were placed, so parents stand before their children. */
    private final class Draft
    {
        final long[] ids;
        final int[] parents;
        final int[] backups;
        int size = 1;
        private final List<FanoutPeer> waiting;
        private final @Nullable FanoutPeer[] peers;
        private final int[] depths;
        private final int[] children;
        private final int[] wards;
        private final @Nullable Plan before;
        private final long worstParent;

        Draft(final List<FanoutPeer> all, final @Nullable Plan before, final long worstParent)
        {
            this.before = before;
            this.worstParent = worstParent;
            waiting = new ArrayList<>(all);
            waiting.sort(Comparator.comparingLong(FanoutPeer::id));
            final int room = Math.min(maxNodes, 1 + all.size());
            ids = new long[room];
            parents = new int[room];
            backups = new int[room];
            peers = new FanoutPeer[room];
            depths = new int[room];
            children = new int[room];
            wards = new int[room];
            ids[0] = leader;
            parents[0] = Plan.NO_NODE;
            Arrays.fill(backups, Plan.NO_NODE);
        }

        void placeNextLeaders()
        {
            final List<FanoutPeer> next = new ArrayList<>();
            for (final FanoutPeer peer : waiting)
            {
                if (peer.isNextLeader() && peer.leaderRank() < NEXT_LEADERS)
                {
                    next.add(peer);
                }
            }
            next.sort(Comparator.comparingInt(FanoutPeer::leaderRank).thenComparingLong(FanoutPeer::id));
            for (final FanoutPeer peer : next)
            {
                place(peer, 0);
            }
            // On top of its degree.
            children[0] = 0;
        }

        /** A tier at a time: first who is in it, then whose child each of them is. */
        void placeOthers()
        {
            int tierStart = 0;
            for (int depth = 1; depth <= MAX_DEPTH && !waiting.isEmpty(); depth++)
            {
                final int tierEnd = size;
                final List<FanoutPeer> members = membersOf(depth, Math.min(room(tierStart, tierEnd, depth), spare()));
                adopt(members, tierStart, tierEnd, depth, true);
                adopt(members, tierStart, tierEnd, depth, false);
                for (final FanoutPeer peer : members)
                {
                    place(peer, leastLoaded(tierStart, tierEnd, depth, peer));
                }
                tierStart = 1 == depth ? 1 : tierEnd;
            }
        }

        void chooseBackups()
        {
            for (int node = 1; node < size; node++)
            {
                final int kept = previous(ids[node], false);
                final int best = Plan.NO_NODE != kept && mayBackUp(kept, node) && !sharesWay(kept, node) ?
                    kept : bestBackup(node);
                if (Plan.NO_NODE != best)
                {
                    backups[node] = best;
                    wards[best]++;
                }
            }
        }

        private int spare()
        {
            return ids.length - size;
        }

        private int room(final int from, final int to, final int depth)
        {
            int room = 0;
            for (int node = from; node < to; node++)
            {
                room += mayFeed(node, depth) ? degree - children[node] : 0;
            }

            return room;
        }

        /** Forwarders first, of them those who are not moved up by it; then by service, distance and id. */
        private List<FanoutPeer> membersOf(final int depth, final int count)
        {
            final List<FanoutPeer> order = new ArrayList<>(waiting);
            order.sort(Comparator
                .comparingInt((FanoutPeer peer) -> feeds(peer) ? 0 : 1)
                .thenComparingInt((peer) -> wasWithin(peer.id(), depth) ? 0 : 1)
                .thenComparingLong(FanoutPeer::lagFrags)
                .thenComparingInt(FanoutPeer::distance)
                .thenComparingLong(FanoutPeer::id));

            return new ArrayList<>(order.subList(0, Math.min(count, order.size())));
        }

        /** Those whose parent of before, or whose backup, is in the tier above and has room. */
        private void adopt(
            final List<FanoutPeer> members, final int from, final int to, final int depth, final boolean byParent)
        {
            for (int i = 0; i < members.size(); i++)
            {
                final FanoutPeer peer = members.get(i);
                final int node = previous(peer.id(), byParent);
                if (from <= node && node < to && mayFeed(node, depth) && children[node] < degree)
                {
                    place(peer, node);
                    members.remove(i--);
                }
            }
        }

        private int leastLoaded(final int from, final int to, final int depth, final FanoutPeer peer)
        {
            int best = Plan.NO_NODE;
            for (int node = from; node < to; node++)
            {
                if (mayFeed(node, depth) && children[node] < degree &&
                    (Plan.NO_NODE == best || children[node] < children[best] ||
                    children[node] == children[best] && distance(node, peer) < distance(best, peer)))
                {
                    best = node;
                }
            }
            assert Plan.NO_NODE != best : "no room for " + Long.toHexString(peer.id());

            return best;
        }

        private int bestBackup(final int node)
        {
            int best = Plan.NO_NODE;
            for (int other = 0; other < size; other++)
            {
                if (mayBackUp(other, node) && (Plan.NO_NODE == best || isBetterBackup(other, best, node)))
                {
                    best = other;
                }
            }

            return best;
        }

        /** The leader last: what it sends twice it sends later to all. */
        private boolean isBetterBackup(final int one, final int other, final int node)
        {
            if (sharesWay(one, node) != sharesWay(other, node))
            {
                return sharesWay(other, node);
            }
            if (0 == one || 0 == other)
            {
                return 0 == other;
            }
            if (wards[one] != wards[other])
            {
                return wards[one] < wards[other];
            }

            return depths[one] != depths[other] ? depths[one] < depths[other] : distance(one, peer(node)) <
                distance(other, peer(node));
        }

        private boolean mayBackUp(final int other, final int node)
        {
            return other != parents[node] && wards[other] < degree && (0 == other || feeds(peer(other))) &&
                depths[other] < MAX_DEPTH && !isBelow(other, node);
        }

        /** Does the way to a backup lead through the node's parent? The leader is on every way. */
        private boolean sharesWay(final int backup, final int node)
        {
            return 0 != parents[node] && isBelow(backup, parents[node]);
        }

        private boolean isBelow(final int node, final int ancestor)
        {
            int above = node;
            while (Plan.NO_NODE != above && above > ancestor)
            {
                above = parents[above];
            }

            return above == ancestor;
        }

        private boolean mayFeed(final int node, final int depth)
        {
            return depths[node] == depth - 1 && (0 == node || feeds(peer(node)));
        }

        private boolean feeds(final FanoutPeer peer)
        {
            return peer.canForward() && !(peer.isNextLeader() && peer.leaderRank() < NEXT_LEADERS) &&
                peer.id() != worstParent;
        }

        private FanoutPeer peer(final int node)
        {
            final FanoutPeer peer = peers[node];
            assert null != peer : "node " + node + " is the leader";

            return peer;
        }

        private int distance(final int node, final FanoutPeer peer)
        {
            return 0 == node ? peer.distance() : Math.abs(peer(node).distance() - peer.distance());
        }

        /** Where the parent of before is now, or the backup. */
        private int previous(final long id, final boolean byParent)
        {
            final int was = null == before ? Plan.NO_NODE : before.nodeOf(id);
            if (null == before || Plan.NO_NODE == was)
            {
                return Plan.NO_NODE;
            }
            final int feeder = byParent ? before.parent(was) : before.backup(was);

            return Plan.NO_NODE == feeder ? Plan.NO_NODE : nodeOf(before.id(feeder));
        }

        private boolean wasWithin(final long id, final int depth)
        {
            final int was = null == before ? Plan.NO_NODE : before.nodeOf(id);

            return null != before && Plan.NO_NODE != was && before.relays(was) < depth;
        }

        private int nodeOf(final long id)
        {
            for (int i = 0; i < size; i++)
            {
                if (id == ids[i])
                {
                    return i;
                }
            }

            return Plan.NO_NODE;
        }

        private void place(final FanoutPeer peer, final int parent)
        {
            if (size == ids.length)
            {
                return;
            }
            waiting.remove(peer);
            ids[size] = peer.id();
            peers[size] = peer;
            parents[size] = parent;
            depths[size] = depths[parent] + 1;
            children[parent]++;
            size++;
        }
    }
}
