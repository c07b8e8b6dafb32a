package io.fragcast.protocol.repair;

import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.block.TestBlock;
import io.fragcast.protocol.block.TestFrame;
import org.junit.jupiter.api.Test;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goal: a height waits while what it misses may still come, and no longer. Method: what is lost is lost to some or all.
 */
class PatienceTest
{
    private static final long MS = 1_000_000;
    private static final long RTT = 5 * MS;
    private static final long OLD_GRACE = 50 * MS;

    @Test
    void shouldGiveUpSoonWhatEveryHolderSaysItHasNot()
    {
        final RepairRig rig = new RepairRig(1, RTT, RTT).ready();
        final TestBlock next = loseAFragForGood(rig);

        rig.passUntilVerified(next.number(), OLD_GRACE + 10 * RTT);
        assertThat(rig.node.story()).contains("SUPERSEDED@1000 missing 1");
        assertThat(rig.count(FragcastCounter.REPAIR_NOT_FOUND)).isGreaterThanOrEqualTo(2);
    }

    @Test
    void shouldGiveUpAsBeforeWithoutHolders()
    {
        final RepairRig rig = new RepairRig(2);
        final TestBlock next = loseAFragForGood(rig);

        final long tookNs = rig.passUntilVerified(next.number(), OLD_GRACE + MS);
        assertThat(tookNs).isGreaterThanOrEqualTo(OLD_GRACE);
    }

    @Test
    void shouldWaitForAHolderThatHasNotAnswered()
    {
        final RepairRig rig = new RepairRig(3, RTT, RTT).ready();
        final RepairRig.Holder second = rig.holders.get(1);
        final TestBlock block = rig.block(RepairRig.FIRST);
        final List<TestFrame> frames = block.frames(4, 1, 100);
        frames.forEach((frame) -> second.frames.add(new RepairRig.Held(block.number(), 1, frame)));
        frames.stream().filter((frame) -> frame != frames.get(2)).forEach((frame) -> rig.live(frame, 0));
        final TestBlock next = rig.block(RepairRig.FIRST + 1);
        rig.send(next, next.frames(2, 1, 100));
        second.isBusy = true;
        rig.pass(10 * OLD_GRACE);
        assertThat(rig.isVerified(RepairRig.FIRST)).isFalse();
        assertThat(rig.node.story()).doesNotContain("SUPERSEDED@1000 missing 1");

        second.isBusy = false;
        rig.passUntilVerified(RepairRig.FIRST, 10 * RTT);
        rig.passUntilVerified(next.number(), MS);
    }

    @Test
    void shouldWaitForAHolderThatIsItselfBehind()
    {
        final RepairRig rig = new RepairRig(8, RTT).ready();
        final RepairRig.Holder relay = rig.holders.get(0);
        relay.isBehind = true;
        final TestBlock first = rig.block(RepairRig.FIRST);
        rig.send(first, first.frames(2, 1, 100));
        final List<TestBlock> missed = List.of(rig.block(RepairRig.FIRST + 1), rig.block(RepairRig.FIRST + 2));
        final TestBlock later = rig.block(RepairRig.FIRST + 3);
        rig.send(later, later.frames(2, 1, 100));
        rig.pass(10 * OLD_GRACE);
        assertThat(rig.asks.stream().filter(RepairRig.Ask::isRange)).hasSizeGreaterThan(2);
        assertThat(rig.node.story()).noneMatch((event) -> event.startsWith("GAP"));

        missed.forEach((block) -> rig.lose(block, block.frames(2, 1, 100)));
        rig.passUntilVerified(later.number(), RepairClient.CADENCE_NS + 10 * RTT);
        assertThat(rig.node.story()).noneMatch((event) -> event.startsWith("GAP"));
        missed.forEach((block) -> assertThat(rig.isVerified(block.number())).isTrue());
    }

    @Test
    void shouldNotWaitForEverForOneThatWaitsToo()
    {
        final RepairRig rig = new RepairRig(9, RTT).ready();
        rig.holders.get(0).isBehind = true;
        final TestBlock next = loseAFragForGood(rig);
        rig.pass(RepairClient.OPEN_NS - 10 * MS);
        assertThat(rig.isVerified(next.number())).isFalse();

        rig.passUntilVerified(next.number(), 20 * MS);
    }

    @Test
    void shouldGiveUpWhenTheHolderHasGivenUp()
    {
        final RepairRig rig = new RepairRig(10, RTT).ready();
        rig.holders.get(0).isBehind = true;
        final TestBlock next = loseAFragForGood(rig);
        rig.pass(10 * OLD_GRACE);
        assertThat(rig.isVerified(next.number())).isFalse();

        rig.holders.get(0).isBehind = false;
        rig.passUntilVerified(next.number(), RepairClient.CADENCE_NS + 10 * RTT);
    }

    @Test
    void shouldWaitForALinkThatIsLostButNotForEver()
    {
        final RepairRig rig = new RepairRig(4, RTT).ready();
        rig.holders.get(0).isConnected = false;
        final TestBlock next = loseAFragForGood(rig);
        rig.pass(RepairClient.RECONNECT_NS - 10 * MS);
        assertThat(rig.isVerified(next.number())).isFalse();

        rig.passUntilVerified(next.number(), 20 * MS);
    }

    @Test
    void shouldNotWaitForASilentHolderBeyondItsPatience()
    {
        final RepairRig rig = new RepairRig(5, RTT).ready();
        rig.holders.get(0).isBusy = true;
        final TestBlock next = loseAFragForGood(rig);
        rig.pass(RepairClient.DEFAULT_PATIENCE_NS - 10 * MS);
        assertThat(rig.isVerified(next.number())).isFalse();

        rig.passUntilVerified(next.number(), 20 * MS);
    }

    @Test
    void shouldReportAsMissedWhatNobodyHas()
    {
        final RepairRig rig = new RepairRig(6, RTT, RTT).ready();
        final TestBlock first = rig.block(RepairRig.FIRST);
        rig.send(first, first.frames(2, 1, 100));
        final TestBlock later = rig.block(RepairRig.FIRST + 4);
        rig.send(later, later.frames(2, 1, 100));

        rig.passUntilVerified(later.number(), OLD_GRACE + 10 * RTT);
        assertThat(rig.node.story()).contains("GAP@1004 missing 3");
        assertThat(rig.count(FragcastCounter.REPAIR_RANGES_SENT)).isGreaterThanOrEqualTo(2);
    }

    @Test
    void shouldEndAnAttemptWhoseAbortIsLostWhenTheHeightIsOpenedAgain()
    {
        final RepairRig rig = new RepairRig(7, RTT).ready();
        final TestBlock given = rig.block(RepairRig.FIRST);
        rig.send(given, given.env());
        rig.send(given, given.frag(false, new byte[10]));
        rig.lose(given, given.frag(false, new byte[20]));
        rig.lose(given, given.abort());
        final TestBlock again = rig.block(RepairRig.FIRST, 2);
        final List<TestFrame> frames = again.frames(3, 1, 100);
        // Of the attempt that counts everything but the last frag is lost.
        frames.forEach((frame) -> rig.hold(again, frame));
        rig.live(frames.get(3), 0);

        rig.passUntilVerified(RepairRig.FIRST, RepairClient.CADENCE_NS + 10 * RTT);
        assertThat(rig.node.story())
            .filteredOn((event) -> event.startsWith("SUPERSEDED") || event.startsWith("ABORTED"))
            .hasSize(1);
    }

    /** A frag is lost to all; the next block shows that its own is over. */
    private static TestBlock loseAFragForGood(final RepairRig rig)
    {
        final TestBlock block = rig.block(RepairRig.FIRST);
        final List<TestFrame> frames = block.frames(4, 1, 100);
        rig.send(block, frames.subList(0, 2));
        rig.send(block, frames.subList(3, frames.size()));
        final TestBlock next = rig.block(RepairRig.FIRST + 1);
        rig.send(next, next.frames(2, 1, 100));

        return next;
    }
}
