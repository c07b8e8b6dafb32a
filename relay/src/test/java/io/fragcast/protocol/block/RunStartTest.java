package io.fragcast.protocol.block;

import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.leader.Schedule;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Where a run starts, after a silence, a restart or a key that led it astray, and how it comes back to where it was.
 */
class RunStartTest
{
    private static final long BLOCK = 100;
    private static final long FAR = 9_000;
    private static final BlockLimits LIMITS = BlockLimits.withSlab(16 << 20, 12 << 20);

    private final TestSigner leader = new TestSigner(1);
    private final TestSigner nextLeader = new TestSigner(2);
    private final Schedule farTerm = TestReceiver.schedule(
        TestReceiver.term(1, 0, FAR - 1, leader, null), TestReceiver.term(2, FAR, 1_000_000, nextLeader, null));
    private final TestReceiver node = new TestReceiver(leader);

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

    private TestBlock block(final long number)
    {
        return new TestBlock(leader, 1, number, 1).parentHash(TestBlock.blockHash(number - 1, 1));
    }

    private TestBlock thief(final long number)
    {
        return new TestBlock(nextLeader, 2, number, 1).parentHash(TestBlock.blockHash(number - 1, 1));
    }
}
