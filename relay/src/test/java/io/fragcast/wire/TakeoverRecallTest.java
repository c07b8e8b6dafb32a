package io.fragcast.wire;

import io.fragcast.codecs.TakeoverDecoder;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.block.MessageSigner;
import io.fragcast.protocol.leader.CurrentSchedule;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.RunPulse;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.protocol.leader.TakeoverMemory;
import io.fragcast.protocol.leader.Takeovers;
import io.fragcast.protocol.peer.Statements;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goal: a leader that took over and died before anybody heard it leads when it is back, and so does what others took.
 * Method: two lives of a node's owner of takeovers over one file.
 */
class TakeoverRecallTest
{
    private static final long MS_NS = 1_000_000L;
    private static final int MAX_LENGTH = 1_376;

    private final UnsafeBuffer file = new UnsafeBuffer(new byte[TakeoverMemory.LENGTH]);
    private final Schedule schedule = schedule(2);
    private final MessageSigner signer = LeaderRig.CURVE.newSigner(LeaderRig.OTHER_KEY);

    /** A process. */
    private final class Life
    {
        private final Counters counters = Counters.inMemory();
        private final RunPulse pulse = new RunPulse();
        private final CurrentSchedule current;
        private final Statements statements =
            new Statements(LeaderRig.CHAIN_ID, MAX_LENGTH, LeaderRig.CURVE.newVerifier(), counters);
        private final TakeoverAdapter adapter;

        private Life(final Schedule ofItsAuthor)
        {
            current = new CurrentSchedule(ofItsAuthor);
            adapter = new TakeoverAdapter(
                statements,
                new Takeovers(
                    ofItsAuthor,
                    signer.publicKey(),
                    pulse,
                    new TakeoverMemory(file, LeaderRig.CHAIN_ID, () -> {}),
                    current::adopt),
                current,
                pulse,
                null,
                new StatementSigner(signer),
                () -> 1);
            statements.register(TakeoverDecoder.TEMPLATE_ID, TakeoverAdapter.PLACES, adapter);
            adapter.recall(MS_NS);
        }

        private int leaderOf(final long block)
        {
            final LeaderTerm term = current.termOfBlock(block);

            return null == term ? 0 : term.number();
        }
    }

    @Test
    void shouldLeadAgainWhereItTookOver()
    {
        final Life first = new Life(schedule);
        long nowNs = MS_NS;
        while (1 == first.leaderOf(5) && nowNs < 10_000 * MS_NS)
        {
            nowNs += MS_NS;
            first.pulse.onCycle(5, MS_NS, nowNs);
            first.adapter.doWork(nowNs);
        }
        assertThat(first.leaderOf(5)).isEqualTo(2);

        final Life second = new Life(schedule);
        assertThat(second.leaderOf(5)).as("before anything is heard").isEqualTo(2);
        assertThat(second.leaderOf(4)).isEqualTo(1);
        assertThat(second.counters.value(FragcastCounter.STATEMENTS_ACCEPTED)).as("and told again").isEqualTo(1);
        assertThat(new Life(schedule(0)).leaderOf(5)).as("also where none would be taken any more").isEqualTo(2);
    }

    @Test
    void shouldNotBelieveAFileThatAnotherKeySigned()
    {
        final byte[] forged = new byte[112];
        final UnsafeBuffer statement = new UnsafeBuffer(forged);
        TakeoverAdapter.encode(statement, LeaderRig.CHAIN_ID, 2, 5, false, 1);
        new StatementSigner(LeaderRig.CURVE.newSigner(LeaderRig.LEADER_KEY)).sign(statement, 0, forged.length);
        final Takeovers writer = new Takeovers(
            schedule, null, new RunPulse(), new TakeoverMemory(file, LeaderRig.CHAIN_ID, () -> {}), (newer) -> {});
        writer.onTakeover(2, 5, true, forged, MS_NS);

        final Life life = new Life(schedule);
        assertThat(life.leaderOf(5)).isEqualTo(1);
        assertThat(life.counters.value(FragcastCounter.STATEMENTS_REFUSED)).isEqualTo(1);
    }

    private static Schedule schedule(final int autoTakeover)
    {
        return new Schedule(
            LeaderRig.CHAIN_ID,
            1_408,
            List.of(
                LeaderRig.term(1, 0, 9, LeaderRig.LEADER_KEY),
                LeaderRig.term(2, 10, Long.MAX_VALUE, LeaderRig.OTHER_KEY)),
            1,
            autoTakeover);
    }
}
