package io.fragcast.protocol.fanout;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

/**
 * What every plan must be, over peers drawn from seeds: within its degree, without cycles, the next leaders first, and
 * much the same after one peer has gone.
 */
class FanoutPlannerTest
{
    private static final long LEADER = 1;
    private static final int SPARE = 2;
    private static final int MAX_NODES = 79;
    private static final int SEEDS = 400;

    @Test
    void shouldKeepEveryRuleForAnyPeers()
    {
        for (int seed = 0; seed < SEEDS; seed++)
        {
            final Random random = new Random(seed);
            final int degree = 1 + random.nextInt(8);
            final List<FanoutPeer> peers = peers(random, 1 + random.nextInt(70));
            final Plan plan = plan(degree, peers, null, FanoutPlanner.NO_PARENT);
            check("seed " + seed, plan, peers, degree);
        }
    }

    @Test
    void shouldKeepEveryRuleWhilePeersComeAndGo()
    {
        for (int seed = 0; seed < SEEDS / 4; seed++)
        {
            final Random random = new Random(seed);
            final int degree = 2 + random.nextInt(6);
            final List<FanoutPeer> peers = peers(random, 40);
            Plan plan = plan(degree, peers, null, FanoutPlanner.NO_PARENT);
            for (int step = 0; step < 12; step++)
            {
                if (random.nextBoolean())
                {
                    peers.remove(random.nextInt(peers.size()));
                }
                else
                {
                    peers.addAll(peers(random, 1 + random.nextInt(2)));
                }
                final long worst = random.nextInt(3) == 0 ? plan.id(random.nextInt(plan.size())) : 0;
                plan = plan(degree, peers, plan, worst);
                check("seed " + seed + " step " + step, plan, peers, degree);
            }
        }
    }

    @Test
    void shouldGiveTheSamePlanForTheSamePeersInAnyOrder()
    {
        for (int seed = 0; seed < SEEDS; seed++)
        {
            final Random random = new Random(seed);
            final List<FanoutPeer> peers = peers(random, 30);
            final Plan before = plan(4, peers(random, 20), null, FanoutPlanner.NO_PARENT);
            final Plan plan = plan(4, peers, before, FanoutPlanner.NO_PARENT);
            Collections.shuffle(peers, random);
            assertEquals(plan.toString(), plan(4, peers, before, FanoutPlanner.NO_PARENT).toString(), "seed " + seed);
        }
    }

    /** First copy over at most one relay: degree peers of the leader's own, and degree of each of those. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 8})
    void shouldReachDegreeSquaredPeersOverOneRelayAtMost(final int degree)
    {
        final int count = degree + degree * degree;
        final List<FanoutPeer> peers = new ArrayList<>();
        for (int i = 0; i < count; i++)
        {
            peers.add(new FanoutPeer(100 + i, FanoutPeer.NO_LEADER, count - 1 - i < degree, 1_000_000L * i, 0));
        }
        final Plan plan = plan(degree, peers, null, FanoutPlanner.NO_PARENT);
        assertEquals(1 + count, plan.size());
        for (int node = 1; node < plan.size(); node++)
        {
            assertThat(plan.relays(node)).isLessThanOrEqualTo(1);
        }
    }

    /** Those whom it fed go to their backups or elsewhere, one moves up, and nobody else gets another parent. */
    @Test
    void shouldMoveFewWhenOneLeaves()
    {
        for (int seed = 0; seed < SEEDS; seed++)
        {
            final Random random = new Random(seed);
            final int degree = 3 + random.nextInt(4);
            final List<FanoutPeer> peers = peers(random, degree + random.nextInt(degree * degree / 2));
            final Plan before = plan(degree, peers, null, FanoutPlanner.NO_PARENT);
            final FanoutPeer gone = peers.remove(random.nextInt(peers.size()));
            final Plan after = plan(degree, peers, before, FanoutPlanner.NO_PARENT);

            int moved = 0;
            for (int node = 1; node < after.size(); node++)
            {
                final int was = before.nodeOf(after.id(node));
                moved += Plan.NO_NODE == was || before.id(before.parent(was)) != after.id(after.parent(node)) ? 1 : 0;
            }
            assertThat(moved).as("seed %d, %s gone of %s, then %s", seed, gone, before, after)
                .isLessThanOrEqualTo(degree + 2);
        }
    }

    @Test
    void shouldMoveToTheBackupWhenAParentLeaves()
    {
        final List<FanoutPeer> peers = new ArrayList<>();
        for (int i = 0; i < 10; i++)
        {
            peers.add(new FanoutPeer(100 + i, FanoutPeer.NO_LEADER, i < 4, 0, 0));
        }
        final Plan before = plan(4, peers, null, FanoutPlanner.NO_PARENT);
        final int child = before.nodeOf(109);
        final long parent = before.id(before.parent(child));
        final long backup = before.id(before.backup(child));
        peers.removeIf((peer) -> parent == peer.id());
        final Plan after = plan(4, peers, before, FanoutPlanner.NO_PARENT);
        assertEquals(backup, after.id(after.parent(after.nodeOf(109))));
    }

    @Test
    void shouldRelieveTheWorstParentWhereOthersHaveRoom()
    {
        final List<FanoutPeer> peers = new ArrayList<>();
        for (int i = 0; i < 12; i++)
        {
            peers.add(new FanoutPeer(100 + i, FanoutPeer.NO_LEADER, i < 5, 0, 0));
        }
        final Plan before = plan(4, peers, null, FanoutPlanner.NO_PARENT);
        final long worst = before.id(before.parent(before.nodeOf(111)));
        final Plan after = plan(4, peers, before, worst);
        for (int node = 1; node < after.size(); node++)
        {
            assertThat(after.id(after.parent(node))).isNotEqualTo(worst);
            assertThat(Plan.NO_NODE == after.backup(node) || after.id(after.backup(node)) != worst).isTrue();
        }
        assertEquals(1 + peers.size(), after.size());

        final List<FanoutPeer> oneRelay = peers.subList(4, 10);
        final Plan kept = plan(3, oneRelay, null, oneRelay.get(0).id());
        assertThat(kept.nodeOf(109)).as("nobody else could feed them").isNotEqualTo(Plan.NO_NODE);
    }

    private static void check(
        final String what, final Plan plan, final List<FanoutPeer> peers, final int degree)
    {
        final Set<Long> ids = new HashSet<>();
        final int[] children = new int[plan.size()];
        final int[] wards = new int[plan.size()];
        int leaders = 0;
        for (int node = 1; node < plan.size(); node++)
        {
            final int place = node;
            final FanoutPeer peer =
                peers.stream().filter((other) -> other.id() == plan.id(place)).findFirst().orElseThrow();
            assertThat(ids.add(peer.id())).as("%s: twice %s", what, peer).isTrue();
            children[plan.parent(node)]++;
            if (peer.isNextLeader())
            {
                leaders++;
                assertThat(plan.relays(node)).as("%s: %s", what, peer).isZero();
                assertEquals(0, plan.parent(node), what);
            }
            assertThat(plan.relays(node)).as(what).isLessThan(FanoutPlanner.MAX_DEPTH);
            // The plan itself has checked that backups are neither parents nor descendants, and parents come first.
            if (Plan.NO_NODE != plan.backup(node))
            {
                wards[plan.backup(node)]++;
            }
        }
        int room = degree;
        for (int node = 0; node < plan.size(); node++)
        {
            final int place = node;
            final boolean canForward = 0 == node || peers.stream().anyMatch(
                (peer) -> peer.id() == plan.id(place) && peer.canForward() && !peer.isNextLeader());
            assertThat(children[node]).as("%s: children of %d in %s", what, node, plan)
                .isLessThanOrEqualTo(canForward ? degree + (0 == node ? leaders : 0) : 0);
            assertThat(wards[node]).as("%s: wards of %d", what, node).isLessThanOrEqualTo(canForward ? degree : 0);
            if (0 != node)
            {
                room += canForward && plan.relays(node) + 1 < FanoutPlanner.MAX_DEPTH ? degree - 1 : -1;
            }
        }
        final boolean isLeftOut = plan.size() < Math.min(MAX_NODES, 1 + peers.size());
        assertThat(isLeftOut && room + leaders > 0).as("%s: somebody left out though there is room in %s", what, plan)
            .isFalse();
    }

    private static Plan plan(
        final int degree, final List<FanoutPeer> peers, final Plan before, final long worstParent)
    {
        return new FanoutPlanner(LEADER, degree, SPARE, MAX_NODES).plan(peers, before, worstParent, 7, 1, 100);
    }

    private static List<FanoutPeer> peers(final Random random, final int count)
    {
        final List<FanoutPeer> peers = new ArrayList<>();
        for (int i = 0; i < count; i++)
        {
            peers.add(new FanoutPeer(
                2 + random.nextLong(1L << 40),
                i < 2 && random.nextBoolean() && count > 2 ? i : FanoutPeer.NO_LEADER,
                random.nextInt(3) > 0,
                random.nextLong(50_000_000),
                random.nextInt(4)));
        }

        return peers;
    }
}
