package io.fragcast.protocol.block;

import com.sun.management.ThreadMXBean;
import io.fragcast.counter.FragcastCounter;
import org.junit.jupiter.api.Test;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goal: a million frames played again change nothing, hold nothing, and cost no garbage; nor does the steady stream.
 * The signature check here is one that allocates nothing; what the real one costs is measured where it lives.
 */
class ReplayTest
{
    private static final int REPLAYS = 1_000_000;
    private static final int FRAGS = 10;

    private final TestSigner leader = new TestSigner(1);
    private final TestReceiver node = new TestReceiver(
        TestReceiver.schedule(TestReceiver.term(1, 0, Long.MAX_VALUE, leader, null)),
        BlockLimits.withSlab(16 << 20, 12 << 20),
        (digest, buffer, signatureOffset, publicKey) -> true);
    private final ThreadMXBean threads = (ThreadMXBean)ManagementFactory.getThreadMXBean();

    @Test
    void shouldKnowAMillionReplayedFrames()
    {
        final List<TestFrame> frames = new ArrayList<>();
        for (int i = 0; i < 40; i++)
        {
            frames.addAll(block(i).frames(FRAGS, 2, 0 == i % 5 ? 1_000 : 100));
        }
        // The last block stays open, so that replays meet a live attempt too.
        final List<TestFrame> open = block(40).frames(FRAGS, 2, 100);
        frames.addAll(open.subList(0, FRAGS));
        node.offerAll(frames);
        node.pass(20_000_000);
        final long accepted = node.count(FragcastCounter.FRAMES_ACCEPTED);
        final long checked = node.count(FragcastCounter.SIGNATURES_CHECKED);
        final long used = node.count(FragcastCounter.BODY_SLAB_USED);
        final int delivered = node.events.size();
        assertThat(accepted).isEqualTo(frames.size());
        Collections.shuffle(frames, new Random(5));

        replay(frames, 100_000);
        final long readCost = -(allocatedBytes() - allocatedBytes());
        final long allocatedBefore = allocatedBytes();
        replay(frames, REPLAYS);
        final long allocated = allocatedBytes() - allocatedBefore - readCost;

        node.pass(20_000_000);
        assertThat(node.count(FragcastCounter.FRAMES_DUPLICATE)).isEqualTo(100_000 + REPLAYS);
        assertThat(node.count(FragcastCounter.FRAMES_ACCEPTED)).isEqualTo(accepted);
        assertThat(node.count(FragcastCounter.SIGNATURES_CHECKED)).isEqualTo(checked);
        assertThat(node.count(FragcastCounter.BODY_SLAB_USED)).isEqualTo(used);
        assertThat(node.events).hasSize(delivered);
        assertThat(node.forwarded).hasSize(frames.size());
        // The JVM's own bytes on this thread (compiled code given up and made again) came to 15 KB once; the least
        // that a table which grows with its frames would take is a reference a frame.
        assertThat((double)allocated / REPLAYS).isLessThan(0.1);
    }

    @Test
    void shouldDropWhatIsOlderThanItsMemory()
    {
        final List<TestFrame> first = block(0).frames(FRAGS, 2, 100);
        node.offerAll(first);
        for (int i = 1; i <= EndedAttempts.CAPACITY; i++)
        {
            node.offerAll(block(i).frames(1, 1, 10));
        }
        final long checked = node.count(FragcastCounter.SIGNATURES_CHECKED);
        for (final TestFrame frame : first)
        {
            assertThat(node.offer(frame)).isEqualTo(Verdict.STALE);
        }
        assertThat(node.count(FragcastCounter.SIGNATURES_CHECKED)).isEqualTo(checked);
    }

    @Test
    void shouldAllocateNothingInTheSteadyCycle()
    {
        final int warmUp = 300;
        final int sliceBlocks = 40;
        final int slices = 8;
        final List<TestFrame> frames = new ArrayList<>();
        final int[] ends = new int[slices + 1];
        for (int i = 0; i < warmUp + slices * sliceBlocks; i++)
        {
            frames.addAll(block(i).frames(FRAGS, 3, 0 == i % 4 ? 1_500 : 100));
            if (i >= warmUp - 1 && 0 == (i + 1 - warmUp) % sliceBlocks)
            {
                ends[(i + 1 - warmUp) / sliceBlocks] = frames.size();
            }
        }
        node.isRecording = false;
        play(frames, 0, ends[0]);
        final long readCost = -(allocatedBytes() - allocatedBytes());
        // What a deoptimisation leaves behind falls into single slices, garbage of the cycle into all.
        long least = Long.MAX_VALUE;
        for (int slice = 0; slice < slices; slice++)
        {
            final long before = allocatedBytes();
            play(frames, ends[slice], ends[slice + 1]);
            least = Math.min(least, allocatedBytes() - before - readCost);
        }

        assertThat(node.count(FragcastCounter.BLOCKS_VERIFIED)).isEqualTo(warmUp + slices * sliceBlocks);
        assertThat(least).isZero();
    }

    private void play(final List<TestFrame> frames, final int from, final int to)
    {
        for (int i = from; i < to; i++)
        {
            final TestFrame frame = frames.get(i);
            node.adapter.onFrame(frame.buffer(), 0, frame.buffer().capacity(), TestReceiver.SESSION);
            node.receiver.doWork(node.nowNs.get());
        }
    }

    private void replay(final List<TestFrame> frames, final int count)
    {
        for (int i = 0, at = 0; i < count; i++)
        {
            final TestFrame frame = frames.get(at);
            node.adapter.onFrame(frame.buffer(), 0, frame.buffer().capacity(), TestReceiver.SESSION);
            at = at + 1 == frames.size() ? 0 : at + 1;
        }
    }

    private long allocatedBytes()
    {
        return threads.getThreadAllocatedBytes(Thread.currentThread().getId());
    }

    private TestBlock block(final long number)
    {
        return new TestBlock(leader, 1, number, 1).parentHash(TestBlock.blockHash(number - 1, 1));
    }
}
