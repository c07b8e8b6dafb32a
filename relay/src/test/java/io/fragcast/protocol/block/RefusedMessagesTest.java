package io.fragcast.protocol.block;

import io.fragcast.counter.FragcastCounter;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goal: a message that was refused costs one signature check, however often and by whomever it is sent again; and it
 * never stands in the way of one that holds.
 */
class RefusedMessagesTest
{
    private static final long BLOCK = 100;

    private final TestSigner leader = new TestSigner(1);
    private final TestSigner other = new TestSigner(2);
    private final TestReceiver node = new TestReceiver(leader);
    private final RefusedMessages table = new RefusedMessages();

    /** Row E26. */
    @Test
    void shouldCheckARefusedMessageOnceHoweverOftenItComes()
    {
        final TestFrame forged = new TestBlock(other, 1, BLOCK, 1).env();
        for (int session = 1; session <= 1_000; session++)
        {
            assertThat(node.offer(forged, session)).isEqualTo(Verdict.BAD_SIGNATURE);
        }

        assertThat(node.count(FragcastCounter.SIGNATURES_CHECKED)).isEqualTo(1);
        assertThat(node.count(FragcastCounter.FRAMES_REFUSED_AGAIN)).isEqualTo(999);
        assertThat(node.offer(new TestBlock(leader, 1, BLOCK, 1).env())).isEqualTo(Verdict.ACCEPTED);
    }

    @Test
    void shouldRejectASessionThatSendsItAgainAndAgain()
    {
        final TestFrame forged = new TestBlock(other, 1, BLOCK, 1).env();
        for (int i = 0; i < VerificationBudget.MAX_FAILURES; i++)
        {
            node.offer(forged, 9);
        }

        assertThat(node.offer(forged, 9)).isEqualTo(Verdict.OVER_BUDGET);
        assertThat(node.rejected).containsExactly(9);
    }

    @Test
    void shouldTakeTheSameMessageUnderAGoodSignature()
    {
        final TestFrame honest = new TestBlock(leader, 1, BLOCK, 1).env();
        final UnsafeBuffer forged = new UnsafeBuffer(new byte[honest.buffer().capacity()]);
        forged.putBytes(0, honest.buffer(), 0, forged.capacity());
        forged.putByte(SignedFrame.SIGNATURE_OFFSET + 3, (byte)(forged.getByte(SignedFrame.SIGNATURE_OFFSET + 3) ^ 1));
        assertThat(node.offer(new TestFrame(FrameKind.ENV, 0, 0, forged))).isEqualTo(Verdict.BAD_SIGNATURE);

        assertThat(node.offer(honest)).isEqualTo(Verdict.ACCEPTED);
        assertThat(node.count(FragcastCounter.SIGNATURES_CHECKED)).isEqualTo(2);
    }

    @Test
    void shouldForgetWhenTheKeysMayBeOthers()
    {
        final TestFrame next = new TestBlock(other, 1, BLOCK, 1).env();
        assertThat(node.offer(next)).isEqualTo(Verdict.BAD_SIGNATURE);

        node.receiver.onSchedule(TestReceiver.schedule(TestReceiver.term(1, 0, Long.MAX_VALUE, other, null)));

        assertThat(node.offer(next)).isEqualTo(Verdict.ACCEPTED);
    }

    @Test
    void shouldHoldOneMoreInThePlaceOfAnother()
    {
        final Random random = new Random(26);
        final UnsafeBuffer signature = new UnsafeBuffer(new byte[SignedFrame.SIGNATURE_LENGTH]);
        final byte[] first = new byte[32];
        random.nextBytes(first);
        table.add(first, signature, 0);
        assertThat(table.contains(first, signature, 0)).isTrue();
        final byte[] second = first.clone();
        second[31]++;
        assertThat(table.contains(second, signature, 0)).isFalse();
        table.add(second, signature, 0);

        assertThat(table.contains(first, signature, 0)).isFalse();
        assertThat(table.contains(second, signature, 0)).isTrue();
        signature.putByte(64, (byte)1);
        assertThat(table.contains(second, signature, 0)).isFalse();
    }
}
