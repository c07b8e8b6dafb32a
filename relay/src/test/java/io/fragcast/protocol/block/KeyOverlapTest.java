package io.fragcast.protocol.block;

import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.leader.EarlierKey;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.Schedule;
import org.junit.jupiter.api.Test;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goal: for the blocks of an overlap two keys are one leader, and after it the old one is nobody's; whoever signs two
 * messages for one place with one key each has signed both.
 */
class KeyOverlapTest
{
    private static final long FIRST = 100;
    private static final long LAST_OF_OLD = 101;

    private final TestSigner oldKey = new TestSigner(1);
    private final TestSigner newKey = new TestSigner(2);
    private final TestReceiver node = new TestReceiver(
        new Schedule(TestBlock.CHAIN_ID, 1_408, List.of(new LeaderTerm(
            1,
            FIRST,
            Long.MAX_VALUE,
            newKey.publicKey(),
            null,
            List.of(),
            null,
            new EarlierKey(oldKey.publicKey(), LAST_OF_OLD)))),
        BlockLimits.withSlab(16 << 20, 12 << 20),
        TestSigner.verifier());

    @Test
    void shouldTakeBothKeysUntilTheOverlapIsOver()
    {
        node.offerAll(block(oldKey, FIRST).frames(1, 1, 50));
        node.offerAll(block(newKey, FIRST + 1).frames(1, 1, 50));
        assertThat(node.offer(block(oldKey, FIRST + 2).env())).isEqualTo(Verdict.BAD_SIGNATURE);
        node.offerAll(block(newKey, FIRST + 2).frames(1, 1, 50));

        assertThat(node.count(FragcastCounter.BLOCKS_VERIFIED)).isEqualTo(3);
        assertThat(node.count(FragcastCounter.FRAMES_BAD_SIGNATURE)).isEqualTo(1);
    }

    @Test
    void shouldFindTwoFragsOfOneSeqThoughEachKeySignedOne()
    {
        final TestBlock block = block(newKey, FIRST);
        final TestBlock other = block(oldKey, FIRST);
        node.offer(block.env());
        other.env();
        node.offer(block.frag(false, new byte[]{1}).get(0));

        assertThat(node.offer(other.frag(false, new byte[]{2}).get(0))).isEqualTo(Verdict.EQUIVOCATION);
        assertThat(node.evidence).hasSize(1);
    }

    private static TestBlock block(final TestSigner key, final long number)
    {
        return new TestBlock(key, 1, number, number).parentHash(TestBlock.blockHash(number - 1, number - 1));
    }
}
