package io.fragcast.protocol.fanout;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.Schedule;
import org.agrona.concurrent.status.AtomicCounter;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Plans for a leader: its term when it leads or is among the next, so that the plan is everywhere before the hand-over;
 * anew when peers came or went; and now and then to relieve the parent whose children are farther behind than itself.
 * A plan holds from two blocks ahead. Used by the thread of the peers.
 */
public final class PlanAuthor implements PlanConsumer
{
    /** How often the peers are looked at: half a cadence. */
    static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(100);
    /** Nobody came or went for so long: a network that starts gets one plan. */
    static final long SETTLED_NS = TimeUnit.SECONDS.toNanos(1);
    /** With peers that come and go all the time the plan is no older than this. */
    static final long MAX_WAIT_NS = TimeUnit.SECONDS.toNanos(5);
    /** A parent is relieved no more often: time for its successor to show what it can. */
    static final long RELIEVE_NS = TimeUnit.SECONDS.toNanos(10);
    /** Over which the least lag of a peer is taken: two of its Statuses. */
    static final long LAG_WINDOW_NS = TimeUnit.SECONDS.toNanos(2);
    /** One frag may be under way. */
    static final long LAG_LIMIT_FRAGS = 2;
    /** A plan reaches everybody within a block, and there is one to spare. */
    static final int LEAD_BLOCKS = 2;

    private final long self;
    private final byte[] leaderKey;
    private final Supplier<Schedule> schedule;
    private final TreePeers peers;
    private final FanoutPlanner planner;
    private final PlanSender sender;
    private final long[] leastLag;
    private final long[] lag;
    private final AtomicCounter plansMade;
    private final AtomicCounter leftOut;

    private List<FanoutPeer> members = List.of();
    private List<FanoutPeer> plannedMembers = List.of();
    private @Nullable Plan plan;
    private int version;
    private boolean isStarted;
    private long lookAtNs;
    private long changedNs;
    private long staleNs;
    private boolean isStale;
    private boolean isOutdone;
    private long lagWindowNs;
    private long relieveAtNs;

    /**
     * An author.
     *
     * @param self      id of the node.
     * @param leaderKey its relay key, 65 bytes: of the terms it plans.
     * @param version   plans made by an earlier run of the node had none above it, but for those that are heard of:
     *                  seconds since the epoch will do.
     * @param schedule  that holds.
     * @param peers     of the node.
     * @param planner   of the node.
     * @param sender    of plans.
     * @param counters  of the node.
     */
    public PlanAuthor(
        final long self,
        final byte[] leaderKey,
        final int version,
        final Supplier<Schedule> schedule,
        final TreePeers peers,
        final FanoutPlanner planner,
        final PlanSender sender,
        final Counters counters)
    {
        this.self = self;
        this.leaderKey = leaderKey.clone();
        this.version = version;
        this.schedule = schedule;
        this.peers = peers;
        this.planner = planner;
        this.sender = sender;
        leastLag = new long[peers.count()];
        lag = new long[peers.count()];
        plansMade = counters.get(FragcastCounter.PLANS_MADE);
        leftOut = counters.get(FragcastCounter.PLAN_PEERS_LEFT_OUT);
    }

    /**
     * A plan was accepted here. One of this node that it did not make now is of an earlier life of it, whose clock was
     * ahead: others keep that one until there is one above it.
     */
    @Override
    public void onPlan(final Plan accepted)
    {
        if (self == accepted.id(0))
        {
            version = Integer.compareUnsigned(accepted.version(), version) > 0 ? accepted.version() : version;
            isOutdone |= null != plan && plan.leaderTerm() == accepted.leaderTerm() && accepted.isNewerThan(plan);
        }
    }

    /**
     * Looks at the peers, and plans when it is due.
     *
     * @param newestBlock that this node has heard of; 0: none.
     * @param active      plan that holds here, of whatever leader; null: none.
     * @param nowNs       monotonic nanoseconds.
     * @return plans made.
     */
    public int doWork(final long newestBlock, final @Nullable Plan active, final long nowNs)
    {
        if (isStarted && nowNs - lookAtNs < 0)
        {
            return 0;
        }
        if (!isStarted)
        {
            isStarted = true;
            changedNs = nowNs;
            lagWindowNs = nowNs;
            relieveAtNs = nowNs + RELIEVE_NS;
        }
        lookAtNs = nowNs + LOOK_NS;
        measure(nowNs);
        final LeaderTerm term = termToPlan(newestBlock);
        if (null == term)
        {
            return 0;
        }
        look(term, nowNs);

        return isDue(term, newestBlock, nowNs) ? plan(term, newestBlock, active, nowNs) : 0;
    }

    /** The term that is led, or one of the next two: two leaders are known ahead. */
    private @Nullable LeaderTerm termToPlan(final long newestBlock)
    {
        final Schedule current = schedule.get();
        int ahead = 0;
        for (int i = 0; i < current.termCount() && ahead <= FanoutPlanner.NEXT_LEADERS; i++)
        {
            final LeaderTerm term = current.term(i);
            final long firstBlock = firstBlock(term, newestBlock);
            if (firstBlock <= term.lastBlock())
            {
                if (term.isKey(leaderKey, firstBlock))
                {
                    return term;
                }
                ahead++;
            }
        }

        return null;
    }

    private static long firstBlock(final LeaderTerm term, final long newestBlock)
    {
        return Math.max(newestBlock + LEAD_BLOCKS, term.firstBlock());
    }

    /** Of each peer the least lag of a window: a Status under way is no lag. */
    private void measure(final long nowNs)
    {
        final boolean isOver = nowNs - (lagWindowNs + LAG_WINDOW_NS) >= 0;
        lagWindowNs = isOver ? nowNs : lagWindowNs;
        for (int i = 0; i < lag.length; i++)
        {
            final long now = peers.isReady(i) ? Math.max(0, peers.lagFrags(i)) : 0;
            if (isOver)
            {
                lag[i] = leastLag[i];
            }
            leastLag[i] = isOver ? now : Math.min(leastLag[i], now);
        }
    }

    private void look(final LeaderTerm term, final long nowNs)
    {
        final List<FanoutPeer> found = new ArrayList<>();
        for (int i = 0; i < peers.count(); i++)
        {
            final long id = peers.id(i);
            if (peers.isReady(i) && self != id && null == find(found, id))
            {
                found.add(new FanoutPeer(
                    id, peers.leaderRank(i, term.firstBlock()), peers.canForward(i), peers.rttNs(i), lag[i]));
            }
        }
        if (!isSame(found, members))
        {
            changedNs = nowNs;
        }
        members = found;
        final boolean wasStale = isStale;
        isStale = isOutdone || !isSame(members, plannedMembers);
        staleNs = isStale && !wasStale ? nowNs : staleNs;
    }

    private boolean isDue(final LeaderTerm term, final long newestBlock, final long nowNs)
    {
        if (members.isEmpty() && null == plan)
        {
            return false;
        }
        final boolean isSettled = nowNs - (changedNs + SETTLED_NS) >= 0;
        if (null == plan || plan.leaderTerm() != term.number())
        {
            return isSettled || null != plan;
        }
        if (plan.validFromBlock() > firstBlock(term, newestBlock))
        {
            // A takeover: the term begins before what was planned for.
            return true;
        }
        if (isStale)
        {
            return isSettled || nowNs - (staleNs + MAX_WAIT_NS) >= 0;
        }

        return nowNs - relieveAtNs >= 0 && FanoutPlanner.NO_PARENT != worstParent(plan);
    }

    private int plan(
        final LeaderTerm term, final long newestBlock, final @Nullable Plan active, final long nowNs)
    {
        final Plan before = null != plan && plan.leaderTerm() == term.number() ? plan : active;
        final long worst = null == before || nowNs - relieveAtNs < 0 ? FanoutPlanner.NO_PARENT : worstParent(before);
        final int next = version + 1;
        final Plan made =
            planner.plan(members, before, worst, term.number(), next, firstBlock(term, newestBlock));
        if (!sender.send(made, nowNs))
        {
            return 0;
        }
        version = next;
        plan = made;
        isOutdone = false;
        plannedMembers = members;
        isStale = false;
        relieveAtNs = nowNs + RELIEVE_NS;
        plansMade.incrementRelease();
        leftOut.setRelease(1 + members.size() - made.size());

        return 1;
    }

    /** The parent whose children are farthest behind it, if they are by more than what may be under way. */
    private long worstParent(final Plan of)
    {
        long worst = FanoutPlanner.NO_PARENT;
        long most = LAG_LIMIT_FRAGS;
        for (int node = 1; node < of.size(); node++)
        {
            final FanoutPeer peer = find(members, of.id(node));
            long sum = 0;
            int children = 0;
            for (int child = node + 1; child < of.size(); child++)
            {
                final FanoutPeer fed = node == of.parent(child) ? find(members, of.id(child)) : null;
                sum += null == fed ? 0 : fed.lagFrags();
                children += null == fed ? 0 : 1;
            }
            if (null != peer && children > 0 && sum / children - peer.lagFrags() > most)
            {
                most = sum / children - peer.lagFrags();
                worst = peer.id();
            }
        }

        return worst;
    }

    /** The same nodes in the same roles; how far and how late they are does not matter. */
    private static boolean isSame(final List<FanoutPeer> some, final List<FanoutPeer> others)
    {
        if (some.size() != others.size())
        {
            return false;
        }
        for (final FanoutPeer peer : some)
        {
            final FanoutPeer other = find(others, peer.id());
            if (null == other || other.canForward() != peer.canForward() || other.leaderRank() != peer.leaderRank())
            {
                return false;
            }
        }

        return true;
    }

    private static @Nullable FanoutPeer find(final List<FanoutPeer> peers, final long id)
    {
        for (final FanoutPeer peer : peers)
        {
            if (id == peer.id())
            {
                return peer;
            }
        }

        return null;
    }
}
