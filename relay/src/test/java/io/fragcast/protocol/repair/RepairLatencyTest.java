package io.fragcast.protocol.repair;

import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.block.FrameKind;
import io.fragcast.protocol.block.TestBlock;
import io.fragcast.protocol.block.TestFrame;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goal: at 1 % loss of every datagram, also of requests and answers, a frag that misses something is whole within 1.5
 * round trips of the first evidence in the median and within 3 at the 99th percentile. Method: thousands of frags in
 * virtual time. The receiver's time begins with the sample that sees the hole; a sample's length is added in full.
 */
class RepairLatencyTest
{
    private static final long MS = 1_000_000;
    private static final int BLOCKS = 40;
    private static final int FRAGS = 100;
    /** Of frags; a block of a hundred is then 2 s. */
    private static final long INTERVAL_NS = 20 * MS;

    @ParameterizedTest
    @CsvSource({"5, 1", "5, 2", "50, 3", "50, 4"})
    void shouldBeWholeSoonAtOnePercentLoss(final int rttMs, final int seed)
    {
        final long rttNs = rttMs * MS;
        final RepairRig rig = new RepairRig(seed, rttNs, rttNs, rttNs).served().ready();
        rig.holders.forEach((holder) -> holder.loss = 0.01);
        rig.node.isRecording = false;
        long controlSeq = 0;
        for (int i = 0; i < BLOCKS; i++)
        {
            final TestBlock block = rig.block(RepairRig.FIRST + i);
            play(rig, block, block.env());
            for (int seq = 0; seq < FRAGS; seq++)
            {
                for (final TestFrame frame : block.frag(FRAGS - 1 == seq, TestBlock.bodyOfLength(12_000), 1))
                {
                    play(rig, block, frame);
                }
                rig.pass(MS);
                // 1 ms after a burst.
                play(rig, block, block.heartbeat(++controlSeq, FrameKind.FRAG, seq));
                rig.pass(INTERVAL_NS - MS);
            }
            play(rig, block, block.seal());
            rig.pass(MS);
            play(rig, block, block.heartbeat(++controlSeq, FrameKind.SEAL, FRAGS));
            rig.holders.forEach((holder) ->
                holder.frames.removeIf((held) -> held.block() + 2 < block.number()));
        }
        rig.pass(10 * rttNs + RepairClient.CADENCE_NS);

        final List<Long> latencies = new ArrayList<>();
        rig.latencies.forEach((latency) -> latencies.add(latency + RepairClient.MAX_SAMPLE_NS));
        Collections.sort(latencies);
        final double medianRtts = latencies.get(latencies.size() / 2) / (double)rttNs;
        final double p99Rtts = latencies.get(latencies.size() * 99 / 100) / (double)rttNs;
        System.out.printf(
            "RTT %d ms: %d frags repaired, median %.2f RTT, p99 %.2f RTT, max %.2f RTT; %d wants, %d timeouts%n",
            rttMs,
            latencies.size(),
            medianRtts,
            p99Rtts,
            latencies.get(latencies.size() - 1) / (double)rttNs,
            rig.count(FragcastCounter.REPAIR_WANTS_SENT),
            rig.count(FragcastCounter.REPAIR_TIMEOUTS));
        assertThat(latencies.size()).isGreaterThan(BLOCKS * FRAGS / 20);
        assertThat(medianRtts).isLessThanOrEqualTo(1.5);
        assertThat(p99Rtts).isLessThanOrEqualTo(3);
        assertThat(rig.count(FragcastCounter.BLOCKS_VERIFIED)).isEqualTo(BLOCKS);
        assertThat(rig.count(FragcastCounter.BLOCKS_SUPERSEDED) + rig.count(FragcastCounter.BLOCKS_MISSED)).isZero();
        assertThat(rig.count(FragcastCounter.FRAGS_REPAIRED)).isGreaterThanOrEqualTo(latencies.size());
    }

    private static void play(final RepairRig rig, final TestBlock block, final TestFrame frame)
    {
        rig.hold(block, frame);
        if (rig.random.nextDouble() >= 0.01)
        {
            rig.live(frame, 0);
        }
    }
}
