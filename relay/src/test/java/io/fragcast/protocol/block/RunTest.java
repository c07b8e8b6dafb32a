package io.fragcast.protocol.block;

import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.leader.Schedule;
import org.junit.jupiter.api.Test;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goal: one run of blocks goes on through loss, restarts, partitions and changes of leader; each attempt ends once,
 * heights ascend, what was missed is said.
 */
class RunTest
{
    private static final long BLOCK = 100;
    private static final long FAR = 9_000;
    private static final BlockLimits LIMITS = BlockLimits.withSlab(16 << 20, 12 << 20);

    private final TestSigner leader = new TestSigner(1);
    private final TestSigner nextLeader = new TestSigner(2);
    private final Schedule twoTerms = TestReceiver.schedule(
        TestReceiver.term(1, 0, 102, leader, null), TestReceiver.term(2, 103, 1_000_000, nextLeader, null));
    private final Schedule farTerm = TestReceiver.schedule(
        TestReceiver.term(1, 0, FAR - 1, leader, null), TestReceiver.term(2, FAR, 1_000_000, nextLeader, null));
    private final TestReceiver node = new TestReceiver(leader);

    @Test
    void shouldSupersedeAnAttemptThatLostAFrag()
    {
        final List<TestFrame> frames = block(BLOCK).frames(4, 1, 50);
        frames.remove(2);
        node.offerAll(frames);
        node.offerAll(block(BLOCK + 1).frames(1, 1, 50));
        assertThat(node.story()).containsExactly("ENV@100", "FRAG@100#0");

        node.pass(RunSequencer.SUPERSEDE_GRACE_NS);

        assertThat(node.story()).containsExactly(
            "ENV@100", "FRAG@100#0", "SUPERSEDED@100 missing 1",
            "ENV@101", "FRAG@101#0", "SEAL@101", "VERIFIED@101");
        assertThat(node.count(FragcastCounter.BLOCKS_SUPERSEDED)).isEqualTo(1);
    }

    @Test
    void shouldCountTheFragsThatALostTailHid()
    {
        final TestBlock block = block(BLOCK);
        node.offer(block.env());
        node.offerAll(block.frag(false, new byte[1]));
        node.offer(block.heartbeat(1, FrameKind.FRAG, 3));
        node.pass(20_000_000L);
        assertThat(node.count(FragcastCounter.FRAGS_MISSING)).isEqualTo(3);

        block.previousDigest(new byte[32]);
        node.offer(block.seal(6));
        node.pass(20_000_000L);
        assertThat(node.count(FragcastCounter.FRAGS_MISSING)).isEqualTo(5);
    }

    @Test
    void shouldGoOnWhenTheSealIsLost()
    {
        final List<TestFrame> frames = block(BLOCK).frames(2, 1, 50);
        node.offerAll(frames.subList(0, 3));
        node.offerAll(block(BLOCK + 1).frames(1, 1, 50));
        node.pass(RunSequencer.SUPERSEDE_GRACE_NS);

        assertThat(node.story()).containsExactly(
            "ENV@100", "FRAG@100#0", "FRAG@100#1", "SUPERSEDED@100",
            "ENV@101", "FRAG@101#0", "SEAL@101", "VERIFIED@101");
    }

    @Test
    void shouldWaitWhileTheAttemptStillGetsOn()
    {
        final List<TestFrame> frames = block(BLOCK).frames(4, 1, 50);
        node.offer(frames.get(0));
        node.offerAll(block(BLOCK + 1).frames(1, 1, 50));
        for (int i = 1; i < frames.size(); i++)
        {
            node.pass(RunSequencer.SUPERSEDE_GRACE_NS - 1);
            assertThat(node.offer(frames.get(i))).isEqualTo(Verdict.ACCEPTED);
        }
        assertThat(node.story()).endsWith(
            "VERIFIED@100", "ENV@101", "FRAG@101#0", "SEAL@101", "VERIFIED@101");
    }

    @Test
    void shouldReportWhollyMissedBlocksBeforeTheNextEnv()
    {
        node.offerAll(block(BLOCK).frames(1, 1, 50));
        node.offerAll(block(BLOCK + 4).frames(1, 1, 50));
        node.pass(RunSequencer.SUPERSEDE_GRACE_NS);

        assertThat(node.story().subList(4, 7)).containsExactly("GAP@104 missing 3", "ENV@104", "FRAG@104#0");
        assertThat(node.count(FragcastCounter.BLOCKS_MISSED)).isEqualTo(3);
    }

    @Test
    void shouldReportAnAttemptWithoutEnvAsMissed()
    {
        node.offerAll(block(BLOCK).frames(1, 1, 50));
        final List<TestFrame> headless = block(BLOCK + 1).frames(2, 1, 50);
        node.offerAll(headless.subList(1, 4));
        node.offerAll(block(BLOCK + 2).frames(1, 1, 50));
        node.pass(RunSequencer.SUPERSEDE_GRACE_NS);

        assertThat(node.story().subList(4, 6)).containsExactly("GAP@102 missing 1", "ENV@102");
    }

    @Test
    void shouldNotGiveUpAHeightForAnEnvOfALaterLeaderThatBuildsOnNoSealSeen()
    {
        final TestReceiver follower = new TestReceiver(twoTerms, LIMITS, TestSigner.verifier());
        final TestBlock open = block(102);
        follower.offer(open.env());
        follower.offerAll(new TestBlock(nextLeader, 2, 103, 1).parentHash(new byte[32]).frames(1, 1, 50));
        follower.pass(RunSequencer.STALL_NS - 1);
        assertThat(follower.story()).containsExactly("ENV@102");

        follower.pass(1);
        assertThat(follower.story()).startsWith("ENV@102", "SUPERSEDED@102", "ENV@103");
    }

    @Test
    void shouldHandOverToTheNextLeaderAndFenceTheOld()
    {
        final TestReceiver follower = new TestReceiver(twoTerms, LIMITS, TestSigner.verifier());
        follower.offerAll(block(102).frames(1, 1, 50));
        follower.offerAll(
            new TestBlock(nextLeader, 2, 103, 1).parentHash(TestBlock.blockHash(102, 1)).frames(1, 1, 50));

        assertThat(follower.story()).endsWith("VERIFIED@102", "ENV@103", "FRAG@103#0", "SEAL@103", "VERIFIED@103");
        assertThat(follower.offer(block(102).heartbeat(9, FrameKind.SEAL, 1))).isEqualTo(Verdict.STALE);
        assertThat(follower.offer(new TestBlock(leader, 1, 103, 1).env())).isEqualTo(Verdict.STALE);
        assertThat(follower.offer(new TestBlock(leader, 1, 104, 1).env())).isEqualTo(Verdict.NOT_LEADER);
        assertThat(follower.offer(new TestBlock(nextLeader, 2, 102, 1).env())).isEqualTo(Verdict.STALE);
    }

    @Test
    void shouldEndAnAbortedAttemptAndTakeTheNextIncarnation()
    {
        final TestBlock first = new TestBlock(leader, 1, BLOCK, 5);
        node.offer(first.env());
        node.offerAll(first.frag(false, new byte[1]));
        node.offer(first.abort());
        assertThat(node.story()).containsExactly("ENV@100", "FRAG@100#0", "ABORTED@100 reason 2");

        assertThat(node.offer(new TestBlock(leader, 1, BLOCK, 4).env())).isEqualTo(Verdict.STALE);
        assertThat(node.offer(first.seal())).isEqualTo(Verdict.STALE);
        node.offerAll(new TestBlock(leader, 1, BLOCK, 6).frames(1, 1, 50));
        assertThat(node.story()).endsWith("ENV@100", "FRAG@100#0", "SEAL@100", "VERIFIED@100");
    }

    @Test
    void shouldSupersedeByAHigherIncarnationAtOnce()
    {
        final TestBlock first = new TestBlock(leader, 1, BLOCK, 5);
        node.offer(first.env());
        node.offerAll(first.frag(false, new byte[1]));
        final TestBlock second = new TestBlock(leader, 1, BLOCK, 6);
        node.offer(second.env());
        assertThat(node.story()).containsExactly("ENV@100", "FRAG@100#0", "SUPERSEDED@100", "ENV@100");

        assertThat(node.offer(first.frag(true, new byte[1]).get(0))).isEqualTo(Verdict.STALE);
        node.offerAll(second.frag(true, new byte[1]));
        node.offer(second.seal());
        assertThat(node.story()).endsWith("FRAG@100#0", "SEAL@100", "VERIFIED@100");
    }

    @Test
    void shouldNotSupersedeASealedAttemptWithinItsTerm()
    {
        final TestBlock first = new TestBlock(leader, 1, BLOCK, 5);
        final List<TestFrame> frames = first.frames(2, 1, 50);
        node.offer(frames.get(0));
        node.offer(frames.get(3));
        assertThat(node.offer(new TestBlock(leader, 1, BLOCK, 6).env())).isEqualTo(Verdict.OUT_OF_STATE);

        node.offerAll(frames);
        assertThat(node.story()).endsWith("VERIFIED@100");
    }

    @Test
    void shouldRefuseWhatLiesBeyondTheWindow()
    {
        node.offer(block(BLOCK).env());
        final int window = BlockLimits.WINDOW_BLOCKS;
        assertThat(node.offer(block(BLOCK + window - 1).env())).isEqualTo(Verdict.ACCEPTED);
        assertThat(node.offer(block(BLOCK + window).env())).isEqualTo(Verdict.FAR_FUTURE);
        assertThat(node.offer(block(Long.MAX_VALUE).env())).isEqualTo(Verdict.FAR_FUTURE);
        assertThat(node.offer(block(BLOCK - 1).env())).isEqualTo(Verdict.STALE);
        assertThat(node.offer(block(-1).env())).isEqualTo(Verdict.STALE);
        assertThat(node.count(FragcastCounter.FRAMES_FAR_FUTURE)).isEqualTo(2);
    }

    @Test
    void shouldStayWhereABlockIsVerified()
    {
        final TestReceiver fresh = new TestReceiver(farTerm, LIMITS, TestSigner.verifier());
        fresh.offerAll(thief(FAR).frames(1, 1, 50));
        assertThat(fresh.story()).endsWith("VERIFIED@9000");
        assertThat(fresh.offer(block(BLOCK).env())).isEqualTo(Verdict.STALE);
        assertThat(fresh.offer(block(BLOCK).heartbeat(1, FrameKind.ENV, 0))).isEqualTo(Verdict.STALE);
    }

    @Test
    void shouldNotGoBackForWhatIsLateOfTheBlockBefore()
    {
        node.offer(block(BLOCK).env());
        assertThat(node.offer(block(BLOCK - 1).seal())).isEqualTo(Verdict.STALE);
        assertThat(node.offer(block(BLOCK - 2).seal())).isEqualTo(Verdict.ACCEPTED);
        assertThat(node.story()).containsExactly("ENV@100", "SUPERSEDED@100");
    }

    @Test
    void shouldComeBackOnceTheConsumerTookTheEndOfWhatItLeaves()
    {
        final TestReceiver fresh = new TestReceiver(farTerm, LIMITS, TestSigner.verifier());
        fresh.offer(thief(FAR).env());
        fresh.isConsumerReady = false;
        assertThat(fresh.offer(block(BLOCK).env())).isEqualTo(Verdict.STALE);
        fresh.isConsumerReady = true;
        fresh.pass(1);
        fresh.offerAll(block(BLOCK).frames(1, 1, 50));
        assertThat(fresh.story()).containsExactly(
            "ENV@9000", "SUPERSEDED@9000", "ENV@100", "FRAG@100#0", "SEAL@100", "VERIFIED@100");
    }

    @Test
    void shouldNotLeaveAHeightForAnEnvOfALaterLeaderThatCameBeforeItsTime()
    {
        final Schedule schedule = TestReceiver.schedule(
            TestReceiver.term(1, 0, 119, leader, null), TestReceiver.term(2, 120, 1_000_000, nextLeader, null));
        final TestReceiver follower = new TestReceiver(schedule, LIMITS, TestSigner.verifier());
        follower.offer(block(BLOCK).env());
        assertThat(follower.offer(new TestBlock(nextLeader, 2, 120, 1).env())).isEqualTo(Verdict.ACCEPTED);
        for (long number = BLOCK; number < BLOCK + 3; number++)
        {
            follower.offerAll(block(number).frames(1, 1, 50));
            follower.pass(RunSequencer.STALL_NS - 1);
            assertThat(follower.story()).endsWith("VERIFIED@" + number);
        }
        follower.pass(1);
        assertThat(follower.story()).endsWith("GAP@120 missing 17", "ENV@120");
    }

    @Test
    void shouldEndMismatchedWhereAnEnvDoesNotBuildOnTheSealBefore()
    {
        node.offerAll(block(BLOCK).frames(1, 1, 50));
        node.offerAll(new TestBlock(leader, 1, BLOCK + 1, 1).parentHash(new byte[32]).frames(1, 1, 50));
        assertThat(node.story()).endsWith(
            "VERIFIED@100", "ENV@101", "MISMATCHED@101 reason " + MismatchReason.CHAIN.ordinal());
    }

    @Test
    void shouldEndMismatchedWhereAnEnvNamesAnotherSeal()
    {
        final TestBlock first = block(BLOCK);
        node.offerAll(first.frames(1, 1, 50));
        node.offerAll(block(BLOCK + 1).envPreviousDigest(first.previousDigest()).frames(1, 1, 50));
        assertThat(node.story()).endsWith("VERIFIED@101");
        final byte[] other = new byte[32];
        other[5] = 1;
        node.offerAll(block(BLOCK + 2).envPreviousDigest(other).frames(1, 1, 50));
        assertThat(node.story()).endsWith(
            "ENV@102", "MISMATCHED@102 reason " + MismatchReason.CHAIN.ordinal());
    }

    @Test
    void shouldDropTheFarthestFutureAttemptFirstWhenTheSlabIsFull()
    {
        final TestReceiver small = new TestReceiver(
            TestReceiver.schedule(TestReceiver.term(1, 0, Long.MAX_VALUE, leader, null)),
            BlockLimits.withSlab(4 << 20, 4 << 20),
            TestSigner.verifier());
        final TestBlock near = block(BLOCK);
        small.offer(near.env());
        for (int i = 1; i <= 3; i++)
        {
            final TestBlock far = block(BLOCK + i);
            small.offer(far.env());
            assertThat(small.offer(far.frag(false, TestBlock.bodyOfLength(900_000), 9).get(0)))
                .isEqualTo(Verdict.ACCEPTED);
        }
        final List<TestFrame> frag = near.frag(true, TestBlock.bodyOfLength(1_100_000), txCount(1_100_000));
        assertThat(small.offer(frag.get(0))).isEqualTo(Verdict.ACCEPTED);
        assertThat(small.count(FragcastCounter.ATTEMPTS_EVICTED)).isEqualTo(2);

        small.offerAll(frag);
        small.offer(near.seal());
        assertThat(small.story()).contains("VERIFIED@100");
    }

    @Test
    void shouldRefuseWhatPassesTheShareOfAnAttempt()
    {
        final TestReceiver small = new TestReceiver(
            TestReceiver.schedule(TestReceiver.term(1, 0, Long.MAX_VALUE, leader, null)),
            BlockLimits.withSlab(8 << 20, 1 << 20),
            TestSigner.verifier());
        final TestBlock block = block(BLOCK);
        small.offer(block.env());
        assertThat(small.offer(block.frag(false, TestBlock.bodyOfLength(500_000), 5).get(0)))
            .isEqualTo(Verdict.ACCEPTED);
        assertThat(small.offer(block.frag(false, TestBlock.bodyOfLength(500_000), 5).get(0)))
            .isEqualTo(Verdict.NO_ROOM);
        assertThat(small.count(FragcastCounter.BODY_SLAB_FULL)).isEqualTo(1);
        assertThat(small.forwarded).hasSize(2);
    }

    @Test
    void shouldTakeControlMessagesOnceAndOnlyForward()
    {
        final TestBlock block = block(BLOCK);
        assertThat(node.offer(block.leaderStart(5))).isEqualTo(Verdict.ACCEPTED);
        assertThat(node.offer(block.leaderStart(5))).isEqualTo(Verdict.CONTROL_STALE);
        assertThat(node.offer(block.leaderStop(4))).isEqualTo(Verdict.CONTROL_STALE);
        assertThat(node.offer(block.leaderStop(6))).isEqualTo(Verdict.ACCEPTED);
        assertThat(node.forwarded).hasSize(2);
        assertThat(node.events).isEmpty();
    }

    private TestBlock block(final long number)
    {
        return new TestBlock(leader, 1, number, 1).parentHash(TestBlock.blockHash(number - 1, 1));
    }

    private TestBlock thief(final long number)
    {
        return new TestBlock(nextLeader, 2, number, 1).parentHash(TestBlock.blockHash(number - 1, 1));
    }

    private static int txCount(final int bodyLength)
    {
        return TestBlock.bodyOfLength(bodyLength).getShort(78) & 0xFFFF;
    }
}
