package io.fragcast.protocol.repair;

import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.block.TestBlock;
import io.fragcast.protocol.block.TestFrame;
import org.junit.jupiter.api.Test;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goal: whatever a holder does, what it does not give is asked of another, and nothing is asked twice for no reason.
 */
class RepairHoldersTest
{
    private static final long MS = 1_000_000;
    private static final long RTT = 5 * MS;
    /** Two samples of RTT/8, at most 500 us each, and a duty cycle. */
    private static final long DETECTION = 1_100_000;

    @Test
    void shouldAskForExactlyWhatAHolderSaysItHasAndIsNotHere()
    {
        final RepairRig rig = new RepairRig(6, RTT).ready();
        final TestBlock block = rig.block(RepairRig.FIRST);
        final List<List<TestFrame>> frags = RepairPlays.open(rig, block, 5);
        rig.send(block, frags.get(0));
        rig.send(block, frags.get(1));
        rig.pass(MS);
        frags.subList(2, 5).forEach((frames) -> rig.lose(block, frames));
        rig.client.onHolds(0, 1, block.number(), 1, 5);

        // Well before the node would ask for itself whether there is more.
        rig.pass(RepairClient.CADENCE_NS / 2);
        assertThat(rig.asks).hasSize(1);
        assertThat(rig.asks.get(0).holes()).containsExactly("FRAG@1000#2", "FRAG@1000#3", "FRAG@1000#4");
        assertThat(rig.node.story()).contains("FRAG@1000#4");
    }

    @Test
    void shouldAskAThirdHolderWhenTwoAreSilent()
    {
        final RepairRig rig = new RepairRig(3, RTT, RTT + MS, RTT + 2 * MS).ready();
        rig.holders.get(0).isSilent = true;
        rig.holders.get(1).isSilent = true;
        final TestBlock block = RepairPlays.withLoss(rig, 4);

        final long tookNs = rig.passUntilVerified(block.number(), 200 * MS);
        // 1.5 RTT + 500 us each, then the third's own RTT.
        final long timeoutsNs = 3 * RTT / 2 + 2 * MS + 3 * (RTT + MS) / 2 + 2 * MS;
        assertThat(tookNs).isLessThan(DETECTION + timeoutsNs + RTT + 3 * MS);
        assertThat(rig.asks).extracting(RepairRig.Ask::holder).containsExactly(0, 1, 2);
        assertThat(rig.count(FragcastCounter.REPAIR_TIMEOUTS)).isEqualTo(2);
    }

    @Test
    void shouldAskAnotherHolderWithinTwoRoundTripsOfTheFirstsDeath()
    {
        final RepairRig rig = new RepairRig(4, RTT, RTT).ready();
        rig.holders.get(0).isSilent = true;
        final TestBlock block = RepairPlays.withLoss(rig, 4);

        rig.passUntilVerified(block.number(), 200 * MS);
        assertThat(rig.asks).hasSize(2);
        assertThat(rig.asks.get(1).atNs() - rig.asks.get(0).atNs()).isLessThan(2 * RTT + RepairClient.SLACK_NS);
        assertThat(rig.asks.get(1).holder()).isNotEqualTo(rig.asks.get(0).holder());
    }

    @Test
    void shouldAskTheNextHolderForWhatTheFirstHasNot()
    {
        final RepairRig rig = new RepairRig(20, RTT, 2 * RTT).ready();
        final TestBlock block = RepairPlays.withLoss(rig, 4);
        rig.holders.get(0).frames.clear();

        assertThat(rig.passUntilVerified(block.number(), 100 * MS)).isLessThan(DETECTION + RTT + 2 * RTT + MS);
        assertThat(rig.asks.get(0).holder()).isEqualTo(0);
        assertThat(rig.asks.get(1).holder()).isEqualTo(1);
        assertThat(rig.count(FragcastCounter.REPAIR_NOT_FOUND)).isEqualTo(1);
    }

    @Test
    void shouldAskTheNextHolderAtOnceWhenTheFirstIsBusy()
    {
        final RepairRig rig = new RepairRig(21, RTT, 2 * RTT).ready();
        rig.holders.get(0).isBusy = true;
        final TestBlock block = RepairPlays.withLoss(rig, 4);

        assertThat(rig.passUntilVerified(block.number(), 100 * MS)).isLessThan(DETECTION + RTT + 2 * RTT + MS);
        assertThat(rig.count(FragcastCounter.REPAIR_HOLDER_BUSY)).isEqualTo(1);
    }

    @Test
    void shouldAskForTheRestOfATruncatedAnswer()
    {
        final RepairRig rig = new RepairRig(22, RTT).ready();
        rig.holders.get(0).maxAnswerBytes = 20_000;
        RepairPlays.first(rig);
        final TestBlock block = rig.block(RepairRig.FIRST + 1);
        rig.send(block, block.env());
        for (int seq = 0; seq < 3; seq++)
        {
            rig.lose(block, block.frag(2 == seq, TestBlock.bodyOfLength(25_000), 1));
        }
        rig.send(block, block.seal());

        rig.passUntilVerified(block.number(), 20 * RTT);
        assertThat(rig.asks.size()).isGreaterThan(3);
    }

    @Test
    void shouldAskAnotherWhenTheFirstAnswersWithNothing()
    {
        final RepairRig rig = new RepairRig(23, RTT, 2 * RTT).ready();
        rig.holders.get(0).isLying = true;
        final TestBlock block = RepairPlays.withLoss(rig, 4);

        assertThat(rig.passUntilVerified(block.number(), 100 * MS)).isLessThan(DETECTION + RTT + 2 * RTT + MS);
    }

    @Test
    void shouldKeepRepairingWhenAHolderIsLostAndComesBack()
    {
        final RepairRig rig = new RepairRig(26, RTT).ready();
        final TestBlock block = RepairPlays.withLoss(rig, 4);
        rig.holders.get(0).isConnected = false;
        rig.pass(300 * MS);
        assertThat(rig.client.readyCount()).isZero();
        assertThat(rig.isVerified(block.number())).isFalse();

        rig.holders.get(0).isConnected = true;
        rig.passUntilVerified(block.number(), 3 * RTT);
    }

    @Test
    void shouldAskNothingTwiceWithinATimeout()
    {
        final RepairRig rig = new RepairRig(19, RTT, RTT, RTT).ready();
        final TestBlock block = rig.block(RepairRig.FIRST);
        rig.send(block, block.env());
        for (int seq = 0; seq < 200; seq++)
        {
            for (final TestFrame frame : block.frag(199 == seq, TestBlock.bodyOfLength(6_000), 1))
            {
                rig.hold(block, frame);
                if (rig.random.nextInt(10) > 0)
                {
                    rig.live(frame, 0);
                }
            }
            rig.pass(500_000);
        }
        rig.send(block, block.seal());
        rig.passUntilVerified(RepairRig.FIRST, 100 * MS);

        final Set<String> asked = new HashSet<>();
        rig.asks.forEach((ask) -> ask.holes().forEach((hole) -> assertThat(asked.add(hole)).as(hole).isTrue()));
        assertThat(asked.size()).isGreaterThan(50);
        assertThat(rig.count(FragcastCounter.REPAIR_TIMEOUTS)).isZero();
    }
}
