package io.fragcast.protocol.fanout;

import io.fragcast.counter.FragcastCounter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;
import java.util.Random;

import static io.fragcast.protocol.fanout.AuthorRig.DEGREE;
import static io.fragcast.protocol.fanout.AuthorRig.OWN_KEY;
import static io.fragcast.protocol.fanout.AuthorRig.RELIEVE_MS;
import static io.fragcast.protocol.fanout.AuthorRig.SETTLE_MS;
import static io.fragcast.protocol.fanout.AuthorRig.schedule;
import static io.fragcast.protocol.fanout.AuthorRig.term;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

/**
 * What the tree is like that a leader plans: degree, backups, next leaders, whom it leaves out and whom it relieves.
 */
class PlannedTreeTest
{
    private static final int SEEDS = 40;

    private final AuthorRig rig = new AuthorRig();

    /** Each kind of limit, with as many relays as the first tier has room for. */
    @ParameterizedTest
    @CsvSource({
        "1, 1", "1, 2", "1, 3", "2, 1", "2, 4", "2, 5", "2, 6", "2, 7",
        "3, 1", "3, 9", "3, 10", "3, 12", "3, 13", "8, 64", "8, 65", "8, 72", "8, 73"})
    void shouldKeepTheDegreeAndGiveEveryNodeABackup(final int degree, final int count)
    {
        rig.restart(degree);
        rig.peers.add(count, degree);
        rig.run(SETTLE_MS);
        final Plan plan = rig.onlyPlan();
        rig.check(plan, degree);
        final int reached = Math.min(count, degree + degree * degree);
        int near = 0;
        for (int node = 1; node < plan.size(); node++)
        {
            near += plan.relays(node) <= 1 ? 1 : 0;
        }
        assertEquals(reached, near, "of " + plan);
        assertEquals(count + 1 - plan.size(), rig.counters.value(FragcastCounter.PLAN_PEERS_LEFT_OUT));
        assertThat(plan.size()).as("%s", plan).isGreaterThan(reached);
    }

    @Test
    void shouldLeaveOutWhoHasNoRoom()
    {
        rig.restart(2);
        rig.peers.add(7, 2);
        rig.run(SETTLE_MS);
        assertEquals(7, rig.onlyPlan().size(), "two relays of degree 2 feed four, and the leader those two");
        assertEquals(1, rig.counters.value(FragcastCounter.PLAN_PEERS_LEFT_OUT));
    }

    @Test
    void shouldPutTheNextLeadersIntoTheFirstTierOnTopOfTheDegree()
    {
        rig.peers.add(12, 6);
        rig.peers.rank(10, 0);
        rig.peers.rank(5, 1);
        rig.run(SETTLE_MS);
        final Plan plan = rig.onlyPlan();
        assertEquals(rig.peers.id(10), plan.id(1));
        assertEquals(rig.peers.id(5), plan.id(2));
        assertThat(List.of(plan.parent(1), plan.parent(2))).containsOnly(0);
        for (int node = 3; node < plan.size(); node++)
        {
            assertThat(plan.parent(node)).as("next leaders feed nobody: %s", plan).isNotIn(1, 2);
        }
        rig.check(plan, DEGREE);

        rig.peers.rank(10, FanoutPeer.NO_LEADER);
        rig.peers.rank(3, 0);
        rig.run(SETTLE_MS);
        assertEquals(rig.peers.id(3), rig.plans.get(1).id(1), "somebody else leads next");
    }

    @Test
    void shouldCountAPeerOnceThatDialsAndIsDialled()
    {
        rig.peers.add(3, 1);
        rig.peers.add(1, 1);
        rig.peers.ids[3] = rig.peers.id(0);
        rig.run(SETTLE_MS);
        assertEquals(4, rig.onlyPlan().size());
        rig.peers.isReady[0] = false;
        rig.run(20_000);
        assertEquals(1, rig.plans.size(), "there is the other session yet");
    }

    @Test
    void shouldRelieveTheWorstParent()
    {
        rig.peers.add(12, 4);
        rig.run(SETTLE_MS);
        final Plan before = rig.onlyPlan();
        final int relay = before.parent(before.size() - 1);
        final long worst = before.id(relay);
        for (int node = 1; node < before.size(); node++)
        {
            if (relay == before.parent(node))
            {
                rig.peers.lag(before.id(node), PlanAuthor.LAG_LIMIT_FRAGS + 1);
            }
        }
        rig.run(RELIEVE_MS);
        assertEquals(2, rig.plans.size());
        final Plan after = rig.plans.get(1);
        for (int node = 1; node < after.size(); node++)
        {
            assertThat(after.id(after.parent(node))).isNotEqualTo(worst);
        }
        rig.check(after, DEGREE);
        assertEquals(before.size(), after.size());
    }

    @Test
    void shouldKeepEveryRuleWhileNodesComeAndGo()
    {
        for (int seed = 0; seed < SEEDS; seed++)
        {
            final Random random = new Random(seed);
            final int degree = 2 + random.nextInt(4);
            rig.peers.clear();
            rig.peers.add(2 + random.nextInt(30), 2 + random.nextInt(6));
            rig.plans.clear();
            rig.active = null;
            rig.block = 1;
            rig.schedule = schedule(term(1, 1, Long.MAX_VALUE, OWN_KEY));
            rig.restart(degree);
            for (int step = 0; step < 12; step++)
            {
                rig.peers.isReady[random.nextInt(rig.peers.count)] ^= true;
                rig.peers.lag(rig.peers.id(random.nextInt(rig.peers.count)), random.nextInt(9));
                rig.block += random.nextInt(3);
                rig.run(500 + random.nextInt(6_000));
                if (!rig.plans.isEmpty())
                {
                    rig.active = rig.plans.get(rig.plans.size() - 1);
                }
            }
            assertThat(rig.plans).as("seed %d", seed).isNotEmpty();
            rig.plans.forEach((plan) -> rig.check(plan, degree));
        }
    }
}
