package io.fragcast.protocol.fanout;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.protocol.peer.FeedKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

/**
 * A leader that plans, in steps of 20 ms: when it does, for which term and block, and what the plan is like, whoever
 * comes and goes.
 */
class PlanAuthorTest
{
    private static final long SELF = 1;
    private static final int OWN_KEY = 1;
    private static final int OTHER_KEY = 2;
    private static final int DEGREE = 3;
    private static final int SPARE = 2;
    private static final int MAX_NODES = 79;
    private static final int VERSION = 1_000;
    private static final long STEP_NS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long SETTLE_MS = TimeUnit.NANOSECONDS.toMillis(PlanAuthor.SETTLED_NS) + 200;
    private static final long RELIEVE_MS = TimeUnit.NANOSECONDS.toMillis(PlanAuthor.RELIEVE_NS) + 200;
    private static final int SEEDS = 40;

    private final Counters counters = Counters.inMemory();
    private final List<Plan> plans = new ArrayList<>();
    private final Peers peers = new Peers();
    private Schedule schedule = schedule(term(1, 1, 10, OWN_KEY), term(2, 11, 20, OTHER_KEY));
    private PlanAuthor author = author(DEGREE, VERSION);
    private Plan active;
    private boolean isRefused;
    private long block = 3;
    private long nowNs = 1_000_000_000L;

    @Test
    void shouldPlanOnceThePeersHaveSettled()
    {
        peers.add(6, DEGREE);
        run(TimeUnit.NANOSECONDS.toMillis(PlanAuthor.SETTLED_NS) - 100);
        assertThat(plans).isEmpty();
        run(300);
        final Plan plan = onlyPlan();
        assertEquals(1, plan.leaderTerm());
        assertEquals(VERSION + 1, plan.version());
        assertEquals(block + PlanAuthor.LEAD_BLOCKS, plan.validFromBlock());
        assertEquals(SELF, plan.id(0));
        assertEquals(7, plan.size());
        assertEquals(1, counters.value(FragcastCounter.PLANS_MADE));
        run(60_000);
        assertEquals(1, plans.size(), "nobody came or went, and all keep up");
    }

    @Test
    void shouldNotPlanWithoutPeersOrWithoutATerm()
    {
        run(20_000);
        assertThat(plans).as("nobody to feed").isEmpty();

        peers.add(2, 1);
        schedule = schedule(
            term(1, 1, 10, OTHER_KEY), term(2, 11, 20, 3), term(3, 21, 30, 4), term(4, 31, 40, OWN_KEY));
        run(20_000);
        assertThat(plans).as("leads after the next two").isEmpty();
    }

    /** Each kind of limit, with as many relays as the first tier has room for. */
    @ParameterizedTest
    @CsvSource({
        "1, 1", "1, 2", "1, 3", "2, 1", "2, 4", "2, 5", "2, 6", "2, 7",
        "3, 1", "3, 9", "3, 10", "3, 12", "3, 13", "8, 64", "8, 65", "8, 72", "8, 73"})
    void shouldKeepTheDegreeAndGiveEveryNodeABackup(final int degree, final int count)
    {
        author = author(degree, VERSION);
        peers.add(count, degree);
        run(SETTLE_MS);
        final Plan plan = onlyPlan();
        check(plan, degree);
        final int reached = Math.min(count, degree + degree * degree);
        int near = 0;
        for (int node = 1; node < plan.size(); node++)
        {
            near += plan.relays(node) <= 1 ? 1 : 0;
        }
        assertEquals(reached, near, "of " + plan);
        assertEquals(count + 1 - plan.size(), counters.value(FragcastCounter.PLAN_PEERS_LEFT_OUT));
        assertThat(plan.size()).as("%s", plan).isGreaterThan(reached);
    }

    @Test
    void shouldLeaveOutWhoHasNoRoom()
    {
        author = author(2, VERSION);
        peers.add(7, 2);
        run(SETTLE_MS);
        assertEquals(7, onlyPlan().size(), "two relays of degree 2 feed four, and the leader those two");
        assertEquals(1, counters.value(FragcastCounter.PLAN_PEERS_LEFT_OUT));
    }

    @Test
    void shouldPutTheNextLeadersIntoTheFirstTierOnTopOfTheDegree()
    {
        peers.add(12, 6);
        peers.rank(10, 0);
        peers.rank(5, 1);
        run(SETTLE_MS);
        final Plan plan = onlyPlan();
        assertEquals(peers.id(10), plan.id(1));
        assertEquals(peers.id(5), plan.id(2));
        assertThat(List.of(plan.parent(1), plan.parent(2))).containsOnly(0);
        for (int node = 3; node < plan.size(); node++)
        {
            assertThat(plan.parent(node)).as("next leaders feed nobody: %s", plan).isNotIn(1, 2);
        }
        check(plan, DEGREE);

        peers.rank(10, FanoutPeer.NO_LEADER);
        peers.rank(3, 0);
        run(SETTLE_MS);
        assertEquals(peers.id(3), plans.get(1).id(1), "somebody else leads next");
    }

    /** The others' term is nearly over: the plan of the next one is there before its first block is heard of. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 10})
    void shouldHavePlannedTheNextTermBeforeTheHandOver(final long blocksPerTerm)
    {
        final List<LeaderTerm> terms = new ArrayList<>();
        for (int i = 0; i < 12; i++)
        {
            terms.add(term(i + 1, i * blocksPerTerm + 1, (i + 1) * blocksPerTerm, 1 + i % 3));
        }
        schedule = schedule(terms.toArray(new LeaderTerm[0]));
        peers.add(8, DEGREE);
        block = 0;
        run(SETTLE_MS);
        for (block = 1; block <= 10 * blocksPerTerm; block++)
        {
            // Half a second: nothing has the time to settle.
            run(500);
            for (final LeaderTerm term : terms)
            {
                if (term.isKey(key(OWN_KEY), term.firstBlock()) && block + 1 == term.firstBlock())
                {
                    final Plan plan = newestOf(term.number());
                    assertThat(plan).as("plan of term %d at block %d", term.number(), block).isNotNull();
                    assertEquals(term.firstBlock(), plan.validFromBlock());
                }
            }
        }
        assertThat(plans).allMatch((plan) -> terms.get(plan.leaderTerm() - 1).leads(plan.validFromBlock()));
    }

    @Test
    void shouldPlanOwnTermsOneAfterTheOther()
    {
        schedule = schedule(term(1, 1, 10, OWN_KEY), term(2, 11, 20, OWN_KEY));
        peers.add(3, 1);
        run(SETTLE_MS);
        block = 8;
        run(SETTLE_MS);
        assertEquals(1, plans.size());
        block = 9;
        run(200);
        assertEquals(2, plans.get(1).leaderTerm());
        assertEquals(11, plans.get(1).validFromBlock());
        assertThat(plans.get(1).version()).isGreaterThan(plans.get(0).version());
    }

    /** After a takeover the term begins at an earlier block than was planned for. */
    @Test
    void shouldPlanAnewWhenItsTermBeginsEarlier()
    {
        schedule = schedule(term(1, 1, 10, OTHER_KEY), term(2, 11, 20, OWN_KEY));
        peers.add(3, 1);
        run(SETTLE_MS);
        assertEquals(11, onlyPlan().validFromBlock());

        schedule = schedule.takenOver(2, 4);
        run(200);
        assertEquals(2, plans.size());
        assertEquals(2, plans.get(1).leaderTerm());
        assertEquals(5, plans.get(1).validFromBlock());
        run(20_000);
        assertEquals(2, plans.size());
    }

    @Test
    void shouldPlanAnewWhenPeersComeOrGo()
    {
        peers.add(5, 2);
        run(SETTLE_MS);
        peers.add(1, 0);
        run(SETTLE_MS);
        assertEquals(7, plans.get(1).size());
        peers.isReady[0] = false;
        run(SETTLE_MS);
        assertEquals(6, plans.get(2).size());
        assertEquals(Plan.NO_NODE, plans.get(2).nodeOf(peers.id(0)));
        check(plans.get(2), DEGREE);
        peers.isReady[0] = true;
        run(SETTLE_MS);
        assertEquals(7, plans.get(3).size());
        Arrays.fill(peers.isReady, false);
        run(SETTLE_MS);
        assertEquals(1, plans.get(4).size(), "the leader alone");
        assertThat(plans).extracting(Plan::version)
            .containsExactly(VERSION + 1, VERSION + 2, VERSION + 3, VERSION + 4, VERSION + 5);
    }

    @Test
    void shouldNotWaitForeverForPeersToSettle()
    {
        peers.add(5, 2);
        run(SETTLE_MS);
        peers.add(2, 0);
        for (int i = 0; i < 60; i++)
        {
            peers.isReady[6] ^= true;
            run(100);
        }
        assertThat(plans).hasSizeGreaterThanOrEqualTo(2);
        assertThat(plans.get(1).nodeOf(peers.id(5))).isNotEqualTo(Plan.NO_NODE);
    }

    @Test
    void shouldCountAPeerOnceThatDialsAndIsDialled()
    {
        peers.add(3, 1);
        peers.add(1, 1);
        peers.ids[3] = peers.id(0);
        run(SETTLE_MS);
        assertEquals(4, onlyPlan().size());
        peers.isReady[0] = false;
        run(20_000);
        assertEquals(1, plans.size(), "there is the other session yet");
    }

    @Test
    void shouldRelieveTheWorstParent()
    {
        peers.add(12, 4);
        run(SETTLE_MS);
        final Plan before = onlyPlan();
        final int relay = before.parent(before.size() - 1);
        final long worst = before.id(relay);
        for (int node = 1; node < before.size(); node++)
        {
            if (relay == before.parent(node))
            {
                peers.lag(before.id(node), PlanAuthor.LAG_LIMIT_FRAGS + 1);
            }
        }
        run(RELIEVE_MS);
        assertEquals(2, plans.size());
        final Plan after = plans.get(1);
        for (int node = 1; node < after.size(); node++)
        {
            assertThat(after.id(after.parent(node))).isNotEqualTo(worst);
        }
        check(after, DEGREE);
        assertEquals(before.size(), after.size());
    }

    @Test
    void shouldNotBlameAParentThatIsAsFarBehind()
    {
        peers.add(12, 3);
        run(SETTLE_MS);
        final Plan before = onlyPlan();
        final int relay = before.parent(before.size() - 1);
        for (int node = 1; node < before.size(); node++)
        {
            if (relay == node || relay == before.parent(node))
            {
                peers.lag(before.id(node), 40);
            }
        }
        run(3 * RELIEVE_MS);
        assertEquals(1, plans.size());
    }

    /** A Status may be under way: who lacks nothing now and then keeps up. */
    @Test
    void shouldNotBlameAParentForALagThatPasses()
    {
        peers.add(12, 4);
        run(SETTLE_MS);
        final Plan plan = onlyPlan();
        for (int i = 0; i < 200; i++)
        {
            for (int node = DEGREE + 1; node < plan.size(); node++)
            {
                peers.lag(plan.id(node), 0 == i % 10 ? 0 : 40);
            }
            run(100);
        }
        assertEquals(1, plans.size());
    }

    @Test
    void shouldTryAgainWithTheSameVersionWhatWasRefused()
    {
        peers.add(3, 1);
        isRefused = true;
        run(5_000);
        assertThat(plans).isEmpty();
        isRefused = false;
        run(200);
        assertEquals(VERSION + 1, onlyPlan().version());
    }

    /** The clock was set back, and an earlier life of this node had planned: nobody takes a version below that one. */
    @Test
    void shouldGoAboveThePlansOfAnEarlierLife()
    {
        peers.add(4, 2);
        run(SETTLE_MS);
        final Plan earlier = new Plan(1, VERSION + 500, 4, DEGREE, SPARE,
            new long[]{SELF, 77}, new int[]{Plan.NO_NODE, 0}, new int[]{Plan.NO_NODE, Plan.NO_NODE});
        author.onPlan(earlier);
        run(SETTLE_MS);
        assertEquals(VERSION + 501, plans.get(1).version());
        assertEquals(5, plans.get(1).size());
        run(20_000);
        assertEquals(2, plans.size());

        plans.clear();
        author = author(DEGREE, VERSION);
        author.onPlan(earlier);
        run(SETTLE_MS);
        assertEquals(VERSION + 501, onlyPlan().version(), "heard before it planned");
    }

    @Test
    void shouldKeepEveryRuleWhileNodesComeAndGo()
    {
        for (int seed = 0; seed < SEEDS; seed++)
        {
            final Random random = new Random(seed);
            final int degree = 2 + random.nextInt(4);
            peers.clear();
            peers.add(2 + random.nextInt(30), 2 + random.nextInt(6));
            plans.clear();
            active = null;
            block = 1;
            schedule = schedule(term(1, 1, Long.MAX_VALUE, OWN_KEY));
            author = author(degree, VERSION);
            for (int step = 0; step < 12; step++)
            {
                peers.isReady[random.nextInt(peers.count)] ^= true;
                peers.lag(peers.id(random.nextInt(peers.count)), random.nextInt(9));
                block += random.nextInt(3);
                run(500 + random.nextInt(6_000));
                if (!plans.isEmpty())
                {
                    active = plans.get(plans.size() - 1);
                }
            }
            assertThat(plans).as("seed %d", seed).isNotEmpty();
            plans.forEach((plan) -> check(plan, degree));
        }
    }

    private void check(final Plan plan, final int degree)
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

    private Plan onlyPlan()
    {
        assertEquals(1, plans.size());

        return plans.get(0);
    }

    private Plan newestOf(final int term)
    {
        Plan newest = null;
        for (final Plan plan : plans)
        {
            newest = term == plan.leaderTerm() ? plan : newest;
        }

        return newest;
    }

    private PlanAuthor author(final int degree, final int version)
    {
        return new PlanAuthor(
            SELF,
            key(OWN_KEY),
            version,
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

    private void run(final long millis)
    {
        final long untilNs = nowNs + TimeUnit.MILLISECONDS.toNanos(millis);
        while (nowNs < untilNs)
        {
            nowNs += STEP_NS;
            author.doWork(block, active, nowNs);
        }
    }

    private static Schedule schedule(final LeaderTerm... terms)
    {
        return new Schedule(10, 1_408, List.of(terms));
    }

    private static LeaderTerm term(final int number, final long firstBlock, final long lastBlock, final int key)
    {
        return new LeaderTerm(number, firstBlock, lastBlock, key(key), null, List.of(), null);
    }

    private static byte[] key(final int number)
    {
        final byte[] key = new byte[65];
        Arrays.fill(key, (byte)number);
        key[0] = 4;

        return key;
    }

    /** Peers with room for a hundred; the ready ones among them are READY, and the first added of them forward. */
    private static final class Peers implements TreePeers
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
