package io.fragcast.protocol.block;

import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.leader.Schedule;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
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
    void shouldFindTheRunAgainByAHeartbeatAndReportTheGap()
    {
        node.offerAll(block(BLOCK).frames(1, 1, 50));
        node.offer(block(BLOCK + 1).env());
        final TestBlock far = block(BLOCK + 500);
        assertThat(node.offer(far.env())).isEqualTo(Verdict.FAR_FUTURE);
        node.pass(RunSequencer.STALL_NS);
        final TestFrame heartbeat = far.heartbeat(1, FrameKind.ENV, 0);
        assertThat(node.offer(heartbeat)).isEqualTo(Verdict.ACCEPTED);
        assertThat(node.offer(heartbeat)).isEqualTo(Verdict.CONTROL_STALE);
        assertThat(node.story()).endsWith("ENV@101", "SUPERSEDED@101");

        node.offerAll(far.frames(1, 1, 50));
        assertThat(node.story()).endsWith(
            "GAP@600 missing 498", "ENV@600", "FRAG@600#0", "SEAL@600", "VERIFIED@600");
    }

    @Test
    void shouldGoOnBehindTheSealThatAHeartbeatNames()
    {
        node.offerAll(block(BLOCK).frames(1, 1, 50));
        node.pass(RunSequencer.STALL_NS);
        node.offer(block(BLOCK + 500).heartbeat(1, FrameKind.SEAL, 1));
        node.offerAll(block(BLOCK + 501).frames(1, 1, 50));
        assertThat(node.story()).endsWith(
            "GAP@601 missing 500", "ENV@601", "FRAG@601#0", "SEAL@601", "VERIFIED@601");
    }

    @Test
    void shouldNotLeaveARunThatIsHeardForAHeartbeatFarAhead()
    {
        node.offer(block(BLOCK).env());
        node.pass(RunSequencer.STALL_NS - 1);
        assertThat(node.offer(block(BLOCK + 500).heartbeat(1, FrameKind.SEAL, 1))).isEqualTo(Verdict.ACCEPTED);
        node.offerAll(block(BLOCK).frames(1, 1, 50));
        assertThat(node.story()).containsExactly("ENV@100", "FRAG@100#0", "SEAL@100", "VERIFIED@100");

        node.pass(RunSequencer.STALL_NS);
        node.offer(block(BLOCK + 501).heartbeat(2, FrameKind.SEAL, 1));
        node.offerAll(block(BLOCK + 502).frames(1, 1, 50));
        assertThat(node.story()).endsWith("GAP@602 missing 501", "ENV@602", "FRAG@602#0", "SEAL@602", "VERIFIED@602");
    }

    @Test
    void shouldStartItsRunAtAHeartbeat()
    {
        node.offer(block(BLOCK).heartbeat(1, FrameKind.SEAL, 3));
        assertThat(node.offer(block(BLOCK).env())).isEqualTo(Verdict.STALE);
        node.offerAll(block(BLOCK + 1).frames(1, 1, 50));
        assertThat(node.story()).containsExactly("ENV@101", "FRAG@101#0", "SEAL@101", "VERIFIED@101");
    }

    @Test
    void shouldReportWhatWasMissedWhileItWasDown()
    {
        node.receiver.resumeAfter(BLOCK);
        node.offer(block(BLOCK + 200).heartbeat(1, FrameKind.SEAL, 3));
        node.offerAll(block(BLOCK + 201).frames(1, 1, 50));
        assertThat(node.story()).containsExactly(
            "GAP@301 missing 200", "ENV@301", "FRAG@301#0", "SEAL@301", "VERIFIED@301");
    }

    @Test
    void shouldResumeAtTheFirstEnvHoweverFar()
    {
        node.receiver.resumeAfter(BLOCK);
        assertThat(node.offer(block(BLOCK).env())).isEqualTo(Verdict.STALE);
        assertThat(node.offer(block(BLOCK).heartbeat(1, FrameKind.ENV, 0))).isEqualTo(Verdict.ACCEPTED);
        node.offerAll(block(BLOCK + 500).frames(1, 1, 50));
        assertThat(node.story()).containsExactly(
            "GAP@600 missing 499", "ENV@600", "FRAG@600#0", "SEAL@600", "VERIFIED@600");
    }

    @Test
    void shouldResumeWithoutAGapWhereNothingWasMissed()
    {
        node.receiver.resumeAfter(BLOCK);
        node.offerAll(block(BLOCK + 1).frames(1, 1, 50));
        assertThat(node.story()).containsExactly("ENV@101", "FRAG@101#0", "SEAL@101", "VERIFIED@101");
    }

    @Test
    void shouldComeBackFromWhereAKeyFarAheadLedAFreshNode()
    {
        final TestReceiver fresh = new TestReceiver(farTerm, LIMITS, TestSigner.verifier());
        final List<TestFrame> far = thief(FAR).frames(2, 1, 50);
        fresh.offerAll(far.subList(0, 2));
        assertThat(fresh.offer(thief(FAR + 1).env())).isEqualTo(Verdict.ACCEPTED);
        fresh.offerAll(block(BLOCK).frames(1, 1, 50));
        assertThat(fresh.offer(far.get(2))).isEqualTo(Verdict.FAR_FUTURE);
        assertThat(fresh.offer(thief(FAR + 1).env())).isEqualTo(Verdict.FAR_FUTURE);
        fresh.pass(2 * RunSequencer.STALL_NS);
        fresh.offerAll(block(BLOCK + 1).frames(1, 1, 50));

        assertThat(fresh.story()).containsExactly(
            "ENV@9000", "FRAG@9000#0", "SUPERSEDED@9000",
            "ENV@100", "FRAG@100#0", "SEAL@100", "VERIFIED@100",
            "ENV@101", "FRAG@101#0", "SEAL@101", "VERIFIED@101");
        assertThat(fresh.count(FragcastCounter.ATTEMPTS_EVICTED)).isEqualTo(1);
        assertThat(fresh.count(FragcastCounter.BLOCKS_MISSED)).isZero();
        assertThat(fresh.count(FragcastCounter.DUPLICATES_DELIVERED)).isZero();
    }

    @Test
    void shouldComeBackByAHeartbeatFromWhereAHeartbeatLedAFreshNode()
    {
        final TestReceiver fresh = new TestReceiver(farTerm, LIMITS, TestSigner.verifier());
        fresh.offer(thief(FAR).heartbeat(1, FrameKind.FRAG, 0));
        assertThat(fresh.offer(block(BLOCK).heartbeat(1, FrameKind.SEAL, 3))).isEqualTo(Verdict.ACCEPTED);
        assertThat(fresh.offer(thief(FAR).env())).isEqualTo(Verdict.FAR_FUTURE);
        fresh.offerAll(block(BLOCK + 1).frames(1, 1, 50));
        assertThat(fresh.story()).containsExactly("ENV@101", "FRAG@101#0", "SEAL@101", "VERIFIED@101");
    }

    @Test
    void shouldComeBackToWhereAnEarlierLifeLeftTheRun()
    {
        final TestReceiver resumed = new TestReceiver(farTerm, LIMITS, TestSigner.verifier());
        resumed.receiver.resumeAfter(BLOCK);
        resumed.offer(thief(FAR).heartbeat(1, FrameKind.SEAL, 0));
        resumed.pass(1);
        assertThat(resumed.offer(block(BLOCK).env())).isEqualTo(Verdict.STALE);
        resumed.offerAll(block(BLOCK + 3).frames(1, 1, 50));
        resumed.offerAll(block(BLOCK + 1).frames(1, 1, 50));
        resumed.pass(RunSequencer.SUPERSEDE_GRACE_NS);

        assertThat(resumed.story()).containsExactly(
            "ENV@101", "FRAG@101#0", "SEAL@101", "VERIFIED@101",
            "GAP@103 missing 1", "ENV@103", "FRAG@103#0", "SEAL@103", "VERIFIED@103");
        assertThat(resumed.count(FragcastCounter.BLOCKS_MISSED)).isEqualTo(1);
    }

    @Test
    void shouldReportWhatAnEarlierLifeMissedWhenItComesBackFromFarAhead()
    {
        final TestReceiver resumed = new TestReceiver(farTerm, LIMITS, TestSigner.verifier());
        resumed.receiver.resumeAfter(BLOCK);
        resumed.offer(thief(FAR).heartbeat(1, FrameKind.SEAL, 0));
        resumed.offerAll(block(BLOCK + 500).frames(1, 1, 50));
        assertThat(resumed.story()).containsExactly(
            "GAP@600 missing 499", "ENV@600", "FRAG@600#0", "SEAL@600", "VERIFIED@600");
    }

    @Test
    void shouldComeBackFromWhereAHeartbeatLedItInASilence()
    {
        final TestReceiver follower = new TestReceiver(farTerm, LIMITS, TestSigner.verifier());
        follower.offerAll(block(BLOCK).frames(1, 1, 50));
        final List<TestFrame> open = block(BLOCK + 1).frames(2, 1, 50);
        follower.offerAll(open.subList(0, 2));
        follower.pass(RunSequencer.STALL_NS);
        follower.offer(thief(FAR).heartbeat(1, FrameKind.ENV, 0));
        follower.offer(thief(FAR).env());
        assertThat(follower.offer(block(BLOCK).env())).isEqualTo(Verdict.DUPLICATE);
        assertThat(follower.offer(open.get(2))).isEqualTo(Verdict.STALE);
        follower.offerAll(block(BLOCK + 2).frames(1, 1, 50));

        assertThat(follower.story().subList(4, 13)).containsExactly(
            "ENV@101", "FRAG@101#0", "SUPERSEDED@101", "GAP@9000 missing 8898", "ENV@9000", "SUPERSEDED@9000",
            "ENV@102", "FRAG@102#0", "SEAL@102");
        assertThat(follower.count(FragcastCounter.DUPLICATES_DELIVERED)).isZero();
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
    void shouldStartANewRunAtAnAnchorAtAnyHeightAndNowhereElse()
    {
        final byte[] anchor = new byte[32];
        anchor[0] = 9;
        final Schedule schedule = TestReceiver.schedule(
            TestReceiver.term(1, 100, 101, leader, null),
            TestReceiver.term(2, 5_000, 5_001, leader, anchor),
            TestReceiver.term(3, 9_000, 9_100, leader, null));
        final TestReceiver follower = new TestReceiver(schedule, LIMITS, TestSigner.verifier());
        follower.offerAll(block(100).frames(1, 1, 50));
        follower.offerAll(block(101).frames(1, 1, 50));

        assertThat(follower.offer(new TestBlock(leader, 3, 9_000, 1).env())).isEqualTo(Verdict.FAR_FUTURE);
        follower.offerAll(new TestBlock(leader, 2, 5_000, 1).parentHash(anchor).frames(1, 1, 50));
        follower.offerAll(
            new TestBlock(leader, 2, 5_001, 1).parentHash(TestBlock.blockHash(5_000, 1)).frames(1, 1, 50));

        assertThat(follower.story()).endsWith(
            "VERIFIED@101", "ENV@5000", "FRAG@5000#0", "SEAL@5000", "VERIFIED@5000",
            "ENV@5001", "FRAG@5001#0", "SEAL@5001", "VERIFIED@5001");
        assertThat(follower.count(FragcastCounter.BLOCKS_MISSED)).isZero();
    }

    @Test
    void shouldJumpToAnAnchorThoughTheRunBeforeIsUnfinished()
    {
        final byte[] anchor = new byte[32];
        anchor[0] = 9;
        final Schedule schedule = TestReceiver.schedule(
            TestReceiver.term(1, 100, 999, leader, null), TestReceiver.term(2, 1_000, 2_000, leader, anchor));
        final TestReceiver follower = new TestReceiver(schedule, LIMITS, TestSigner.verifier());
        follower.offer(block(100).env());
        assertThat(follower.offer(new TestBlock(leader, 2, 1_000, 1).parentHash(new byte[32]).env()))
            .isEqualTo(Verdict.FAR_FUTURE);
        follower.offerAll(new TestBlock(leader, 2, 1_000, 1).parentHash(anchor).frames(1, 1, 50));

        assertThat(follower.offer(block(100).frames(1, 1, 50).get(1))).isEqualTo(Verdict.STALE);
        assertThat(follower.story()).containsExactly(
            "ENV@100", "SUPERSEDED@100", "GAP@1000 missing 899", "ENV@1000", "FRAG@1000#0", "SEAL@1000",
            "VERIFIED@1000");
    }

    @Test
    void shouldPlayManyShortAnchoredRunsWhileTheConsumerIsSlow()
    {
        final byte[] anchor = new byte[32];
        final List<io.fragcast.protocol.leader.LeaderTerm> terms = new ArrayList<>();
        final List<TestFrame> frames = new ArrayList<>();
        for (int i = 1; i <= 40; i++)
        {
            final long number = i * 1_000L;
            terms.add(TestReceiver.term(i, number, number, leader, anchor));
            frames.addAll(new TestBlock(leader, i, number, 1).parentHash(anchor).frames(1, 1, 50));
        }
        final TestReceiver follower = new TestReceiver(
            new Schedule(TestBlock.CHAIN_ID, 1408, terms), LIMITS, TestSigner.verifier());
        follower.isConsumerReady = false;
        for (final TestFrame frame : frames)
        {
            while (!follower.receiver.isReady())
            {
                follower.isConsumerReady = true;
                follower.pass(1);
                follower.isConsumerReady = false;
            }
            assertThat(follower.offer(frame)).isEqualTo(Verdict.ACCEPTED);
        }
        follower.isConsumerReady = true;
        follower.pass(1);
        assertThat(follower.count(FragcastCounter.BLOCKS_VERIFIED)).isEqualTo(40);
        assertThat(follower.count(FragcastCounter.BLOCKS_MISSED)).isZero();
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
