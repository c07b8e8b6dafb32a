package io.fragcast.protocol.block;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goal: heights that were given up for an Env ahead are gone back to if its run falls silent, and not before.
 */
class WayBackTest
{
    private static final long BLOCK = 100;
    private static final long AHEAD = 130;

    private final TestSigner leader = new TestSigner(1);
    private final TestSigner nextLeader = new TestSigner(2);
    private final TestReceiver node = new TestReceiver(
        TestReceiver.schedule(
            TestReceiver.term(1, 0, BLOCK + 10, leader, null),
            TestReceiver.term(2, BLOCK + 11, 1_000_000, nextLeader, null)),
        BlockLimits.withSlab(16 << 20, 12 << 20),
        TestSigner.verifier());

    @Test
    void shouldGoBackOnceTheRunAheadIsSilent()
    {
        node.offerAll(block(BLOCK, leader).frames(1, 1, 50));
        node.pass(2 * RunSequencer.STALL_NS);
        node.offer(block(AHEAD, nextLeader).env());
        node.pass(2 * RunSequencer.STALL_NS);
        node.offerAll(block(BLOCK + 1, leader).frames(1, 1, 50));

        assertThat(node.story()).containsExactly(
            "ENV@100", "FRAG@100#0", "SEAL@100", "VERIFIED@100",
            "GAP@130 missing 29", "ENV@130", "SUPERSEDED@130",
            "ENV@101", "FRAG@101#0", "SEAL@101", "VERIFIED@101");
    }

    @Test
    void shouldStayWhileTheRunAheadIsHeard()
    {
        node.offerAll(block(BLOCK, leader).frames(1, 1, 50));
        node.pass(2 * RunSequencer.STALL_NS);
        node.offer(block(AHEAD, nextLeader).env());
        node.pass(RunSequencer.STALL_NS);
        node.offer(block(AHEAD, nextLeader).heartbeat(1, FrameKind.ENV, 0));
        node.offerAll(block(BLOCK + 1, leader).frames(1, 1, 50));

        assertThat(node.story()).containsExactly(
            "ENV@100", "FRAG@100#0", "SEAL@100", "VERIFIED@100", "GAP@130 missing 29", "ENV@130");
    }

    @Test
    void shouldStayOnceABlockOfTheRunAheadIsVerified()
    {
        node.offerAll(block(BLOCK, leader).frames(1, 1, 50));
        node.pass(2 * RunSequencer.STALL_NS);
        node.offer(block(AHEAD, nextLeader).env());
        node.pass(RunSequencer.STALL_NS);
        node.offerAll(block(AHEAD, nextLeader).frames(1, 1, 50).subList(1, 3));
        node.pass(2 * RunSequencer.STALL_NS);
        node.offerAll(block(BLOCK + 1, leader).frames(1, 1, 50));

        assertThat(node.story()).containsExactly(
            "ENV@100", "FRAG@100#0", "SEAL@100", "VERIFIED@100",
            "GAP@130 missing 29", "ENV@130", "FRAG@130#0", "SEAL@130", "VERIFIED@130");
    }

    @Test
    void shouldHearTheLeaderOfTheHeightToWhichALaterOneShowedTheWay()
    {
        node.receiver.resumeAfter(BLOCK);
        node.offer(block(9_000, nextLeader).env());
        node.offerAll(block(BLOCK + 20, nextLeader).frames(1, 1, 50).subList(1, 2));
        node.offerAll(block(BLOCK + 1, leader).frames(1, 1, 50));

        assertThat(node.story()).containsExactly(
            "GAP@9000 missing 8899", "ENV@9000", "SUPERSEDED@9000",
            "ENV@101", "FRAG@101#0", "SEAL@101", "VERIFIED@101");
    }

    /** A stolen key may lead a node astray more than once: nothing of either run was there. */
    @Test
    void shouldGoBackToWhereItWasBeforeItWasLedAheadTwice()
    {
        node.offerAll(block(BLOCK, leader).frames(1, 1, 50));
        node.pass(2 * RunSequencer.STALL_NS);
        node.offer(block(9_000, nextLeader).heartbeat(1, FrameKind.ENV, 0));
        node.pass(2 * RunSequencer.STALL_NS);
        node.offer(block(20_000, nextLeader).heartbeat(2, FrameKind.ENV, 0));
        node.pass(2 * RunSequencer.STALL_NS);
        node.offerAll(block(BLOCK + 1, leader).frames(1, 1, 50));

        assertThat(node.story()).endsWith("ENV@101", "FRAG@101#0", "SEAL@101", "VERIFIED@101");
    }

    private static TestBlock block(final long number, final TestSigner signer)
    {
        return new TestBlock(signer, number > BLOCK + 10 ? 2 : 1, number, 1)
            .parentHash(TestBlock.blockHash(number - 1, 1));
    }
}
