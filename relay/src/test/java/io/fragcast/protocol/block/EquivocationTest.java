package io.fragcast.protocol.block;

import io.fragcast.counter.FragcastCounter;
import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goal (weakness 6 of protocols.md §2.5): two messages signed for one place are found whenever the second comes, the
 * first stands, a proof of both goes to the consumer once, and the block is delivered no further.
 */
class EquivocationTest
{
    private static final long BLOCK = 100;
    private static final String MISMATCHED = "MISMATCHED@100 reason " + MismatchReason.EQUIVOCATION.ordinal();

    private final TestSigner leader = new TestSigner(1);
    private final TestReceiver node = new TestReceiver(leader);
    private final TestBlock block = new TestBlock(leader, 1, BLOCK, 1);
    private final TestBlock other = new TestBlock(leader, 1, BLOCK, 1);

    @Test
    void shouldFindTwoFragsOfOneSeq()
    {
        final TestFrame env = block.env();
        other.env();
        final TestFrame first = block.frag(false, new byte[]{1}).get(0);
        final TestFrame second = other.frag(false, new byte[]{2}).get(0);
        node.offer(env);
        node.offer(first);

        assertThat(node.offer(second)).isEqualTo(Verdict.EQUIVOCATION);

        assertThat(node.story()).containsExactly("ENV@100", "FRAG@100#0", MISMATCHED);
        thenTheProofIs(first, second);
        thenAllIsOver(second);
    }

    @Test
    void shouldFindTwoEnvsOfOneAttempt()
    {
        final TestFrame first = block.env();
        final TestFrame second = other.timestamp(1).env();
        node.offer(first);

        assertThat(node.offer(second)).isEqualTo(Verdict.EQUIVOCATION);

        assertThat(node.story()).containsExactly("ENV@100", MISMATCHED);
        thenTheProofIs(first, second);
        thenAllIsOver(second);
    }

    @Test
    void shouldFindTwoSealsOfOneAttempt()
    {
        node.offer(block.env());
        block.frag(true, new byte[]{1});
        final byte[] previous = block.previousDigest();
        final TestFrame first = block.seal(1, new byte[32]);
        block.previousDigest(previous);
        final TestFrame second = block.seal(2, new byte[32]);
        node.offer(first);

        assertThat(node.offer(second)).isEqualTo(Verdict.EQUIVOCATION);

        assertThat(node.story()).containsExactly("ENV@100", MISMATCHED);
        thenTheProofIs(first, second);
        thenAllIsOver(second);
    }

    @Test
    void shouldFindASecondSealedAttemptAtOneHeightAfterTheFirstHasEnded()
    {
        final List<TestFrame> frames = block.frames(1, 1, 10);
        node.offerAll(frames);
        final List<TestFrame> again = new TestBlock(leader, 1, BLOCK, 2).frames(1, 1, 10);

        assertThat(node.offer(again.get(0))).isEqualTo(Verdict.STALE);
        assertThat(node.offer(again.get(1))).isEqualTo(Verdict.STALE);
        assertThat(node.offer(again.get(2))).isEqualTo(Verdict.EQUIVOCATION);

        assertThat(node.story()).endsWith("VERIFIED@100");
        thenTheProofIs(frames.get(2), again.get(2));
        assertThat(node.offer(again.get(2))).isEqualTo(Verdict.STALE);
        assertThat(node.count(FragcastCounter.EQUIVOCATIONS)).isEqualTo(1);
    }

    @Test
    void shouldFindASecondSealedAttemptWhileTheFirstIsOpen()
    {
        final List<TestFrame> frames = block.frames(2, 1, 10);
        node.offer(frames.get(0));
        node.offer(frames.get(3));
        final List<TestFrame> again = new TestBlock(leader, 1, BLOCK, 2).frames(1, 1, 10);

        assertThat(node.offer(again.get(2))).isEqualTo(Verdict.EQUIVOCATION);

        assertThat(node.story()).containsExactly("ENV@100", MISMATCHED);
        thenTheProofIs(frames.get(3), again.get(2));
    }

    @Test
    void shouldFindASecondFragOfAnAttemptThatHasEnded()
    {
        final List<TestFrame> frames = block.frames(1, 1, 10);
        node.offerAll(frames);
        other.env();
        final TestFrame second = other.frag(true, new byte[]{2}).get(0);

        assertThat(node.offer(second)).isEqualTo(Verdict.EQUIVOCATION);

        assertThat(node.evidence).hasSize(1);
        final FrameDigest digests = new FrameDigest();
        final byte[] digest = new byte[32];
        digests.ofFrame(frames.get(1).buffer(), 0, 8 + 208 + 4 + 20 - 96, digest);
        assertThat(node.evidence.get(0)[0]).isEmpty();
        assertThat(node.evidence.get(0)[2]).isEqualTo(digest);
        assertThat(node.evidence.get(0)[1]).isEqualTo(bytes(second));
    }

    @Test
    void shouldTakeNothingForEquivocationThatTheLeaderDidNotSign()
    {
        final TestBlock forged = new TestBlock(new TestSigner(2), 1, BLOCK, 1);
        node.offer(block.env());

        assertThat(node.offer(forged.timestamp(1).env(), 66)).isEqualTo(Verdict.BAD_SIGNATURE);

        assertThat(node.evidence).isEmpty();
        node.offerAll(block.frag(true, new byte[]{1}));
        node.offer(block.seal());
        assertThat(node.story()).endsWith("VERIFIED@100");
    }

    @Test
    void shouldGoOnWithTheNextBlock()
    {
        node.offer(block.env());
        node.offer(other.timestamp(1).env());
        node.offerAll(new TestBlock(leader, 1, BLOCK + 1, 1).parentHash(new byte[32]).frames(1, 1, 10));
        assertThat(node.story()).endsWith("SEAL@101", "VERIFIED@101");
    }

    private void thenTheProofIs(final TestFrame first, final TestFrame second)
    {
        assertThat(node.evidence).hasSize(1);
        // The first is kept without its inline body, which is not signed.
        final byte[] kept = node.evidence.get(0)[0];
        final int signedEnd = FrameKind.FRAG == first.kind() ? kept.length - 4 : kept.length;
        assertThat(Arrays.copyOf(kept, signedEnd)).isEqualTo(Arrays.copyOf(bytes(first), signedEnd));
        assertThat(node.evidence.get(0)[1]).isEqualTo(bytes(second));
    }

    private void thenAllIsOver(final TestFrame second)
    {
        final int known = node.forwarded.size();
        assertThat(node.offer(second)).isIn(Verdict.STALE, Verdict.OUT_OF_STATE);
        assertThat(node.offer(block.seal())).isIn(Verdict.STALE, Verdict.OUT_OF_STATE);
        assertThat(node.forwarded).hasSize(known);
        assertThat(node.count(FragcastCounter.EQUIVOCATIONS)).isEqualTo(1);
        assertThat(node.count(FragcastCounter.BLOCKS_MISMATCHED)).isEqualTo(1);
    }

    private static byte[] bytes(final TestFrame frame)
    {
        final byte[] bytes = new byte[frame.buffer().capacity()];
        frame.buffer().getBytes(0, bytes);

        return bytes;
    }
}
