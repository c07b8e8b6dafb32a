package io.fragcast.protocol.block;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goal: what was taken of a leader is not delivered once its block belongs to another.
 */
class TakenOverBlocksTest
{
    private static final long BLOCK = 100;

    private final TestSigner leader = new TestSigner(1);
    private final TestSigner nextLeader = new TestSigner(2);
    private final TestReceiver node = new TestReceiver(
        TestReceiver.schedule(
            TestReceiver.term(1, 0, BLOCK + 10, leader, null),
            TestReceiver.term(2, BLOCK + 11, 1_000_000, nextLeader, null)),
        BlockLimits.withSlab(16 << 20, 12 << 20),
        TestSigner.verifier());

    @Test
    void shouldDropWhatWasTakenOfABlockThatAnotherTookOver()
    {
        node.offerAll(block(BLOCK).frames(1, 1, 50));
        node.offer(block(BLOCK + 1).env());
        node.offerAll(block(BLOCK + 2).frames(1, 1, 50));
        takeOver();
        node.offerAll(next(BLOCK + 1).parentHash(TestBlock.blockHash(BLOCK, 1)).frames(1, 1, 50));
        node.offerAll(next(BLOCK + 2).frames(1, 1, 50));

        assertThat(node.story()).containsExactly(
            "ENV@100", "FRAG@100#0", "SEAL@100", "VERIFIED@100",
            "ENV@101", "SUPERSEDED@101",
            "ENV@101", "FRAG@101#0", "SEAL@101", "VERIFIED@101",
            "ENV@102", "FRAG@102#0", "SEAL@102", "VERIFIED@102");
    }

    @Test
    void shouldKeepWhatStaysWithItsLeader()
    {
        node.offerAll(block(BLOCK).frames(1, 1, 50).subList(0, 2));
        takeOver();
        node.offerAll(block(BLOCK).frames(1, 1, 50).subList(2, 3));

        assertThat(node.story()).containsExactly("ENV@100", "FRAG@100#0", "SEAL@100", "VERIFIED@100");
    }

    private void takeOver()
    {
        node.receiver.onSchedule(TestReceiver.schedule(
            TestReceiver.term(1, 0, BLOCK, leader, null),
            TestReceiver.term(2, BLOCK + 1, 1_000_000, nextLeader, null)));
    }

    private TestBlock block(final long number)
    {
        return new TestBlock(leader, 1, number, 1).parentHash(TestBlock.blockHash(number - 1, 1));
    }

    private TestBlock next(final long number)
    {
        return new TestBlock(nextLeader, 2, number, 2).parentHash(TestBlock.blockHash(number - 1, 2));
    }
}
