package io.fragcast.wire;

import io.fragcast.codecs.FinalizedDecoder;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.block.FinalizedBlock;
import io.fragcast.protocol.block.MessageSigner;
import io.fragcast.protocol.leader.CurrentSchedule;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.protocol.peer.Statements;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
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
    private final List<FinalizedBlock> taken = new ArrayList<>();
    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[FinalizedAdapter.LENGTH]);
    private final Statements statements = new Statements(CHAIN_ID, 1_376, LeaderRig.CURVE.newVerifier(), counters);
    private long newest = NEWEST;

    FinalizedAdapterTest()
    {
        final CurrentSchedule schedule = new CurrentSchedule(new Schedule(CHAIN_ID, 1_408, List.of(
            term(1, 0, NEWEST - 1, first), term(2, NEWEST, NEWEST + 50, second),
            term(3, NEWEST + 51, Long.MAX_VALUE, third))));
        statements.register(
            FinalizedDecoder.TEMPLATE_ID,
            FinalizedAdapter.PLACES,
            new FinalizedAdapter(schedule, () -> newest, taken::add));
    }

    @Test
    void shouldTakeTheWordOfWhoLeadsNowOrLedBefore()
    {
        assertThat(say(2, 90, second)).isTrue();
        assertThat(say(1, 91, first)).isTrue();
        assertThat(taken).extracting(FinalizedBlock::number).containsExactly(90L, 91L);
        assertThat(taken.get(1).hash()[0]).isEqualTo((byte)91);
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
        assertThat(taken).hasSize(1);
    }

    private boolean say(final int term, final long number, final MessageSigner signer)
    {
        final byte[] hash = new byte[32];
        hash[0] = (byte)number;
        final int length =
            FinalizedAdapter.encode(buffer, CHAIN_ID, term, new FinalizedBlock(number, hash), 1, signer);

        return statements.publish(buffer, 0, length, 0);
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
