package io.fragcast.protocol.fanout;

import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.leader.LeaderTerm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

import static io.fragcast.protocol.fanout.AuthorRig.DEGREE;
import static io.fragcast.protocol.fanout.AuthorRig.OTHER_KEY;
import static io.fragcast.protocol.fanout.AuthorRig.OWN_KEY;
import static io.fragcast.protocol.fanout.AuthorRig.RELIEVE_MS;
import static io.fragcast.protocol.fanout.AuthorRig.SELF;
import static io.fragcast.protocol.fanout.AuthorRig.SETTLE_MS;
import static io.fragcast.protocol.fanout.AuthorRig.SPARE;
import static io.fragcast.protocol.fanout.AuthorRig.VERSION;
import static io.fragcast.protocol.fanout.AuthorRig.key;
import static io.fragcast.protocol.fanout.AuthorRig.schedule;
import static io.fragcast.protocol.fanout.AuthorRig.term;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

/**
 * When a leader plans, for which term and from which block on, whoever comes and goes; what the plan is like is asked
 * by {@link PlannedTreeTest}.
 */
class PlanAuthorTest
{
    private final AuthorRig rig = new AuthorRig();

    @Test
    void shouldPlanOnceThePeersHaveSettled()
    {
        rig.peers.add(6, DEGREE);
        rig.run(TimeUnit.NANOSECONDS.toMillis(PlanAuthor.SETTLED_NS) - 100);
        assertThat(rig.plans).isEmpty();
        rig.run(300);
        final Plan plan = rig.onlyPlan();
        assertEquals(1, plan.leaderTerm());
        assertEquals(VERSION + 1, plan.version());
        assertEquals(rig.block + PlanAuthor.LEAD_BLOCKS, plan.validFromBlock());
        assertEquals(SELF, plan.id(0));
        assertEquals(7, plan.size());
        assertEquals(1, rig.counters.value(FragcastCounter.PLANS_MADE));
        rig.run(60_000);
        assertEquals(1, rig.plans.size(), "nobody came or went, and all keep up");
    }

    @Test
    void shouldNotPlanWithoutPeersOrWithoutATerm()
    {
        rig.run(20_000);
        assertThat(rig.plans).as("nobody to feed").isEmpty();

        rig.peers.add(2, 1);
        rig.schedule = schedule(
            term(1, 1, 10, OTHER_KEY), term(2, 11, 20, 3), term(3, 21, 30, 4), term(4, 31, 40, OWN_KEY));
        rig.run(20_000);
        assertThat(rig.plans).as("leads after the next two").isEmpty();
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
        rig.schedule = schedule(terms.toArray(new LeaderTerm[0]));
        rig.peers.add(8, DEGREE);
        rig.block = 0;
        rig.run(SETTLE_MS);
        for (rig.block = 1; rig.block <= 10 * blocksPerTerm; rig.block++)
        {
            // Half a second: nothing has the time to settle.
            rig.run(500);
            for (final LeaderTerm term : terms)
            {
                if (term.isKey(key(OWN_KEY), term.firstBlock()) && rig.block + 1 == term.firstBlock())
                {
                    final Plan plan = rig.newestOf(term.number());
                    assertThat(plan).as("plan of term %d at block %d", term.number(), rig.block).isNotNull();
                    assertEquals(term.firstBlock(), plan.validFromBlock());
                }
            }
        }
        assertThat(rig.plans).allMatch((plan) -> terms.get(plan.leaderTerm() - 1).leads(plan.validFromBlock()));
    }

    @Test
    void shouldPlanOwnTermsOneAfterTheOther()
    {
        rig.schedule = schedule(term(1, 1, 10, OWN_KEY), term(2, 11, 20, OWN_KEY));
        rig.peers.add(3, 1);
        rig.run(SETTLE_MS);
        rig.block = 8;
        rig.run(SETTLE_MS);
        assertEquals(1, rig.plans.size());
        rig.block = 9;
        rig.run(200);
        assertEquals(2, rig.plans.get(1).leaderTerm());
        assertEquals(11, rig.plans.get(1).validFromBlock());
        assertThat(rig.plans.get(1).version()).isGreaterThan(rig.plans.get(0).version());
    }

    /** After a takeover the term begins at an earlier block than was planned for. */
    @Test
    void shouldPlanAnewWhenItsTermBeginsEarlier()
    {
        rig.schedule = schedule(term(1, 1, 10, OTHER_KEY), term(2, 11, 20, OWN_KEY));
        rig.peers.add(3, 1);
        rig.run(SETTLE_MS);
        assertEquals(11, rig.onlyPlan().validFromBlock());

        rig.schedule = rig.schedule.takenOver(2, 4);
        rig.run(200);
        assertEquals(2, rig.plans.size());
        assertEquals(2, rig.plans.get(1).leaderTerm());
        assertEquals(5, rig.plans.get(1).validFromBlock());
        rig.run(20_000);
        assertEquals(2, rig.plans.size());
    }

    @Test
    void shouldPlanAnewWhenPeersComeOrGo()
    {
        rig.peers.add(5, 2);
        rig.run(SETTLE_MS);
        rig.peers.add(1, 0);
        rig.run(SETTLE_MS);
        assertEquals(7, rig.plans.get(1).size());
        rig.peers.isReady[0] = false;
        rig.run(SETTLE_MS);
        assertEquals(6, rig.plans.get(2).size());
        assertEquals(Plan.NO_NODE, rig.plans.get(2).nodeOf(rig.peers.id(0)));
        rig.check(rig.plans.get(2), DEGREE);
        rig.peers.isReady[0] = true;
        rig.run(SETTLE_MS);
        assertEquals(7, rig.plans.get(3).size());
        Arrays.fill(rig.peers.isReady, false);
        rig.run(SETTLE_MS);
        assertEquals(1, rig.plans.get(4).size(), "the leader alone");
        assertThat(rig.plans).extracting(Plan::version)
            .containsExactly(VERSION + 1, VERSION + 2, VERSION + 3, VERSION + 4, VERSION + 5);
    }

    @Test
    void shouldNotWaitForeverForPeersToSettle()
    {
        rig.peers.add(5, 2);
        rig.run(SETTLE_MS);
        rig.peers.add(2, 0);
        for (int i = 0; i < 60; i++)
        {
            rig.peers.isReady[6] ^= true;
            rig.run(100);
        }
        assertThat(rig.plans).hasSizeGreaterThanOrEqualTo(2);
        assertThat(rig.plans.get(1).nodeOf(rig.peers.id(5))).isNotEqualTo(Plan.NO_NODE);
    }

    @Test
    void shouldNotBlameAParentThatIsAsFarBehind()
    {
        rig.peers.add(12, 3);
        rig.run(SETTLE_MS);
        final Plan before = rig.onlyPlan();
        final int relay = before.parent(before.size() - 1);
        for (int node = 1; node < before.size(); node++)
        {
            if (relay == node || relay == before.parent(node))
            {
                rig.peers.lag(before.id(node), 40);
            }
        }
        rig.run(3 * RELIEVE_MS);
        assertEquals(1, rig.plans.size());
    }

    /** A Status may be under way: who lacks nothing now and then keeps up. */
    @Test
    void shouldNotBlameAParentForALagThatPasses()
    {
        rig.peers.add(12, 4);
        rig.run(SETTLE_MS);
        final Plan plan = rig.onlyPlan();
        for (int i = 0; i < 200; i++)
        {
            for (int node = DEGREE + 1; node < plan.size(); node++)
            {
                rig.peers.lag(plan.id(node), 0 == i % 10 ? 0 : 40);
            }
            rig.run(100);
        }
        assertEquals(1, rig.plans.size());
    }

    @Test
    void shouldTryAgainWithTheSameVersionWhatWasRefused()
    {
        rig.peers.add(3, 1);
        rig.isRefused = true;
        rig.run(5_000);
        assertThat(rig.plans).isEmpty();
        rig.isRefused = false;
        rig.run(200);
        assertEquals(VERSION + 1, rig.onlyPlan().version());
    }

    /** The clock was set back, and an earlier life of this node had planned: nobody takes a version below that one. */
    @Test
    void shouldGoAboveThePlansOfAnEarlierLife()
    {
        rig.peers.add(4, 2);
        rig.run(SETTLE_MS);
        final Plan earlier = new Plan(1, VERSION + 500, 4, DEGREE, SPARE,
            new long[]{SELF, 77}, new int[]{Plan.NO_NODE, 0}, new int[]{Plan.NO_NODE, Plan.NO_NODE});
        rig.author.onPlan(earlier);
        rig.run(SETTLE_MS);
        assertEquals(VERSION + 501, rig.plans.get(1).version());
        assertEquals(5, rig.plans.get(1).size());
        rig.run(20_000);
        assertEquals(2, rig.plans.size());

        rig.plans.clear();
        rig.restart(DEGREE);
        rig.author.onPlan(earlier);
        rig.run(SETTLE_MS);
        assertEquals(VERSION + 501, rig.onlyPlan().version(), "heard before it planned");
    }
}
