package io.fragcast.protocol.block;

import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.leader.Schedule;
import org.junit.jupiter.api.Test;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goal: what a later leader builds below what was delivered is told as an explicit REORG, and converges; nothing else
 * takes a VERIFIED block back. Then what is said of blocks that ended: final, or sealed as another.
 */
class ReorgTest
{
    private static final long BLOCK = 100;

    private final TestSigner leader = new TestSigner(1);
    private final TestSigner later = new TestSigner(2);
    private final TestReceiver node = new TestReceiver(leader);

    @Test
    void shouldTakeBackWhatALaterLeaderBuildsAnew()
    {
        blocks(BLOCK, BLOCK + 2);
        laterFrom(BLOCK + 1);
        node.events.clear();

        node.offerAll(later(BLOCK + 1, hash(BLOCK, 1)).frames(1, 1, 50));
        node.offerAll(later(BLOCK + 2, hash(BLOCK + 1, 2)).frames(1, 1, 50));
        node.offerAll(later(BLOCK + 3, hash(BLOCK + 2, 2)).frames(1, 1, 50));

        assertThat(node.story()).containsExactly(
            "REORG@101 missing 2",
            "ENV@101", "FRAG@101#0", "SEAL@101", "VERIFIED@101",
            "ENV@102", "FRAG@102#0", "SEAL@102", "VERIFIED@102",
            "ENV@103", "FRAG@103#0", "SEAL@103", "VERIFIED@103");
        assertThat(node.events.get(0).body()).isEqualTo(hash(BLOCK, 1));
        assertThat(node.count(FragcastCounter.REORGS)).isEqualTo(1);
        assertThat(node.count(FragcastCounter.BLOCKS_TAKEN_BACK)).isEqualTo(2);
        assertThat(node.count(FragcastCounter.DUPLICATES_DELIVERED)).isZero();
    }

    @Test
    void shouldEndTheOpenAttemptOfTheBranchThatLostBeforeItSaysSo()
    {
        blocks(BLOCK, BLOCK);
        final List<TestFrame> open = first(BLOCK + 1).frames(3, 1, 50);
        node.offerAll(open.subList(0, 3));
        laterFrom(BLOCK);
        node.events.clear();

        node.offerAll(later(BLOCK, hash(BLOCK - 1, 1)).frames(1, 1, 50));
        node.offerAll(open);

        assertThat(node.story()).containsExactly(
            "SUPERSEDED@101", "REORG@100 missing 1", "ENV@100", "FRAG@100#0", "SEAL@100", "VERIFIED@100");
    }

    @Test
    void shouldHoldTheReorgForAConsumerThatIsNotReady()
    {
        blocks(BLOCK, BLOCK);
        final List<TestFrame> open = first(BLOCK + 1).frames(3, 1, 50);
        node.offerAll(open.subList(0, 2));
        laterFrom(BLOCK);
        node.events.clear();
        node.isConsumerReady = false;
        node.offerAll(later(BLOCK, hash(BLOCK - 1, 1)).frames(1, 1, 50));
        node.pass(1);
        assertThat(node.events).isEmpty();

        node.isConsumerReady = true;
        node.pass(1);

        assertThat(node.story()).containsExactly(
            "SUPERSEDED@101", "REORG@100 missing 1", "ENV@100", "FRAG@100#0", "SEAL@100", "VERIFIED@100");
    }

    @Test
    void shouldNotSayReorgWhereALaterLeaderGoesOnFromTheHead()
    {
        blocks(BLOCK, BLOCK + 1);
        laterFrom(BLOCK + 2);
        node.events.clear();

        node.offerAll(later(BLOCK + 2, hash(BLOCK + 1, 1)).frames(1, 1, 50));

        assertThat(node.story()).containsExactly("ENV@102", "FRAG@102#0", "SEAL@102", "VERIFIED@102");
        assertThat(node.count(FragcastCounter.REORGS)).isZero();
    }

    @Test
    void shouldGoBackToTheFirstBlockOfALaterTermWhoseStartWasMissed()
    {
        blocks(BLOCK, BLOCK + 2);
        laterFrom(BLOCK + 1);
        node.events.clear();

        // What it built first was lost; repair brings it after what it built next.
        node.offerAll(later(BLOCK + 3, hash(BLOCK + 2, 2)).frames(1, 1, 50));
        node.offerAll(later(BLOCK + 2, hash(BLOCK + 1, 2)).frames(1, 1, 50));
        node.offerAll(later(BLOCK + 1, hash(BLOCK, 1)).frames(1, 1, 50));

        assertThat(node.story()).containsExactly(
            "REORG@101 missing 2",
            "ENV@101", "FRAG@101#0", "SEAL@101", "VERIFIED@101",
            "ENV@102", "FRAG@102#0", "SEAL@102", "VERIFIED@102",
            "ENV@103", "FRAG@103#0", "SEAL@103", "VERIFIED@103");
    }

    @Test
    void shouldSayReorgToABranchThatWasTakenBackBefore()
    {
        final TestSigner last = new TestSigner(3);
        blocks(BLOCK, BLOCK + 1);
        laterFrom(BLOCK + 1);
        node.offerAll(later(BLOCK + 1, hash(BLOCK, 1)).frames(1, 1, 50));
        node.receiver.onSchedule(TestReceiver.schedule(
            TestReceiver.term(1, 0, BLOCK, leader, null),
            TestReceiver.term(2, BLOCK + 1, BLOCK + 1, later, null),
            TestReceiver.term(3, BLOCK + 2, Long.MAX_VALUE, last, null)));
        node.events.clear();

        node.offerAll(
            new TestBlock(last, 3, BLOCK + 2, 3).parentHash(hash(BLOCK + 1, 1)).frames(1, 1, 50));

        assertThat(node.story()).containsExactly(
            "REORG@102 missing 1", "ENV@102", "FRAG@102#0", "SEAL@102", "VERIFIED@102");
        assertThat(node.events.get(0).body()).isEqualTo(hash(BLOCK + 1, 1));
    }

    @Test
    void shouldNotGoBackForTheSameTermNorForAnEarlierOne()
    {
        blocks(BLOCK, BLOCK + 1);
        node.events.clear();
        assertThat(node.offer(new TestBlock(leader, 1, BLOCK, 9).parentHash(hash(BLOCK - 1, 1)).env()))
            .isEqualTo(Verdict.STALE);

        laterFrom(BLOCK + 1);
        node.offerAll(later(BLOCK + 1, hash(BLOCK, 1)).frames(1, 1, 50));
        node.events.clear();
        assertThat(node.offer(new TestBlock(leader, 1, BLOCK + 1, 9).parentHash(hash(BLOCK, 1)).env()))
            .isEqualTo(Verdict.STALE);
        assertThat(node.offer(new TestBlock(leader, 1, BLOCK, 9).parentHash(hash(BLOCK - 1, 1)).env()))
            .isEqualTo(Verdict.STALE);
        assertThat(node.events).isEmpty();
    }

    @Test
    void shouldNotGoBackForAForgedEnv()
    {
        blocks(BLOCK, BLOCK + 1);
        laterFrom(BLOCK + 1);
        node.events.clear();

        assertThat(node.offer(new TestBlock(leader, 2, BLOCK + 1, 2).parentHash(hash(BLOCK, 1)).env()))
            .isEqualTo(Verdict.BAD_SIGNATURE);
        node.offerAll(first(BLOCK + 2).frames(1, 1, 50));

        assertThat(node.events).isEmpty();
        assertThat(node.count(FragcastCounter.REORGS)).isZero();
    }

    @Test
    void shouldNotGoBackBelowTheFinalizedBlockNorFartherThanTheWindow()
    {
        blocks(BLOCK, BLOCK + 70);
        laterFrom(BLOCK + 1);
        assertThat(node.offer(later(BLOCK + 6, hash(BLOCK + 5, 1)).env())).isEqualTo(Verdict.STALE);
        node.receiver.onFinalized(BLOCK + 40, hash(BLOCK + 40, 1));
        node.pass(1);
        assertThat(node.offer(later(BLOCK + 40, hash(BLOCK + 39, 1)).env())).isEqualTo(Verdict.STALE);
        node.events.clear();

        assertThat(node.offer(later(BLOCK + 41, hash(BLOCK + 40, 1)).env())).isEqualTo(Verdict.ACCEPTED);

        assertThat(node.story()).containsExactly("REORG@141 missing 30", "ENV@141");
    }

    @Test
    void shouldTellFinalityInOrderOnceTheBlockIsVerifiedHere()
    {
        node.receiver.onFinalized(BLOCK + 1, hash(BLOCK + 1, 1));
        blocks(BLOCK, BLOCK + 3);
        assertThat(node.story().stream().filter((event) -> event.startsWith("FINALIZED")))
            .containsExactly("FINALIZED@101");
        assertThat(node.story().indexOf("FINALIZED@101")).isEqualTo(node.story().indexOf("VERIFIED@101") + 1);

        node.events.clear();
        node.receiver.onFinalized(BLOCK + 3, hash(BLOCK + 3, 1));
        node.receiver.onFinalized(BLOCK + 2, hash(BLOCK + 2, 1));
        node.pass(1);

        assertThat(node.story()).containsExactly("FINALIZED@103");
        assertThat(node.events.get(0).body()).isEqualTo(hash(BLOCK + 3, 1));
        assertThat(node.count(FragcastCounter.FORK_TREE_BLOCKS)).isEqualTo(1);
        assertThat(node.count(FragcastCounter.FINALIZED_BLOCK)).isEqualTo(BLOCK + 3);
        assertThat(node.count(FragcastCounter.FINALITY_CONFLICTS)).isZero();
    }

    @Test
    void shouldCountAFinalBlockThatIsNotTheOneDelivered()
    {
        blocks(BLOCK, BLOCK + 3);
        node.events.clear();

        node.receiver.onFinalized(BLOCK + 2, hash(BLOCK + 2, 7));
        node.pass(1);

        assertThat(node.events).isEmpty();
        assertThat(node.count(FragcastCounter.FINALITY_CONFLICTS)).isEqualTo(1);
    }

    @Test
    void shouldOfferFinalityAgainToAConsumerThatRefused()
    {
        blocks(BLOCK, BLOCK + 1);
        node.events.clear();
        node.isConsumerReady = false;
        node.receiver.onFinalized(BLOCK, hash(BLOCK, 1));
        node.pass(1);
        node.receiver.onFinalized(BLOCK + 1, hash(BLOCK + 1, 1));
        node.isConsumerReady = true;
        node.pass(1);
        node.pass(1);

        assertThat(node.story()).containsExactly("FINALIZED@101");
    }

    private void blocks(final long from, final long to)
    {
        for (long number = from; number <= to; number++)
        {
            node.offerAll(first(number).frames(1, 1, 50));
        }
    }

    private TestBlock first(final long number)
    {
        return new TestBlock(leader, 1, number, 1).parentHash(hash(number - 1, 1));
    }

    private TestBlock later(final long number, final byte[] parentHash)
    {
        return new TestBlock(later, 2, number, 2).parentHash(parentHash);
    }

    /** The schedule is replaced, as a signed takeover replaces it: another leads from a block that has passed. */
    private void laterFrom(final long firstBlock)
    {
        final Schedule schedule = TestReceiver.schedule(
            TestReceiver.term(1, 0, firstBlock - 1, leader, null),
            TestReceiver.term(2, firstBlock, Long.MAX_VALUE, later, null));
        node.receiver.onSchedule(schedule);
    }

    private static byte[] hash(final long number, final long incarnation)
    {
        return TestBlock.blockHash(number, incarnation);
    }
}
