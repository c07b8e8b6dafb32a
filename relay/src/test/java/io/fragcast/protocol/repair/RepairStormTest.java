package io.fragcast.protocol.repair;

import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.block.FrameKind;
import io.fragcast.protocol.block.TestBlock;
import io.fragcast.protocol.block.TestFrame;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goal: whatever the network does for a while, what somebody honest holds is delivered in the end, once and in order.
 * Method: seeded loss of up to 20 %, bursts of 50 frames, reordering, doubling, links that break, a live lane that is
 * cut; leaders that abort, or die and open the height again; holders are the product's servers. A failure names its
 * seed.
 */
class RepairStormTest
{
    private static final long MS = 1_000_000;
    private static final int BLOCKS = 30;

    private static final FragcastCounter[] MET = {
        FragcastCounter.FRAGS_REPAIRED, FragcastCounter.REPAIR_WANTS_SENT, FragcastCounter.REPAIR_RANGES_SENT,
        FragcastCounter.REPAIR_TIMEOUTS, FragcastCounter.REPAIR_NOT_FOUND, FragcastCounter.BLOCKS_ABORTED,
        FragcastCounter.BLOCKS_SUPERSEDED, FragcastCounter.FRAMES_DUPLICATE};

    private static long[] met = new long[MET.length];

    private RepairRig rig;
    private double loss;
    private double doubling;
    private long jitterNs;
    private int burst;
    private long cutUntilNs;
    private long controlSeq;
    private byte[] parentHash = TestBlock.blockHash(RepairRig.FIRST, 1);

    static LongStream seeds()
    {
        return LongStream.concat(LongStream.rangeClosed(1, 40), LongStream.of(System.nanoTime()));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void shouldDeliverEverythingInTheEnd(final long seed)
    {
        rig = new RepairRig(seed, 2 * MS, 7 * MS, 20 * MS).served().ready();
        loss = rig.random.nextInt(5) * 0.05;
        doubling = rig.random.nextInt(3) * 0.05;
        jitterNs = rig.random.nextInt(4) * 700_000L;
        rig.holders.forEach((holder) -> holder.loss = loss);
        first();
        for (int i = 1; i <= BLOCKS; i++)
        {
            playHeight(RepairRig.FIRST + i, i < BLOCKS - 1);
        }
        loss = 0;
        jitterNs = 0;
        burst = 0;
        rig.holders.forEach((holder) ->
        {
            holder.loss = 0;
            holder.isConnected = true;
        });
        final TestBlock last = new TestBlock(rig.leader, 1, RepairRig.FIRST + BLOCKS + 1, 1).parentHash(parentHash);
        play(last, last.frames(2, 1, 100));
        for (int i = 0; i < 20; i++)
        {
            rig.pass(100 * MS);
            play(last, List.of(last.heartbeat(++controlSeq, FrameKind.SEAL, 2)));
        }

        for (long number = RepairRig.FIRST; number <= last.number(); number++)
        {
            assertThat(rig.isVerified(number)).as("seed %d: block %d of %s, asked %s", seed, number, rig.node.story(),
                rig.asks.subList(Math.max(0, rig.asks.size() - 10), rig.asks.size())).isTrue();
        }
        assertThat(rig.count(FragcastCounter.DUPLICATES_DELIVERED)).as("seed %d", seed).isZero();
        assertThat(rig.count(FragcastCounter.BLOCKS_MISSED)).as("seed %d", seed).isZero();
        assertThat(rig.count(FragcastCounter.BLOCKS_MISMATCHED)).as("seed %d", seed).isZero();
        assertThat(rig.count(FragcastCounter.FRAMES_BAD_HASH)).as("seed %d", seed).isZero();
        assertThat(rig.node.rejected).as("seed %d", seed).isEmpty();
        for (int i = 0; i < MET.length; i++)
        {
            met[i] += rig.count(MET[i]);
        }
    }

    @AfterAll
    static void shouldHaveMetWhatItIsAbout()
    {
        for (int i = 0; i < MET.length; i++)
        {
            assertThat(met[i]).as("%s over all seeds", MET[i]).isPositive();
        }
        System.out.println("storm: " + Arrays.toString(MET) + " " + Arrays.toString(met));
    }

    private void first()
    {
        final TestBlock block = rig.block(RepairRig.FIRST);
        rig.send(block, block.frames(2, 1, 100));
        rig.passUntilVerified(RepairRig.FIRST, MS);
    }

    private void playHeight(final long number, final boolean isStormy)
    {
        if (isStormy && 0 == rig.random.nextInt(6))
        {
            final RepairRig.Holder holder = rig.holders.get(rig.random.nextInt(rig.holders.size()));
            holder.isConnected = !holder.isConnected;
        }
        if (isStormy && 0 == rig.random.nextInt(10))
        {
            // Everything is cut for up to 1.5 s.
            cutUntilNs = rig.nowNs + rig.random.nextInt(1_500) * MS;
            rig.holders.forEach((holder) -> holder.isConnected = false);
        }
        if (0 < cutUntilNs && rig.nowNs > cutUntilNs)
        {
            cutUntilNs = 0;
            rig.holders.forEach((holder) -> holder.isConnected = true);
        }

        long incarnation = 1;
        while (isStormy && 0 == rig.random.nextInt(6))
        {
            final TestBlock given =
                new TestBlock(rig.leader, 1, number, 1_000 * number + incarnation).parentHash(parentHash);
            final List<TestFrame> part = given.frames(1 + rig.random.nextInt(4), 2, 400);
            final List<TestFrame> frames = new ArrayList<>(part.subList(0, 1 + rig.random.nextInt(part.size() - 1)));
            incarnation++;
            if (rig.random.nextBoolean())
            {
                frames.add(given.abort());
            }
            play(given, frames);
        }
        final TestBlock block = new TestBlock(rig.leader, 1, number, 1_000 * number + incarnation)
            .parentHash(parentHash);
        parentHash = TestBlock.blockHash(number, 1_000 * number + incarnation);
        play(block, block.frames(1 + rig.random.nextInt(8), 1 + rig.random.nextInt(4),
            0 == rig.random.nextInt(3) ? 3_000 : 100));
        play(block, List.of(block.heartbeat(++controlSeq, FrameKind.SEAL, block.frags.size())));
        rig.pass(rig.random.nextInt(150) * MS);
    }

    private void play(final TestBlock block, final List<TestFrame> frames)
    {
        for (final TestFrame frame : frames)
        {
            rig.hold(block, frame);
            burst = 0 < loss && 0 == rig.random.nextInt(2_000) ? 50 : Math.max(0, burst - 1);
            final boolean isLost = 0 < burst || rig.nowNs < cutUntilNs || rig.random.nextDouble() < loss;
            if (!isLost)
            {
                rig.live(frame, jitter());
                if (rig.random.nextDouble() < doubling)
                {
                    rig.live(frame, jitter());
                }
            }
            if (0 == rig.random.nextInt(8))
            {
                rig.pass(rig.random.nextInt(20) * MS);
            }
        }
    }

    private long jitter()
    {
        return 0 == jitterNs ? 0 : (long)(rig.random.nextDouble() * jitterNs);
    }
}
