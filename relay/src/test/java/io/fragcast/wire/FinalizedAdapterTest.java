package io.fragcast.wire;

import io.fragcast.codecs.FinalizedDecoder;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.block.FinalizedBlock;
import io.fragcast.protocol.block.Finality;
import io.fragcast.protocol.block.MessageSigner;
import io.fragcast.protocol.leader.CurrentSchedule;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.protocol.peer.Statements;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goal: only who leads the newest block, or led the one before, says what is final, of blocks that are known, and ever
 * higher ones.
 */
class FinalizedAdapterTest
{
    private static final long CHAIN_ID = 10;
    private static final long NEWEST = 100;

    private final MessageSigner first = LeaderRig.CURVE.newSigner(key(1));
    private final MessageSigner second = LeaderRig.CURVE.newSigner(key(2));
    private final MessageSigner third = LeaderRig.CURVE.newSigner(key(3));
    private final Counters counters = Counters.inMemory();
    private final Finality finality = new Finality();
    private final Finality ownFinality = new Finality();
    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[FinalizedAdapter.LENGTH]);
    private final Statements statements = new Statements(CHAIN_ID, 1_376, LeaderRig.CURVE.newVerifier(), counters);
    private final Statements ownStatements = new Statements(
        CHAIN_ID, 1_376, LeaderRig.CURVE.newVerifier(), Counters.inMemory());
    private final FinalizedAdapter adapter;
    private final FinalizedAdapter speaking;
    private long newest = NEWEST;

    FinalizedAdapterTest()
    {
        final CurrentSchedule schedule = new CurrentSchedule(new Schedule(CHAIN_ID, 1_408, List.of(
            term(1, 0, NEWEST - 1, first), term(2, NEWEST, NEWEST + 50, second),
            term(3, NEWEST + 51, Long.MAX_VALUE, third))));
        adapter = new FinalizedAdapter(
            statements, schedule, () -> newest, finality, true, null, () -> 1);
        statements.register(FinalizedDecoder.TEMPLATE_ID, FinalizedAdapter.PLACES, adapter);
        final FinalizedAdapter speaker = new FinalizedAdapter(
            ownStatements, schedule, () -> newest, ownFinality, false, new StatementSigner(second), () -> 1);
        ownStatements.register(FinalizedDecoder.TEMPLATE_ID, FinalizedAdapter.PLACES, speaker);
        speaking = speaker;
    }

    @Test
    void shouldTakeTheWordOfWhoLeadsNowOrLedBefore()
    {
        assertThat(say(2, 90, second)).isTrue();
        assertThat(finality.newest().number()).isEqualTo(90);
        assertThat(say(1, 91, first)).isTrue();
        assertThat(finality.newest().number()).isEqualTo(91);
        assertThat(finality.newest().hash()[0]).isEqualTo((byte)91);
        assertThat(adapter.doWork(0)).isZero();
        newest++;
        assertThat(say(1, 92, first)).as("of a term that is over").isFalse();
        assertThat(say(3, 92, third)).as("of a term to come").isFalse();
        assertThat(counters.value(FragcastCounter.STATEMENTS_FOREIGN)).isEqualTo(2);
    }

    @Test
    void shouldTakeNoBlockThatIsNotKnown()
    {
        assertThat(say(2, NEWEST + 1, second)).isFalse();
        assertThat(say(2, NEWEST, second)).isTrue();
        newest = -1;
        assertThat(say(2, 50, second)).isFalse();
    }

    @Test
    void shouldTakeNothingLowerOrForged()
    {
        assertThat(say(2, 90, second)).isTrue();
        assertThat(say(2, 89, second)).isFalse();
        assertThat(say(2, 90, second)).isFalse();
        assertThat(say(2, 95, third)).isFalse();
        assertThat(counters.value(FragcastCounter.STATEMENTS_REFUSED)).isEqualTo(1);
        assertThat(finality.newest().number()).isEqualTo(90);
    }

    @Test
    void shouldSayWhatItsOwnSourceCallsFinalWhileItLeads()
    {
        ownFinality.offer(new FinalizedBlock(90, new byte[32]));
        newest = NEWEST - 1;
        assertThat(speaking.doWork(0)).as("another leads").isZero();
        newest = NEWEST;
        assertThat(speaking.doWork(0)).isEqualTo(1);
        assertThat(speaking.doWork(0)).as("said already").isZero();
        ownFinality.offer(new FinalizedBlock(NEWEST + 1, new byte[32]));
        assertThat(speaking.doWork(0)).as("not known here").isZero();
        newest++;
        assertThat(speaking.doWork(0)).isEqualTo(1);
    }

    @Test
    void shouldNotBelieveOthersWhereItHasASource()
    {
        ownFinality.offer(new FinalizedBlock(80, new byte[32]));
        FinalizedAdapter.encode(buffer, CHAIN_ID, 2, new FinalizedBlock(90, new byte[32]), 1);
        new StatementSigner(second).sign(buffer, 0, FinalizedAdapter.LENGTH);
        assertThat(ownStatements.publish(buffer, 0, FinalizedAdapter.LENGTH, 0)).isTrue();
        assertThat(ownFinality.newest().number()).isEqualTo(80);
    }

    private boolean say(final int term, final long number, final MessageSigner signer)
    {
        final byte[] hash = new byte[32];
        hash[0] = (byte)number;
        FinalizedAdapter.encode(buffer, CHAIN_ID, term, new FinalizedBlock(number, hash), 1);
        new StatementSigner(signer).sign(buffer, 0, FinalizedAdapter.LENGTH);

        return statements.publish(buffer, 0, FinalizedAdapter.LENGTH, 0);
    }

    private static LeaderTerm term(final int number, final long from, final long to, final MessageSigner signer)
    {
        return new LeaderTerm(number, from, to, signer.publicKey(), null, List.of(), null);
    }

    private static byte[] key(final int last)
    {
        final byte[] key = new byte[32];
        key[31] = (byte)last;

        return key;
    }
}
