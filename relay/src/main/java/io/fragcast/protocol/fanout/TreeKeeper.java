package io.fragcast.protocol.fanout;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.peer.FeedConsumer;
import io.fragcast.protocol.peer.FeedKind;
import org.agrona.collections.LongArrayList;
import org.agrona.concurrent.status.AtomicCounter;
import org.jspecify.annotations.Nullable;

import java.util.concurrent.TimeUnit;

/**
 * Keeps a node in the tree: opens the ways that the plans name before they hold, follows the plan that does, and when a
 * parent falls silent has another feed the node.
 * <pre>
 *            plan, configuration                 silent                    heard again
 *   parent ──────────────────────▶ FEEDS ──────────────────▶ the backup is parent now ────▶ FEEDS
 *   backup ──────────────────────▶ FEEDS too                 the nearest other is asked     what was asked is told STOP
 * </pre>
 * Parent and backup both send all there is: the first copy counts, the second costs a look at its header. So the loss
 * of a parent delays nothing; it only leaves one way where two should be, and the nearest peer that forwards is asked
 * for another. Where all are silent the leader may be: peers are asked at once, and later only if one of them is ahead.
 * <p>
 * Pure, and of fixed size: 2 planned and 2 asked at a time, besides those of coming plans. Used by the thread of the
 * peers.
 */
public final class TreeKeeper implements FeedConsumer, PlanConsumer
{
    /** How often the state is looked at: a tenth of a cadence. */
    static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(20);

    private final long self;
    private final boolean canForward;
    private final boolean isFollowing;
    private final TreePeers peers;
    private final TreeLinks links;
    private final Orphans orphans;
    private final PlanShelf shelf = new PlanShelf();
    private final Feeders feeders;

    private final AtomicCounter plansAdopted;
    private final AtomicCounter orphanCount;
    private final AtomicCounter orphansRefused;

    private boolean isChanged = true;
    private boolean isStarted;
    private long block;
    private long lookAtNs;

    /**
     * A keeper of a node that knows no plan yet.
     *
     * @param self        id of the node.
     * @param canForward  true if it feeds others.
     * @param isFollowing true if it seeks other parents when its own are silent.
     * @param spareDegree most orphans that it feeds.
     * @param configured  ids of those who feed it while there is no plan, in order.
     * @param peers       of the node.
     * @param links       of the node.
     * @param counters    of the node.
     */
    public TreeKeeper(
        final long self,
        final boolean canForward,
        final boolean isFollowing,
        final int spareDegree,
        final long[] configured,
        final TreePeers peers,
        final TreeLinks links,
        final Counters counters)
    {
        this.self = self;
        this.canForward = canForward;
        this.isFollowing = isFollowing;
        this.peers = peers;
        this.links = links;
        feeders = new Feeders(self, configured, peers, links, counters);
        orphans = new Orphans(canForward ? spareDegree : 0);
        plansAdopted = counters.get(FragcastCounter.PLANS_ADOPTED);
        orphanCount = counters.get(FragcastCounter.ORPHANS_FED);
        orphansRefused = counters.get(FragcastCounter.ORPHANS_REFUSED);
    }

    @Override
    public void onPlan(final Plan plan)
    {
        isChanged |= shelf.add(plan);
    }

    @Override
    public void onFeed(final int peer, final FeedKind kind, final long nowNs)
    {
        final long id = peers.id(peer);
        switch (kind)
        {
            case ORPHANED, NO_MULTICAST -> onAsked(peer, id, nowNs);
            case STOP -> isChanged |= orphans.remove(id);
            case BUSY -> feeders.onBusy(peer, id, nowNs);
            default ->
            {
                // Frames tell who feeds.
            }
        }
    }

    /**
     * Looks who is heard, and does what is due.
     *
     * @param newestBlock that this node has heard of; 0: none.
     * @param nowNs       monotonic nanoseconds.
     * @return work done.
     */
    public int doWork(final long newestBlock, final long nowNs)
    {
        if (isStarted && !isChanged && nowNs - lookAtNs < 0)
        {
            return 0;
        }
        isStarted = true;
        block = newestBlock;
        lookAtNs = nowNs + LOOK_NS;

        final Plan before = shelf.active();
        final boolean isTurned = shelf.turn(newestBlock, nowNs);
        if (before != shelf.active())
        {
            plansAdopted.incrementRelease();
        }
        final boolean isExpired = orphans.expire(nowNs);
        isChanged |= isTurned || isExpired;
        if (isChanged)
        {
            feeders.arrange(shelf, nowNs);
        }
        final int workCount = isFollowing ? feeders.tend(shelf.active(), nowNs) : 0;
        isChanged |= feeders.takeChanged();
        if (isChanged)
        {
            isChanged = false;
            orphanCount.setRelease(orphans.size());
            links.follow(feeders.ids(), sinks(), shelf.active());
            return 1 + workCount;
        }

        return workCount;
    }

    /**
     * The plan that holds.
     *
     * @return the plan, or null.
     */
    public @Nullable Plan plan()
    {
        return shelf.active();
    }

    /**
     * Who feeds this node first, of those that are heard.
     *
     * @return its id, or 0 while nobody does.
     */
    public long parent()
    {
        return feeders.parent();
    }

    private void onAsked(final int peer, final long id, final long nowNs)
    {
        if (!canForward)
        {
            peers.tell(peer, FeedKind.BUSY);
            return;
        }
        final boolean isKnown = orphans.has(id);
        final boolean isFed = isPlannedSink(id) ||
            orphans.onAsked(id, FanoutPeer.NO_LEADER != peers.leaderRank(peer, block), nowNs);
        isChanged |= isFed && !isKnown;
        if (!isFed)
        {
            orphansRefused.incrementRelease();
        }
        peers.tell(peer, isFed ? FeedKind.FED : FeedKind.BUSY);
    }

    private boolean isPlannedSink(final long id)
    {
        for (final Plan plan : shelf.open())
        {
            if (feeds(plan, self, plan.nodeOf(id)))
            {
                return true;
            }
        }

        return false;
    }

    private static boolean feeds(final Plan plan, final long feeder, final int node)
    {
        if (Plan.NO_NODE == node)
        {
            return false;
        }
        final int own = plan.nodeOf(feeder);

        return Plan.NO_NODE != own && (own == plan.parent(node) || own == plan.backup(node));
    }

    /** Children first, then those it is the backup of, then orphans. */
    private long[] sinks()
    {
        final LongArrayList sinks = new LongArrayList();
        if (canForward)
        {
            for (final Plan plan : shelf.open())
            {
                addSinks(sinks, plan, true);
                addSinks(sinks, plan, false);
            }
        }
        for (int i = 0; i < orphans.size(); i++)
        {
            addOnce(sinks, orphans.id(i));
        }

        return sinks.toLongArray();
    }

    private void addSinks(final LongArrayList sinks, final Plan plan, final boolean asParent)
    {
        final int own = plan.nodeOf(self);
        for (int node = 1; Plan.NO_NODE != own && node < plan.size(); node++)
        {
            if (own == (asParent ? plan.parent(node) : plan.backup(node)))
            {
                addOnce(sinks, plan.id(node));
            }
        }
    }

    private static void addOnce(final LongArrayList ids, final long id)
    {
        if (!ids.containsLong(id))
        {
            ids.addLong(id);
        }
    }
}
