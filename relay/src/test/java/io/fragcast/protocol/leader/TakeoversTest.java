package io.fragcast.protocol.leader;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goal: a term begins early only where the leaders before it are silent, or the schedule's authority says so; nobody is
 * silent because the node that listens stood still. Method: a pulse and a time of the test's.
 */
class TakeoversTest
{
    private static final byte[] A = {1};
    private static final byte[] B = {2};
    private static final byte[] C = {3};
    private static final byte[] STATEMENT = {7};
    private static final long MS_NS = 1_000_000L;

    private final Schedule schedule = new Schedule(1, 1_408, List.of(
        term(1, 0, 9, A), term(2, 10, 19, B), term(3, 20, 29, C), term(4, 30, Long.MAX_VALUE, A)), 1, 3);
    private final RunPulse pulse = new RunPulse();
    private final List<Schedule> adopted = new ArrayList<>();
    private final Takeovers replica = new Takeovers(schedule, null, pulse, memory(), adopted::add);
    private final Takeovers b = new Takeovers(schedule, B, pulse, memory(), adopted::add);
    private final Takeovers c = new Takeovers(schedule, C, pulse, memory(), adopted::add);
    private final Takeovers a = new Takeovers(schedule, A, pulse, memory(), adopted::add);
    private long nowNs = 5_000_000_000L;
    private long heardNs;

    @Test
    void shouldTakeOverAfterThreeSilentCadences()
    {
        hear();
        assertThat(runUntilDue(b)).isEqualTo(2);
        assertThat(nowNs - heardNs).isBetween(600 * MS_NS, 610 * MS_NS);
        assertThat(c.dueTerm(nowNs)).as("it is not its turn").isZero();
        assertThat(a.dueTerm(nowNs)).as("it leads").isZero();
    }

    @Test
    void shouldTakeOverAfterSixIfTheFirstSuccessorIsGoneToo()
    {
        hear();
        assertThat(runUntilDue(c)).isEqualTo(3);
        assertThat(nowNs - heardNs).isBetween(1_200 * MS_NS, 1_210 * MS_NS);
    }

    @Test
    void shouldGiveTheBlocksToTheSuccessor()
    {
        hear();
        pass(600 * MS_NS);
        b.onTakeover(2, 5, false, STATEMENT, nowNs);

        assertThat(adopted).hasSize(1);
        final Schedule now = adopted.get(0);
        assertThat(numberAt(now, 4)).isEqualTo(1);
        assertThat(numberAt(now, 5)).isEqualTo(2);
        assertThat(numberAt(now, 19)).isEqualTo(2);
        assertThat(numberAt(now, 20)).isEqualTo(3);
        assertThat(now.leaderOf(1, 5)).as("the stale term is fenced").isNull();
        assertThat(b.dueTerm(nowNs)).isZero();
        assertThat(b.isNew(2, 5)).isFalse();
    }

    @Test
    void shouldSkipTheTermsThatAreWhollyTakenOver()
    {
        hear();
        pass(1_200 * MS_NS);
        c.onTakeover(3, 5, false, STATEMENT, nowNs);
        final Schedule now = adopted.get(0);
        assertThat(now.termNumbered(2)).isNull();
        assertThat(numberAt(now, 5)).isEqualTo(3);
        assertThat(numberAt(now, 30)).isEqualTo(4);
    }

    @Test
    void shouldWaitUntilItIsSilentHereToo()
    {
        hear();
        replica.onTakeover(2, 5, false, STATEMENT, nowNs);
        assertThat(adopted).isEmpty();
        pass(300 * MS_NS);
        hear();
        pass(390 * MS_NS);
        assertThat(replica.doWork(nowNs)).as("the leader lives").isZero();
        pass(20 * MS_NS);
        assertThat(replica.doWork(nowNs)).isEqualTo(1);
        assertThat(numberAt(replica.current(), 5)).isEqualTo(2);
    }

    /** Nobody takes a takeover back, so all end with it, whatever the leader that was not told of it went on to. */
    @Test
    void shouldGoToTheSuccessorHoweverMuchLaterTheLeaderFallsSilent()
    {
        hear();
        replica.onTakeover(2, 5, false, STATEMENT, nowNs);
        for (int i = 0; i < 100; i++)
        {
            pass(100 * MS_NS);
            hear();
            assertThat(replica.doWork(nowNs)).as("the leader lives").isZero();
        }
        pass(410 * MS_NS);
        assertThat(replica.doWork(nowNs)).isEqualTo(1);
        assertThat(numberAt(replica.current(), 5)).isEqualTo(2);
    }

    @Test
    void shouldBelieveItsPeersWhereItHearsOfNoRunItself()
    {
        nowNs += MS_NS;
        pulse.onCycle(Leadership.NULL_BLOCK, 0, nowNs);
        replica.onTakeover(2, 5, false, STATEMENT, nowNs);
        for (int i = 0; i < 390; i++)
        {
            nowNs += MS_NS;
            pulse.onCycle(Leadership.NULL_BLOCK, 0, nowNs);
        }
        assertThat(replica.doWork(nowNs)).as("somebody may be heard yet").isZero();
        nowNs += 10 * MS_NS;
        pulse.onCycle(Leadership.NULL_BLOCK, 0, nowNs);
        assertThat(replica.doWork(nowNs)).isEqualTo(1);
        assertThat(numberAt(replica.current(), 5)).isEqualTo(2);
    }

    @Test
    void shouldNotTakeTheSuccessorForTheLeaderThatIsGone()
    {
        hear();
        pulse.onMessage(1, nowNs);
        replica.onTakeover(2, 5, false, STATEMENT, nowNs);
        for (int i = 0; i < 390; i++)
        {
            nowNs += MS_NS;
            heardNs = nowNs;
            pulse.onMessage(2, nowNs);
            pulse.onCycle(5, heardNs, nowNs);
        }
        assertThat(replica.doWork(nowNs)).as("the leader was heard a cadence ago").isZero();
        nowNs += 20 * MS_NS;
        assertThat(replica.doWork(nowNs)).isEqualTo(1);
    }

    @Test
    void shouldWaitWhileTheLeaderIsHeardBesideItsSuccessor()
    {
        hear();
        pulse.onMessage(2, nowNs);
        replica.onTakeover(2, 5, false, STATEMENT, nowNs);
        for (int i = 0; i < 1_000; i++)
        {
            nowNs += MS_NS;
            heardNs = nowNs;
            pulse.onMessage(0 == i % 100 ? 1 : 2, nowNs);
            pulse.onCycle(5, heardNs, nowNs);
            assertThat(replica.doWork(nowNs)).isZero();
        }
    }

    @Test
    void shouldObeyTheAuthorityAtOnce()
    {
        hear();
        replica.onTakeover(2, 5, true, STATEMENT, nowNs);
        assertThat(adopted).hasSize(1);
    }

    @Test
    void shouldGiveWayAtOnceIfItIsTakenOver()
    {
        hear();
        a.onTakeover(2, 5, false, STATEMENT, nowNs);
        assertThat(adopted).hasSize(1);
    }

    @Test
    void shouldRememberBeforeItHolds()
    {
        final List<String> order = new ArrayList<>();
        final TakeoverMemory memory = new TakeoverMemory(
            new UnsafeBuffer(new byte[TakeoverMemory.LENGTH]), 1, () -> order.add("on disk"));
        final Takeovers node =
            new Takeovers(schedule, null, pulse, memory, (newer) -> order.add("" + numberAt(newer, 5)));
        hear();
        node.onTakeover(2, 5, false, STATEMENT, nowNs);
        assertThat(memory.statements()).as("it waits: who said it knows it").isEmpty();
        pass(400 * MS_NS);
        node.doWork(nowNs);

        assertThat(order).containsExactly("on disk", "2");
        assertThat(node.remembered()).containsExactly(STATEMENT);
    }

    @Test
    void shouldLetItsAnchorGoToWhoTakesTheFirstBlockOfATerm()
    {
        final byte[] anchor = new byte[32];
        anchor[0] = 9;
        final LeaderTerm anchored = new LeaderTerm(2, 10, 19, B, null, List.of(), anchor);
        final Schedule now = new Schedule(
            1, 1_408, List.of(term(1, 0, 9, A), anchored, term(3, 20, 29, C)), 1, 3);
        assertThat(anchorAt(now.takenOver(3, 10), 10)).as("nobody else starts the run").isEqualTo(anchor);
        assertThat(anchorAt(now.takenOver(3, 12), 12)).as("the run has started").isNull();
        assertThat(anchorAt(now.takenOver(3, 12), 10)).isEqualTo(anchor);
        assertThat(anchorAt(now.takenOver(2, 5), 5)).as("it is the parent of another block").isNull();
    }

    @Test
    void shouldNotTakeOverUnlessTheScheduleSaysSo()
    {
        final Schedule never = new Schedule(1, 1_408, List.of(term(1, 0, 9, A), term(2, 10, 19, B)), 1);
        final Takeovers patient = new Takeovers(never, B, pulse, memory(), adopted::add);
        hear();
        for (int i = 0; i < 1_000; i++)
        {
            pass(10 * MS_NS);
            assertThat(patient.dueTerm(nowNs)).isZero();
        }
        patient.onTakeover(2, 5, false, STATEMENT, nowNs);
        assertThat(patient.doWork(nowNs)).isZero();
        assertThat(adopted).isEmpty();
    }

    @Test
    void shouldNotCallItSilenceThatItStoodStillItself()
    {
        hear();
        pass(10 * MS_NS);
        assertThat(b.dueTerm(nowNs)).isZero();
        nowNs += 5_000 * MS_NS;
        pulse.onCycle(5, heardNs, nowNs);
        assertThat(b.dueTerm(nowNs)).as("what waits in the socket is not read yet").isZero();
        pass(10 * MS_NS);
        assertThat(b.dueTerm(nowNs)).isZero();
        assertThat(runUntilDue(b)).as("and then it is").isEqualTo(2);
    }

    @Test
    void shouldKeepWhatWasTakenOverWhenTheScheduleIsReplaced()
    {
        hear();
        replica.onTakeover(2, 5, true, STATEMENT, nowNs);
        adopted.clear();
        replica.onSchedule(new Schedule(1, 1_408, List.of(
            term(1, 0, 9, A), term(2, 10, 39, B), term(3, 40, Long.MAX_VALUE, C)), 2, 3));
        assertThat(adopted).hasSize(1);
        assertThat(numberAt(replica.current(), 5)).isEqualTo(2);
        assertThat(numberAt(replica.current(), 39)).isEqualTo(2);
    }

    @Test
    void shouldRefuseWhatSaysNothingNew()
    {
        assertThat(replica.isNew(2, 10)).as("it begins there").isFalse();
        assertThat(replica.isNew(2, 11)).as("it begins before").isFalse();
        assertThat(replica.isNew(7, 3)).as("no such term").isFalse();
        assertThat(replica.isNew(2, 9)).isTrue();
        hear();
        replica.onTakeover(2, 9, false, STATEMENT, nowNs);
        assertThat(replica.isNew(2, 9)).as("it waits").isFalse();
        assertThat(replica.isNew(2, 8)).as("it begins yet earlier").isTrue();
    }

    private static TakeoverMemory memory()
    {
        return TakeoverMemory.ofThisProcess(1);
    }

    /** The run is at block 5 and was heard now. */
    private void hear()
    {
        nowNs += MS_NS;
        heardNs = nowNs;
        pulse.onCycle(5, heardNs, nowNs);
    }

    private void pass(final long durationNs)
    {
        final long endNs = nowNs + durationNs;
        while (nowNs - endNs < 0)
        {
            nowNs += MS_NS;
            pulse.onCycle(5, heardNs, nowNs);
            b.dueTerm(nowNs);
            c.dueTerm(nowNs);
        }
    }

    private int runUntilDue(final Takeovers node)
    {
        for (int i = 0; i < 10_000; i++)
        {
            nowNs += MS_NS;
            pulse.onCycle(5, heardNs, nowNs);
            final int due = node.dueTerm(nowNs);
            if (0 != due)
            {
                return due;
            }
        }

        return 0;
    }

    private static int numberAt(final Schedule schedule, final long block)
    {
        final LeaderTerm term = schedule.termOfBlock(block);

        return null == term ? 0 : term.number();
    }

    private static byte[] anchorAt(final Schedule schedule, final long block)
    {
        final LeaderTerm term = schedule.termOfBlock(block);

        return null == term ? null : term.anchor();
    }

    private static LeaderTerm term(final int number, final long first, final long last, final byte[] key)
    {
        return new LeaderTerm(number, first, last, key, null, List.of(), null);
    }
}
