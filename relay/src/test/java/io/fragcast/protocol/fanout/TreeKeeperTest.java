package io.fragcast.protocol.fanout;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.peer.FeedKind;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

/**
 * A node in the tree, step by step of a millisecond: whom it hears and feeds, and what it does when they fall silent.
 */
class TreeKeeperTest
{
    private static final long LEADER = 1;
    private static final long RELAY_A = 2;
    private static final long RELAY_B = 3;
    private static final long RELAY_C = 4;
    private static final long SELF = 5;
    private static final long CHILD = 6;
    private static final long WARD = 7;
    private static final long CADENCE_NS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long STEP_NS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int SPARE = 2;

    private final Counters counters = Counters.inMemory();
    private final Peers peers = new Peers();
    private final Streams streams = new Streams();
    private TreeKeeper keeper = keeper(true);
    private long nowNs = 1_000_000_000L;
    private long block = 9;

    @Test
    void shouldOpenTheWaysOfAPlanBeforeItHolds()
    {
        run(10);
        assertThat(streams.sources).containsExactly(RELAY_C);
        assertThat(streams.plan).isNull();

        keeper.onPlan(plan(1, 11));
        run(10);
        assertThat(streams.plan).as("holds from block 11 on").isNull();
        assertThat(streams.sources).containsExactlyInAnyOrder(RELAY_A, RELAY_B, RELAY_C);
        assertThat(streams.sinks).containsExactly(CHILD, WARD);

        block = 11;
        run(30);
        assertEquals(1, streams.plan.version());
        assertThat(streams.sources).containsExactly(RELAY_A, RELAY_B);
        assertEquals(1, counters.value(FragcastCounter.PLANS_ADOPTED));
    }

    @Test
    void shouldKeepTheOldWaysUntilTheNewOnesAreSurelyOpen()
    {
        adopt();
        keeper.onPlan(new Plan(7, 2, 12, 2, SPARE,
            new long[]{LEADER, RELAY_C, SELF},
            new int[]{Plan.NO_NODE, 0, 1},
            new int[]{Plan.NO_NODE, Plan.NO_NODE, 0}));
        block = 12;
        run(20);
        assertThat(streams.sources).containsExactly(RELAY_C, LEADER, RELAY_A, RELAY_B);
        assertThat(streams.sinks).as("of the plan before").containsExactly(CHILD, WARD);
        run(TimeUnit.NANOSECONDS.toMillis(PlanShelf.OVERLAP_NS) + 30);
        assertThat(streams.sources).containsExactly(RELAY_C, LEADER);
        assertThat(streams.sinks).isEmpty();
    }

    /** A node that was behind: the plan between never held here, so its ways may not be open yet. */
    @Test
    void shouldKeepTheWaysOfThePlanThatHeldThoughTwoBeginAtOnce()
    {
        adopt();
        keeper.onPlan(child(7, 2, 12, RELAY_C));
        keeper.onPlan(child(8, 1, 14, LEADER));
        block = 20;
        run(20);
        assertEquals(8, streams.plan.leaderTerm());
        assertThat(streams.sources).containsExactly(LEADER, RELAY_A, RELAY_B);
        assertThat(streams.sinks).containsExactly(CHILD, WARD);
    }

    /** A takeover: the plan of the later term begins before one of the term that is over by it. */
    @Test
    void shouldFollowALaterTermThatBeginsBeforeAPlanOfTheTermBefore()
    {
        adopt();
        keeper.onPlan(child(7, 2, 16, RELAY_C));
        keeper.onPlan(child(8, 1, 14, LEADER));
        block = 14;
        run(20);
        assertEquals(8, streams.plan.leaderTerm());
        block = 16;
        run(20);
        assertEquals(8, streams.plan.leaderTerm());
    }

    @Test
    void shouldIgnoreAnOlderPlan()
    {
        adopt();
        keeper.onPlan(plan(1, 20));
        keeper.onPlan(plan(3, 21));
        keeper.onPlan(plan(2, 20));
        block = 20;
        run(30);
        assertEquals(1, streams.plan.version());
        block = 21;
        run(30);
        assertEquals(3, streams.plan.version());
    }

    /** The backup feeds the node already, so it is the parent at once; the nearest other is asked for a second way. */
    @Test
    void shouldHaveAnotherParentWithinTwoCadences()
    {
        adopt();
        assertEquals(RELAY_A, keeper.parent());
        streams.dead.add(RELAY_A);
        final long diedNs = nowNs;
        while (RELAY_A == keeper.parent())
        {
            step();
        }
        assertThat(nowNs - diedNs).isLessThanOrEqualTo(2 * CADENCE_NS);
        assertEquals(RELAY_B, keeper.parent());
        assertEquals(1, counters.value(FragcastCounter.PARENTS_REPLACED));
        while (peers.told.isEmpty())
        {
            step();
        }
        assertThat(nowNs - diedNs).as("asked").isLessThanOrEqualTo(2 * CADENCE_NS);
        assertThat(peers.told).containsExactly("ORPHANED 4");
        run(10);
        assertThat(streams.sources).containsExactly(RELAY_A, RELAY_B, RELAY_C);
    }

    @Test
    void shouldAskTheNextWhenTheNearestHasNoRoom()
    {
        adopt();
        streams.dead.add(RELAY_A);
        runUntilTold(1);
        keeper.onFeed(peers.indexOf(RELAY_C), FeedKind.BUSY, nowNs);
        runUntilTold(2);
        assertThat(peers.told).containsExactly("ORPHANED 4", "ORPHANED 1");
    }

    @Test
    void shouldLetGoWhoWasAskedOnceTheParentIsBack()
    {
        adopt();
        streams.dead.add(RELAY_A);
        runUntilTold(1);
        streams.dead.remove(RELAY_A);
        run(TimeUnit.NANOSECONDS.toMillis(Feeders.RETURN_NS) + 50);
        assertThat(peers.told).endsWith("STOP 4");
        assertThat(streams.sources).containsExactly(RELAY_A, RELAY_B);
        assertEquals(RELAY_A, keeper.parent());
    }

    /** Nobody is heard: the leader may be silent, so after some questions only one who is ahead is worth another. */
    @Test
    void shouldNotAskOnAndOnWhileTheLeaderIsSilent()
    {
        adopt();
        streams.dead.addAll(List.of(LEADER, RELAY_A, RELAY_B, RELAY_C));
        run(1_500);
        final long asked = peers.count("ORPHANED 1");
        run(5_000);
        assertEquals(List.of(RELAY_A, RELAY_B), streams.sources.subList(0, 2));
        assertThat(peers.count("ORPHANED 1")).as("asked again, as one of those asked").isGreaterThanOrEqualTo(asked);
        assertThat(streams.sources.size()).isLessThanOrEqualTo(2 + Feeders.MAX_ASKED);
    }

    @Test
    void shouldFeedOrphansUpToTheSpareDegreeAndForgetThem()
    {
        adopt();
        final int first = peers.add(20, false);
        final int second = peers.add(21, false);
        final int third = peers.add(22, false);
        keeper = keeper(true);
        adopt();
        keeper.onFeed(first, FeedKind.ORPHANED, nowNs);
        keeper.onFeed(second, FeedKind.NO_MULTICAST, nowNs);
        keeper.onFeed(third, FeedKind.ORPHANED, nowNs);
        assertThat(peers.told).containsExactly("FED 20", "FED 21", "BUSY 22");
        run(1);
        assertThat(streams.sinks).containsExactly(CHILD, WARD, 20L, 21L);
        assertEquals(2, counters.value(FragcastCounter.ORPHANS_FED));
        assertEquals(1, counters.value(FragcastCounter.ORPHANS_REFUSED));

        keeper.onFeed(first, FeedKind.STOP, nowNs);
        run(1);
        assertThat(streams.sinks).containsExactly(CHILD, WARD, 21L);
        run(TimeUnit.NANOSECONDS.toMillis(Orphans.EXPIRE_NS) + 30);
        assertThat(streams.sinks).as("did not ask again").containsExactly(CHILD, WARD);
    }

    @Test
    void shouldAlwaysHaveRoomForALeader()
    {
        final int first = peers.add(20, false);
        final int second = peers.add(21, false);
        final int leader = peers.add(22, false);
        peers.leader = leader;
        keeper = keeper(true);
        keeper.onFeed(first, FeedKind.ORPHANED, nowNs);
        keeper.onFeed(second, FeedKind.ORPHANED, nowNs);
        keeper.onFeed(leader, FeedKind.ORPHANED, nowNs);
        run(1);
        assertThat(streams.sinks).containsExactly(22L, 21L);
    }

    @Test
    void shouldFeedNobodyWhereItCannotForward()
    {
        keeper = keeper(false);
        adopt();
        keeper.onFeed(peers.indexOf(RELAY_C), FeedKind.ORPHANED, nowNs);
        run(1);
        assertThat(peers.told).containsExactly("BUSY 4");
        assertThat(streams.sinks).isEmpty();
    }

    private TreeKeeper keeper(final boolean canForward)
    {
        return new TreeKeeper(SELF, canForward, true, SPARE, new long[]{RELAY_C}, peers, streams, counters);
    }

    private void adopt()
    {
        keeper.onPlan(plan(1, block));
        run(TimeUnit.NANOSECONDS.toMillis(PlanShelf.OVERLAP_NS));
    }

    /** A feeds the node, B is its backup; it feeds CHILD, and is the backup of WARD. */
    private static Plan plan(final int version, final long validFrom)
    {
        final int none = Plan.NO_NODE;

        return new Plan(7, version, validFrom, 2, SPARE,
            new long[]{LEADER, RELAY_A, RELAY_B, SELF, WARD, CHILD},
            new int[]{none, 0, 0, 1, 2, 3},
            new int[]{none, 2, 1, 2, 3, 2});
    }

    private static Plan child(final int term, final int version, final long validFrom, final long parent)
    {
        final long root = LEADER == parent ? RELAY_B : LEADER;

        return new Plan(term, version, validFrom, 2, SPARE,
            new long[]{root, parent, SELF},
            new int[]{Plan.NO_NODE, 0, 1},
            new int[]{Plan.NO_NODE, Plan.NO_NODE, Plan.NO_NODE});
    }

    private void runUntilTold(final int count)
    {
        final long deadlineNs = nowNs + TimeUnit.SECONDS.toNanos(10);
        while (peers.told.size() < count)
        {
            assertThat(nowNs).as("told %s", peers.told).isLessThan(deadlineNs);
            step();
        }
    }

    private void run(final long millis)
    {
        for (long i = 0; i < millis; i++)
        {
            step();
        }
    }

    private void step()
    {
        nowNs += STEP_NS;
        keeper.doWork(block, nowNs);
    }

    /** Whoever is alive is heard every 100 ms, as a leader's Heartbeats are. */
    private final class Streams implements TreeLinks
    {
        final List<Long> sources = new ArrayList<>();
        final List<Long> sinks = new ArrayList<>();
        final List<Long> dead = new ArrayList<>();
        Plan plan;
        private final Map<Long, Long> heardNs = new HashMap<>();

        @Override
        public void follow(final long[] newSources, final long[] newSinks, final Plan newPlan)
        {
            sources.clear();
            Arrays.stream(newSources).forEach(sources::add);
            sinks.clear();
            Arrays.stream(newSinks).forEach(sinks::add);
            plan = newPlan;
        }

        @Override
        public long heardNs(final long id)
        {
            final long beatNs = TimeUnit.MILLISECONDS.toNanos(100);
            if (!dead.contains(id) && sources.contains(id))
            {
                heardNs.put(id, nowNs - nowNs % beatNs);
            }

            return heardNs.getOrDefault(id, NEVER_NS);
        }
    }

    /** All READY; relays are the farther the greater their id is, but C is the nearest. */
    private static final class Peers implements TreePeers
    {
        final List<String> told = new ArrayList<>();
        int leader = -1;
        private final List<Long> ids = new ArrayList<>(List.of(LEADER, RELAY_A, RELAY_B, RELAY_C));
        private final List<Boolean> forwards = new ArrayList<>(List.of(true, true, true, true));

        int add(final long id, final boolean canForward)
        {
            ids.add(id);
            forwards.add(canForward);

            return ids.size() - 1;
        }

        int indexOf(final long id)
        {
            return ids.indexOf(id);
        }

        long count(final String what)
        {
            return told.stream().filter(what::equals).count();
        }

        @Override
        public int count()
        {
            return ids.size();
        }

        @Override
        public long id(final int peer)
        {
            return ids.get(peer);
        }

        @Override
        public boolean isReady(final int peer)
        {
            return true;
        }

        @Override
        public boolean canForward(final int peer)
        {
            return forwards.get(peer);
        }

        @Override
        public long rttNs(final int peer)
        {
            return RELAY_C == ids.get(peer) ? 50_000 : 1_000_000 * ids.get(peer);
        }

        @Override
        public long lagFrags(final int peer)
        {
            return 0;
        }

        @Override
        public int leaderRank(final int peer, final long ofBlock)
        {
            return leader == peer ? 0 : FanoutPeer.NO_LEADER;
        }

        @Override
        public boolean tell(final int peer, final FeedKind kind)
        {
            told.add(kind + " " + ids.get(peer));

            return true;
        }
    }
}
