package io.fragcast.protocol.fanout;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.peer.FeedKind;
import org.agrona.collections.LongArrayList;
import org.agrona.concurrent.status.AtomicCounter;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Who feeds a node: those of the plans, and those that were asked when they fell silent. Used by {@link TreeKeeper}
 * alone.
 */
final class Feeders
{
    /** Two cadences of 200 ms less a Heartbeat of 100 ms: whoever was heard just before is replaced within two. */
    static final long SILENT_NS = TimeUnit.MILLISECONDS.toNanos(300);
    /** A stream that is being made is up within 110 ms; three times that, and a busy peer's cycle. */
    static final long CONNECT_NS = TimeUnit.MILLISECONDS.toNanos(500);
    /** How often one that was asked is asked again. */
    static final long RENEW_NS = TimeUnit.SECONDS.toNanos(1);
    /** Whoever came back stays for so long before those who were asked are let go. */
    static final long RETURN_NS = TimeUnit.SECONDS.toNanos(2);
    /** Who had no room is not asked for so long. */
    static final long BUSY_NS = TimeUnit.SECONDS.toNanos(5);
    /** While all are silent for longer, the leader is taken to be. */
    static final long LEADER_SILENT_NS = TimeUnit.SECONDS.toNanos(1);
    static final int MAX_ASKED = 2;
    private static final int NO_PEER = -1;

    private final long self;
    private final TreePeers peers;
    private final TreeLinks links;
    private final List<Feeder> feeders = new ArrayList<>();
    private final long[] busyUntilNs;
    private final boolean[] isBusy;
    private final long[] configured;
    private final AtomicCounter reparented;
    private @Nullable Feeder parent;
    private boolean isChanged;
    private long askAtNs;
    private long wholeSinceNs;
    private boolean isWhole;

    Feeders(
        final long self,
        final long[] configured,
        final TreePeers peers,
        final TreeLinks links,
        final Counters counters)
    {
        this.self = self;
        this.configured = configured.clone();
        this.peers = peers;
        this.links = links;
        busyUntilNs = new long[peers.count()];
        isBusy = new boolean[peers.count()];
        reparented = counters.get(FragcastCounter.PARENTS_REPLACED);
    }

    /** True once after they are others than before. */
    boolean takeChanged()
    {
        final boolean wasChanged = isChanged;
        isChanged = false;

        return wasChanged;
    }

    /** Who feeds the node first, of those that are heard; 0 while nobody does. */
    long parent()
    {
        final Feeder first = parent;

        return null == first ? 0 : first.id;
    }

    long[] ids()
    {
        final LongArrayList sources = new LongArrayList();
        for (final Feeder feeder : feeders)
        {
            sources.addLong(feeder.id);
        }

        return sources.toLongArray();
    }

    void onBusy(final int peer, final long id, final long nowNs)
    {
        isBusy[peer] = true;
        busyUntilNs[peer] = nowNs + BUSY_NS;
        final boolean isGone = feeders.removeIf((feeder) -> !feeder.isPlanned && feeder.id == id);
        if (isGone)
        {
            isChanged = true;
            askAtNs = nowNs;
        }
    }

    /** Who is to feed this node: first those of the plan that holds, then those of others, then who was asked. */
    void arrange(final PlanShelf shelf, final long nowNs)
    {
        final List<Feeder> arranged = new ArrayList<>();
        final List<Plan> plans = shelf.open();
        for (final Plan plan : plans)
        {
            final int node = plan.nodeOf(self);
            if (Plan.NO_NODE != node)
            {
                keep(arranged, plan, plan.parent(node), nowNs);
                keep(arranged, plan, plan.backup(node), nowNs);
            }
        }
        if (null == shelf.active())
        {
            for (final long id : configured)
            {
                keep(arranged, id, nowNs);
            }
        }
        for (final Feeder feeder : feeders)
        {
            if (!feeder.isPlanned && !has(arranged, feeder.id))
            {
                arranged.add(feeder);
            }
        }
        for (int i = 0; i < arranged.size(); i++)
        {
            arranged.get(i).rank = i;
        }
        feeders.clear();
        feeders.addAll(arranged);
    }

    private void keep(final List<Feeder> arranged, final Plan plan, final int node, final long nowNs)
    {
        if (Plan.NO_NODE != node)
        {
            keep(arranged, plan.id(node), nowNs);
        }
    }

    private void keep(final List<Feeder> arranged, final long id, final long nowNs)
    {
        if (has(arranged, id))
        {
            return;
        }
        for (final Feeder feeder : feeders)
        {
            if (id == feeder.id)
            {
                feeder.isPlanned = true;
                arranged.add(feeder);
                return;
            }
        }
        arranged.add(new Feeder(id, true, arranged.size(), NO_PEER, nowNs));
    }

    int tend(final @Nullable Plan plan, final long nowNs)
    {
        int workCount = 0;
        int liveCount = 0;
        int planned = 0;
        int livePlanned = 0;
        Feeder first = null;
        for (final Feeder feeder : feeders)
        {
            final boolean isLive = !isSilent(feeder, nowNs);
            liveCount += isLive ? 1 : 0;
            planned += feeder.isPlanned ? 1 : 0;
            livePlanned += feeder.isPlanned && isHeard(feeder, nowNs) ? 1 : 0;
            first = null == first && isHeard(feeder, nowNs) ? feeder : first;
            workCount += renew(feeder, nowNs);
        }
        if (null != first && first != parent)
        {
            if (null != parent && isSilent(parent, nowNs))
            {
                reparented.incrementRelease();
            }
            parent = first;
        }
        release(planned > 0 && livePlanned == planned, nowNs);
        if (liveCount < wanted(plan) && nowNs - askAtNs >= 0)
        {
            askAtNs = nowNs + SILENT_NS;
            workCount += ask(plan, liveCount > 0, nowNs);
        }

        return workCount;
    }

    /** How many ways there should be: as many as the plan names, and one where it names none. */
    private int wanted(final @Nullable Plan plan)
    {
        final int node = null == plan ? Plan.NO_NODE : plan.nodeOf(self);
        if (null == plan || Plan.NO_NODE == node)
        {
            return 1;
        }

        return (Plan.NO_NODE == plan.parent(node) ? 0 : 1) + (Plan.NO_NODE == plan.backup(node) ? 0 : 1);
    }

    /** Those who were asked are let go once all who should feed this node have done so for a while. */
    private void release(final boolean isWholeNow, final long nowNs)
    {
        if (!isWholeNow)
        {
            isWhole = false;
        }
        else if (!isWhole)
        {
            isWhole = true;
            wholeSinceNs = nowNs;
        }
        else if (nowNs - (wholeSinceNs + RETURN_NS) >= 0)
        {
            for (int i = feeders.size() - 1; i >= 0; i--)
            {
                if (!feeders.get(i).isPlanned)
                {
                    letGo(i);
                }
            }
        }
    }

    private int renew(final Feeder feeder, final long nowNs)
    {
        if (feeder.isPlanned || nowNs - feeder.nextAskNs < 0 || !peers.isReady(feeder.peer) ||
            !peers.tell(feeder.peer, FeedKind.ORPHANED))
        {
            return 0;
        }
        feeder.nextAskNs = nowNs + RENEW_NS;

        return 1;
    }

    /** The nearest that forwards and does not feed this node yet, and is not fed by it. */
    private int ask(final @Nullable Plan plan, final boolean isAnybodyHeard, final long nowNs)
    {
        if (!isAnybodyHeard && !isWorthAsking(nowNs))
        {
            return 0;
        }
        final int nearest = nearest(plan, nowNs);
        if (NO_PEER == nearest)
        {
            return 0;
        }
        int askedCount = 0;
        int oldest = -1;
        for (int i = 0; i < feeders.size(); i++)
        {
            final Feeder feeder = feeders.get(i);
            if (!feeder.isPlanned)
            {
                askedCount++;
                oldest = oldest < 0 && isSilent(feeder, nowNs) ? i : oldest;
            }
        }
        if (askedCount >= MAX_ASKED)
        {
            if (oldest < 0)
            {
                return 0;
            }
            letGo(oldest);
        }
        final Feeder feeder = new Feeder(peers.id(nearest), false, feeders.size(), nearest, nowNs);
        feeders.add(feeder);
        isChanged = true;

        return 1 + renew(feeder, nowNs);
    }

    private boolean isWorthAsking(final long nowNs)
    {
        long lastNs = Long.MIN_VALUE;
        for (final Feeder feeder : feeders)
        {
            final long heardNs = links.heardNs(feeder.id);
            lastNs = Math.max(lastNs, TreeLinks.NEVER_NS == heardNs ? feeder.sinceNs : heardNs);
        }
        if (Long.MIN_VALUE == lastNs || nowNs - lastNs < LEADER_SILENT_NS)
        {
            return true;
        }
        for (int i = 0; i < peers.count(); i++)
        {
            if (peers.isReady(i) && peers.lagFrags(i) < 0)
            {
                return true;
            }
        }

        return false;
    }

    private int nearest(final @Nullable Plan plan, final long nowNs)
    {
        int best = NO_PEER;
        for (int i = 0; i < peers.count(); i++)
        {
            final long id = peers.id(i);
            isBusy[i] = isBusy[i] && nowNs - busyUntilNs[i] < 0;
            if (peers.isReady(i) && peers.canForward(i) && !isBusy[i] && self != id && !has(feeders, id) &&
                !isBelow(plan, id) && (NO_PEER == best || isNearer(i, best)))
            {
                best = i;
            }
        }

        return best;
    }

    private boolean isNearer(final int one, final int other)
    {
        return 0 != peers.rttNs(one) && (0 == peers.rttNs(other) || peers.rttNs(one) < peers.rttNs(other));
    }

    private boolean isBelow(final @Nullable Plan plan, final long id)
    {
        final int node = null == plan ? Plan.NO_NODE : plan.nodeOf(id);
        final int own = null == plan ? Plan.NO_NODE : plan.nodeOf(self);

        return null != plan && Plan.NO_NODE != node && Plan.NO_NODE != own && plan.isBelow(node, own);
    }

    private void letGo(final int index)
    {
        final Feeder feeder = feeders.remove(index);
        isChanged = true;
        if (peers.isReady(feeder.peer))
        {
            // One that does not hear it forgets this node by itself.
            peers.tell(feeder.peer, FeedKind.STOP);
        }
    }

    private boolean isSilent(final Feeder feeder, final long nowNs)
    {
        final long heardNs = links.heardNs(feeder.id);
        final boolean isConnecting = nowNs - (feeder.sinceNs + CONNECT_NS) < 0;

        return !isConnecting && (TreeLinks.NEVER_NS == heardNs || nowNs - (heardNs + SILENT_NS) >= 0);
    }

    private boolean isHeard(final Feeder feeder, final long nowNs)
    {
        final long heardNs = links.heardNs(feeder.id);

        return TreeLinks.NEVER_NS != heardNs && nowNs - (heardNs + SILENT_NS) < 0;
    }

    private static boolean has(final List<Feeder> feeders, final long id)
    {
        for (final Feeder feeder : feeders)
        {
            if (id == feeder.id)
            {
                return true;
            }
        }

        return false;
    }
}
