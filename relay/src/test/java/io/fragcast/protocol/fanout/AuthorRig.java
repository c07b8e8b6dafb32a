package io.fragcast.protocol.fanout;

import io.fragcast.counter.Counters;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.protocol.peer.FeedKind;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

/**
 * A leader that plans, in steps of 20 ms, among peers that do as the test says; and what each of its plans must keep.
 */
final class AuthorRig
{
    static final long SELF = 1;
    static final int OWN_KEY = 1;
    static final int OTHER_KEY = 2;
    static final int DEGREE = 3;
    static final int SPARE = 2;
    /** Version of no plan: the first one has the next. */
    static final int VERSION = 1_000;
    /** Until peers count as settled, and longer. */
    static final long SETTLE_MS = TimeUnit.NANOSECONDS.toMillis(PlanAuthor.SETTLED_NS) + 200;
    /** Until a parent is relieved, and longer. */
    static final long RELIEVE_MS = TimeUnit.NANOSECONDS.toMillis(PlanAuthor.RELIEVE_NS) + 200;
    private static final int MAX_NODES = 79;
    private static final long STEP_NS = TimeUnit.MILLISECONDS.toNanos(20);

    final Counters counters = Counters.inMemory();
    final List<Plan> plans = new ArrayList<>();
    final Peers peers = new Peers();
    Schedule schedule = schedule(term(1, 1, 10, OWN_KEY), term(2, 11, 20, OTHER_KEY));
    PlanAuthor author = author(DEGREE);
    Plan active;
    boolean isRefused;
    long block = 3;
    private long nowNs = 1_000_000_000L;

    /** The node begins anew, and knows of no plan. */
    void restart(final int degree)
    {
        author = author(degree);
    }

    void run(final long millis)
    {
        final long untilNs = nowNs + TimeUnit.MILLISECONDS.toNanos(millis);
        while (nowNs < untilNs)
        {
            nowNs += STEP_NS;
            author.doWork(block, active, nowNs);
        }
    }

    Plan onlyPlan()
    {
        assertEquals(1, plans.size());

        return plans.get(0);
    }

    Plan newestOf(final int term)
    {
        Plan newest = null;
        for (final Plan plan : plans)
        {
            newest = term == plan.leaderTerm() ? plan : newest;
        }

        return newest;
    }

    void check(final Plan plan, final int degree)
    {
        final int[] children = new int[plan.size()];
        final int[] wards = new int[plan.size()];
        int leaders = 0;
        for (int node = 1; node < plan.size(); node++)
        {
            final int peer = peers.indexOf(plan.id(node));
            leaders += FanoutPeer.NO_LEADER == peers.ranks[peer] ? 0 : 1;
            children[plan.parent(node)]++;
            if (Plan.NO_NODE != plan.backup(node))
            {
                wards[plan.backup(node)]++;
            }
        }
        for (int node = 0; node < plan.size(); node++)
        {
            final boolean feeds = 0 == node || peers.forwards[peers.indexOf(plan.id(node))];
            assertThat(children[node]).as("children of %d in %s", node, plan)
                .isLessThanOrEqualTo(feeds ? degree + (0 == node ? leaders : 0) : 0);
            assertThat(wards[node]).as("wards of %d in %s", node, plan).isLessThanOrEqualTo(feeds ? degree : 0);
        }
        for (int node = 1; node < plan.size(); node++)
        {
            assertThat(Plan.NO_NODE == plan.backup(node) && hasRoomForBackup(plan, node, wards, degree))
                .as("node %d has no backup in %s", node, plan).isFalse();
        }
    }

    static Schedule schedule(final LeaderTerm... terms)
    {
        return new Schedule(10, 1_408, List.of(terms));
    }

    static LeaderTerm term(final int number, final long firstBlock, final long lastBlock, final int key)
    {
        return new LeaderTerm(number, firstBlock, lastBlock, key(key), null, List.of(), null);
    }

    static byte[] key(final int number)
    {
        final byte[] key = new byte[65];
        Arrays.fill(key, (byte)number);
        key[0] = 4;

        return key;
    }

    private PlanAuthor author(final int degree)
    {
        return new PlanAuthor(
            SELF,
            key(OWN_KEY),
            VERSION,
            () -> schedule,
            peers,
            new FanoutPlanner(SELF, degree, SPARE, MAX_NODES),
            this::onSent,
            counters);
    }

    /** As the flood does, which tells the node itself of what it accepts. */
    private boolean onSent(final Plan plan, final long atNs)
    {
        if (isRefused)
        {
            return false;
        }
        plans.add(plan);
        author.onPlan(plan);

        return true;
    }

    /** Is there a node, with room, that is neither the parent nor fed by this one? */
    private boolean hasRoomForBackup(final Plan plan, final int node, final int[] wards, final int degree)
    {
        for (int other = 0; other < plan.size(); other++)
        {
            final int peer = 0 == other ? -1 : peers.indexOf(plan.id(other));
            final boolean feeds =
                0 == other || peers.forwards[peer] && FanoutPeer.NO_LEADER == peers.ranks[peer];
            if (feeds && other != plan.parent(node) && !plan.isBelow(other, node) && wards[other] < degree &&
                plan.relays(other) < FanoutPlanner.MAX_DEPTH - 1)
            {
                return true;
            }
        }

        return false;
    }

    /** Peers with room for a hundred; the ready ones among them are READY, and the first added of them forward. */
    static final class Peers implements TreePeers
    {
        private static final int CAPACITY = 100;

        final boolean[] isReady = new boolean[CAPACITY];
        final boolean[] forwards = new boolean[CAPACITY];
        final long[] ids = new long[CAPACITY];
        final int[] ranks = new int[CAPACITY];
        private final long[] lags = new long[CAPACITY];
        int count;

        void add(final int more, final int forwarders)
        {
            for (int i = 0; i < more; i++)
            {
                ids[count] = 100 + count;
                isReady[count] = true;
                forwards[count] = i < forwarders;
                ranks[count] = FanoutPeer.NO_LEADER;
                count++;
            }
        }

        void clear()
        {
            Arrays.fill(isReady, false);
            Arrays.fill(lags, 0);
            count = 0;
        }

        void rank(final int peer, final int rank)
        {
            ranks[peer] = rank;
        }

        void lag(final long id, final long frags)
        {
            lags[indexOf(id)] = frags;
        }

        int indexOf(final long id)
        {
            for (int i = 0; i < count; i++)
            {
                if (id == ids[i])
                {
                    return i;
                }
            }

            throw new AssertionError("no peer " + id);
        }

        @Override
        public int count()
        {
            return CAPACITY;
        }

        @Override
        public long id(final int peer)
        {
            return ids[peer];
        }

        @Override
        public boolean isReady(final int peer)
        {
            return isReady[peer];
        }

        @Override
        public boolean canForward(final int peer)
        {
            return forwards[peer];
        }

        @Override
        public long rttNs(final int peer)
        {
            return 0;
        }

        @Override
        public long lagFrags(final int peer)
        {
            return lags[peer];
        }

        @Override
        public int leaderRank(final int peer, final long block)
        {
            return ranks[peer];
        }

        @Override
        public boolean tell(final int peer, final FeedKind kind)
        {
            throw new AssertionError("an author tells nobody");
        }
    }
}
