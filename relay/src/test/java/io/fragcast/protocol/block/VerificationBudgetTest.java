package io.fragcast.protocol.block;

import io.fragcast.counter.FragcastCounter;
import org.junit.jupiter.api.Test;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goal: only failures cost; a session that fails too often is dropped unread, a node spends at most a quarter of a core
 * on failures, and honest sessions never notice.
 */
class VerificationBudgetTest
{
    private static final long BLOCK = 100;
    private static final int ATTACKER = 66;

    private final TestSigner leader = new TestSigner(1);
    private final TestSigner impostor = new TestSigner(2);
    private final TestReceiver node = new TestReceiver(leader);

    @Test
    void shouldRejectASessionAtTheEighthFailureAndDropItUnread()
    {
        final TestFrame forged = forged(1);
        for (int i = 1; i <= VerificationBudget.MAX_FAILURES; i++)
        {
            assertThat(node.rejected).isEmpty();
            assertThat(node.offer(forged(i), ATTACKER)).isEqualTo(Verdict.BAD_SIGNATURE);
        }
        assertThat(node.rejected).containsExactly(ATTACKER);
        assertThat(node.count(FragcastCounter.SESSIONS_REJECTED)).isEqualTo(1);

        for (int i = 0; i < 50_000; i++)
        {
            assertThat(node.offer(forged, ATTACKER)).isEqualTo(Verdict.OVER_BUDGET);
        }
        assertThat(node.count(FragcastCounter.SIGNATURES_CHECKED)).isEqualTo(VerificationBudget.MAX_FAILURES);
        node.offerAll(new TestBlock(leader, 1, BLOCK, 1).frames(3, 1, 50));
        assertThat(node.story()).endsWith("VERIFIED@100");
    }

    @Test
    void shouldRejectForPiecesOfAnotherHeaderOnlyWhoSentThisOne()
    {
        node.offer(new TestBlock(leader, 1, BLOCK, 1).env());
        final TestFrame header =
            new TestBlock(leader, 1, BLOCK, 1).frag(false, TestBlock.bodyOfLength(30_000), 9).get(0);
        node.offer(header);
        final List<TestFrame> other = new TestBlock(leader, 1, BLOCK, 1).frag(
            false, TestBlock.bodyOfLength(30_001), 9);
        final TestFrame last = other.get(other.size() - 1);

        node.receiver.onLane(FrameLane.REPAIR);
        for (int i = 0; i < VerificationBudget.NODE_SHARE_NS / VerificationBudget.FAILURE_COST_NS + 1; i++)
        {
            assertThat(node.offer(last, ATTACKER)).isEqualTo(Verdict.BAD_HASH);
        }
        assertThat(node.offer(last, ATTACKER)).isEqualTo(Verdict.OVER_BUDGET);
        assertThat(node.rejected).isEmpty();
        node.pass(VerificationBudget.WINDOW_NS);
        assertThat(node.offer(last, ATTACKER)).isEqualTo(Verdict.BAD_HASH);

        // Nor a live session that lost its own header, where the leader signed two.
        node.receiver.onLane(FrameLane.LIVE);
        for (int i = 0; i < 2 * VerificationBudget.MAX_FAILURES; i++)
        {
            assertThat(node.offer(last, ATTACKER)).isEqualTo(Verdict.BAD_HASH);
        }
        assertThat(node.rejected).isEmpty();

        // One that sent this header has sent what is not under it.
        assertThat(node.offer(header, ATTACKER)).isEqualTo(Verdict.DUPLICATE);
        node.offer(last, ATTACKER);
        assertThat(node.rejected).containsExactly(ATTACKER);
    }

    @Test
    void shouldNotRejectASessionOfWhichMoreHoldsThanFails()
    {
        final TestFrame forged = new TestBlock(impostor, 1, BLOCK, 1).env();
        node.offer(forged);
        for (int i = 0; i < 10; i++)
        {
            final TestBlock block = new TestBlock(leader, 1, BLOCK + i, 1);
            node.offerAll(block.parentHash(TestBlock.blockHash(BLOCK + i - 1, 1)).frames(2, 1, 50));
            node.offer(forged);
            node.offer(forged);
        }
        assertThat(node.rejected).isEmpty();
        assertThat(node.count(FragcastCounter.FRAMES_BAD_SIGNATURE)).isEqualTo(21);

        // Then it is all lies.
        for (int i = 0; i < 40; i++)
        {
            node.offer(forged);
        }
        assertThat(node.rejected).containsExactly(TestReceiver.SESSION);
    }

    @Test
    void shouldForgetFailuresThatLieAWindowApart()
    {
        final TestFrame forged = new TestBlock(impostor, 1, BLOCK, 1).env();
        for (int i = 0; i < 4 * VerificationBudget.MAX_FAILURES; i++)
        {
            assertThat(node.offer(forged, ATTACKER)).isEqualTo(Verdict.BAD_SIGNATURE);
            node.pass(VerificationBudget.WINDOW_NS / (VerificationBudget.MAX_FAILURES - 2));
        }
        assertThat(node.rejected).isEmpty();
    }

    @Test
    void shouldTakeASessionAgainAfterItsRejection()
    {
        final TestFrame forged = new TestBlock(impostor, 1, BLOCK, 1).env();
        for (int i = 0; i < VerificationBudget.MAX_FAILURES; i++)
        {
            node.offer(forged, ATTACKER);
        }
        node.pass(VerificationBudget.REJECTION_NS - 1);
        final TestFrame honest = new TestBlock(leader, 1, BLOCK, 1).env();
        assertThat(node.offer(honest, ATTACKER)).isEqualTo(Verdict.OVER_BUDGET);
        node.pass(1);
        assertThat(node.offer(honest, ATTACKER)).isEqualTo(Verdict.ACCEPTED);
    }

    @Test
    void shouldSpendAtMostAQuarterOfACoreOnFailures()
    {
        final long limit = VerificationBudget.NODE_SHARE_NS / VerificationBudget.FAILURE_COST_NS + 1;
        final int sessions = 250;
        for (int round = 0; round < 7; round++)
        {
            for (int session = 0; session < sessions; session++)
            {
                node.offer(forged(round * sessions + session), 1_000 + session);
            }
        }
        // Sessions come and go: each new one has a few failures free, the node as a whole has not.
        for (int i = 0; i < 10_000; i++)
        {
            node.offer(forged(7 * sessions + i), 2_000 + i / 7);
        }
        assertThat(node.count(FragcastCounter.FRAMES_BAD_SIGNATURE)).isBetween(limit, limit + 10_000 / 7);
        assertThat(node.count(FragcastCounter.FRAMES_OVER_BUDGET)).isPositive();

        node.offerAll(new TestBlock(leader, 1, BLOCK, 1).frames(3, 1, 50));
        assertThat(node.story()).endsWith("VERIFIED@100");

        node.pass(VerificationBudget.WINDOW_NS);
        assertThat(node.offer(new TestBlock(impostor, 1, BLOCK + 1, 1).env(), 2_000)).isEqualTo(Verdict.BAD_SIGNATURE);
    }

    @Test
    void shouldChargeBadChunksTheSame()
    {
        final TestBlock block = new TestBlock(leader, 1, BLOCK, 1);
        node.offer(block.env());
        final List<TestFrame> frames = block.frag(true, new byte[5_000]);
        node.offer(frames.get(0));
        assertThat(node.offer(frames.get(0), ATTACKER)).isEqualTo(Verdict.DUPLICATE);
        final TestFrame bad = frames.get(1).flip(8 * 80);
        for (int i = 0; i < VerificationBudget.MAX_FAILURES; i++)
        {
            assertThat(node.offer(bad, ATTACKER)).isEqualTo(Verdict.BAD_HASH);
        }
        assertThat(node.offer(frames.get(1), ATTACKER)).isEqualTo(Verdict.OVER_BUDGET);
        node.offerAll(frames);
        node.offer(block.seal());
        assertThat(node.story()).endsWith("VERIFIED@100");
    }

    @Test
    void shouldNeverThrottleHonestFullSpeed()
    {
        for (int i = 0; i < 2_000; i++)
        {
            node.offerAll(new TestBlock(leader, 1, BLOCK + i, 1)
                .parentHash(TestBlock.blockHash(BLOCK + i - 1, 1)).frames(2, 1, 50));
        }
        assertThat(node.count(FragcastCounter.BLOCKS_VERIFIED)).isEqualTo(2_000);
        assertThat(node.count(FragcastCounter.FRAMES_OVER_BUDGET)).isZero();
    }

    @Test
    void shouldForgetTheOldestOfTooManySessions()
    {
        final TestFrame forged = new TestBlock(impostor, 1, BLOCK, 1).env();
        for (int i = 0; i < VerificationBudget.MAX_FAILURES; i++)
        {
            node.offer(forged, ATTACKER);
        }
        for (int session = 0; session < 2 * VerificationBudget.MAX_SESSIONS; session++)
        {
            node.pass(10_000_000);
            assertThat(node.offer(forged, 1_000 + session)).isEqualTo(Verdict.BAD_SIGNATURE);
        }
        node.offerAll(new TestBlock(leader, 1, BLOCK, 1).frames(1, 1, 50));
        assertThat(node.story()).endsWith("VERIFIED@100");
    }

    /** One of many different ones: what is refused is not checked again. */
    private TestFrame forged(final int seconds)
    {
        return new TestBlock(impostor, 1, BLOCK, 1).timestamp(seconds).env();
    }
}
