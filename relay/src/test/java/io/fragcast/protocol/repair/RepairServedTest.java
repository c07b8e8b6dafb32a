package io.fragcast.protocol.repair;

import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.block.FrameKind;
import io.fragcast.protocol.block.TestBlock;
import io.fragcast.protocol.block.TestFrame;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goal: client and server mean the same by every request. Method: the product's server answers; whatever is lost, one
 * round of asking brings it.
 */
class RepairServedTest
{
    private static final long MS = 1_000_000;
    private static final long RTT = 5 * MS;
    private static final long DETECTION = 1_100_000;

    @Test
    void shouldHaveTheOpenBlockAfterTwoRoundTrips()
    {
        final RepairRig rig = new RepairRig(1, RTT).served();
        final TestBlock block = rig.block(RepairRig.FIRST);
        rig.lose(block, block.env());
        for (int seq = 0; seq < 8; seq++)
        {
            rig.lose(block, block.frag(false, TestBlock.bodyOfLength(0 == seq ? 150_000 : 30_000), 0 == seq ? 2 : 1));
        }
        rig.pass(2 * RTT + 6 * MS);

        assertThat(rig.asks).hasSize(1);
        assertThat(rig.count(FragcastCounter.FRAMES_RECEIVED)).isEqualTo(rig.count(FragcastCounter.FRAMES_ACCEPTED));
        assertThat(rig.node.story()).contains("ENV@1000");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
    void shouldFillWhateverIsLost(final int seed)
    {
        final RepairRig rig = new RepairRig(100 + seed, RTT, 2 * RTT).served().ready();
        final TestBlock first = rig.block(RepairRig.FIRST);
        rig.send(first, first.frames(2, 1, 100));
        rig.passUntilVerified(RepairRig.FIRST, MS);

        final List<TestFrame> frames = new ArrayList<>();
        final TestBlock block = rig.block(RepairRig.FIRST + 1);
        frames.add(block.env());
        for (int seq = 0; seq < 12; seq++)
        {
            final int length = 3 == seq ? 250_000 : 100 + rig.random.nextInt(30_000);
            frames.addAll(block.frag(11 == seq, TestBlock.bodyOfLength(length), 3 == seq ? 3 : 1));
        }
        frames.add(block.seal());
        // From all but nothing to all but everything.
        final double loss = 0.02 + 0.1 * seed;
        for (final TestFrame frame : frames)
        {
            rig.hold(block, frame);
            if (rig.random.nextDouble() >= loss)
            {
                rig.live(frame, 0);
            }
        }
        rig.send(block, block.heartbeat(1, FrameKind.SEAL, 12));

        assertThat(rig.passUntilVerified(block.number(), 100 * MS)).isLessThan(2 * RTT + 2 * DETECTION + 6 * MS);
        assertThat(rig.count(FragcastCounter.REPAIR_NOT_FOUND)).isZero();
        assertThat(rig.count(FragcastCounter.REPAIR_TIMEOUTS)).isZero();
        // Headers that were lost bring their chunks again; nothing else comes twice.
        assertThat(rig.asks.size()).isLessThanOrEqualTo(4);
    }

    @Test
    void shouldFetchManyBlocks()
    {
        final RepairRig rig = new RepairRig(3, RTT, RTT).served().ready();
        final TestBlock first = rig.block(RepairRig.FIRST);
        rig.send(first, first.frames(2, 1, 100));
        rig.passUntilVerified(RepairRig.FIRST, MS);
        for (int i = 1; i <= 40; i++)
        {
            final TestBlock block = rig.block(RepairRig.FIRST + i);
            rig.lose(block, block.frames(10, 4, 1_500));
        }
        final TestBlock next = rig.block(RepairRig.FIRST + 41);
        rig.send(next, next.frames(4, 2, 500));

        // 3 MB in answers of 1 MiB.
        rig.passUntilVerified(next.number(), 20 * RTT);
        assertThat(rig.count(FragcastCounter.BLOCKS_VERIFIED)).isEqualTo(42);
    }

    @Test
    void shouldFetchWhatItMissedWithinTheWindowWithoutAGap()
    {
        final RepairRig rig = new RepairRig(4, RTT).served().ready();
        final TestBlock first = rig.block(RepairRig.FIRST);
        rig.send(first, first.frames(2, 1, 100));
        rig.passUntilVerified(RepairRig.FIRST, MS);
        // Nothing is heard, and the links are down too.
        rig.holders.get(0).isConnected = false;
        TestBlock block = first;
        for (int i = 1; i <= 60; i++)
        {
            block = rig.block(RepairRig.FIRST + i);
            rig.lose(block, block.frames(2, 2, 200));
            rig.pass(40 * MS);
        }
        rig.holders.get(0).isConnected = true;
        rig.send(block, block.heartbeat(1, FrameKind.SEAL, 2));

        assertThat(rig.passUntilVerified(block.number(), 100 * MS)).isLessThan(10 * RTT);
        assertThat(rig.count(FragcastCounter.BLOCKS_VERIFIED)).isEqualTo(61);
        assertThat(rig.count(FragcastCounter.BLOCKS_MISSED)).isZero();
    }

    @Test
    void shouldJumpWithAGapWhereItIsBehindByMoreThanTheWindow()
    {
        final RepairRig rig = new RepairRig(5, RTT).served().ready();
        final TestBlock first = rig.block(RepairRig.FIRST);
        rig.send(first, first.frames(2, 1, 100));
        rig.passUntilVerified(RepairRig.FIRST, MS);
        rig.holders.get(0).isConnected = false;
        rig.pass(2_000 * MS);
        TestBlock block = first;
        for (int i = 1; i <= 80; i++)
        {
            block = rig.block(RepairRig.FIRST + i);
            rig.lose(block, block.frames(2, 1, 100));
        }
        rig.holders.get(0).isConnected = true;
        rig.send(block, block.heartbeat(1, FrameKind.FRAG, 1));

        rig.passUntilVerified(block.number(), 100 * MS);
        assertThat(rig.node.story()).contains("GAP@1080 missing 79");
    }

    @Test
    void shouldFetchWhatItMissedWhileItWasDown()
    {
        final RepairRig rig = new RepairRig(6, RTT).served();
        rig.node.receiver.resumeAfter(RepairRig.FIRST);
        TestBlock block = rig.block(RepairRig.FIRST);
        rig.lose(block, block.frames(2, 1, 100));
        for (int i = 1; i <= 20; i++)
        {
            block = rig.block(RepairRig.FIRST + i);
            rig.lose(block, block.frames(3, 2, 900));
        }

        // Nothing comes live: the holder's word is enough.
        assertThat(rig.passUntilVerified(block.number(), 100 * MS)).isLessThan(6 * RTT);
        assertThat(rig.count(FragcastCounter.BLOCKS_VERIFIED)).isEqualTo(20);
        assertThat(rig.node.story().get(0)).isEqualTo("ENV@1001");
    }
}
