package io.fragcast.wire;

import com.sun.management.ThreadMXBean;
import io.fragcast.PublishResult;
import io.fragcast.TxSource;
import io.fragcast.counter.Counters;
import io.fragcast.protocol.block.BlockLimits;
import io.fragcast.protocol.block.MessageSigner;
import io.fragcast.protocol.block.SlowSink;
import io.fragcast.transport.FrameSink;
import io.fragcast.transport.SendResult;
import io.fragcast.transport.Transmitter;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Bytes that the hot paths allocate on the heap, counted by the JVM for this thread: none to forward, and to broadcast
 * what the signing library allocates and no more.
 */
class AllocationTest
{
    private static final BlockLimits LIMITS =
        new BlockLimits(256 << 10, 64 << 10, 1_000, 1 << 20, 64, 64 << 20, Integer.MAX_VALUE);
    private static final int WARM_UP = 20_000;
    private static final int ROUNDS = 20_000;
    /** The JVM's own, now and then: less than a byte a round. */
    private static final int NOISE = ROUNDS;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    void shouldForwardWithoutGarbage()
    {
        final NullSink slow = new NullSink();
        for (final SlowSink slowSink : SlowSink.values())
        {
            final FrameFanout fanout = new FrameFanout(
                List.of(new NullSink(), new NullSink(), slow), (blockNumber) -> 1, slowSink, LeaderRig.FRAME_LENGTH,
                new NoWork(), Counters.inMemory());
            final UnsafeBuffer frame = new UnsafeBuffer(ByteBuffer.allocateDirect(LeaderRig.FRAME_LENGTH));

            final long allocated = allocatedBy(() ->
            {
                slow.isFull = !slow.isFull;
                fanout.onAccepted(frame, 0, LeaderRig.FRAME_LENGTH, 7);
                slow.isFull = false;
                fanout.doWork();
            });

            assertThat(allocated).as(slowSink.name()).isLessThan(NOISE);
        }
    }

    @Test
    void shouldBroadcastWithNoGarbageButWhatSigningMakes()
    {
        final MessageSigner signer = LeaderRig.CURVE.newSigner(LeaderRig.LEADER_KEY);
        final byte[] digest = new byte[32];
        final UnsafeBuffer signature = new UnsafeBuffer(ByteBuffer.allocateDirect(65));
        final long allocatedBySigning = allocatedBy(() -> signer.sign(digest, signature, 0));

        final LeaderRig rig = new LeaderRig(
            SlowSink.SKIP, LIMITS, List.of(new NullSink()), List.of(new NullSink(), new NullSink()));
        rig.publisher.env(LeaderRig.env(10, LeaderRig.hash(9)));
        rig.settle();
        rig.isKeepingReplies = false;
        final FixedTxs txs = new FixedTxs();
        final int[] seq = {0};
        final PublishResult[] results = {PublishResult.OK};
        final long allocated = allocatedBy(() ->
        {
            results[0] = rig.publisher.frag(10, seq[0]++, false, txs);
            rig.cycle();
            rig.cycle();
        });

        assertThat(results[0]).isEqualTo(PublishResult.OK);
        assertThat(rig.broadcaster.isIdle()).isTrue();
        assertThat(allocated - allocatedBySigning)
            .as("%d B a frag, of which signing %d", allocated / ROUNDS, allocatedBySigning / ROUNDS)
            .isLessThan(NOISE);
    }

    private long allocatedBy(final Runnable round)
    {
        final long threadId = Thread.currentThread().getId();
        for (int i = 0; i < WARM_UP; i++)
        {
            round.run();
        }
        final long before = threads.getThreadAllocatedBytes(threadId);
        for (int i = 0; i < ROUNDS; i++)
        {
            round.run();
        }

        return threads.getThreadAllocatedBytes(threadId) - before;
    }

    private static final class NoWork implements Transmitter
    {
        @Override
        public void turn()
        {
        }
    }

    /** 20 transactions of 300 bytes: five chunks. */
    private static final class FixedTxs implements TxSource
    {
        @Override
        public int txCount()
        {
            return 20;
        }

        @Override
        public int txLength(final int index)
        {
            return 300;
        }

        @Override
        public void writeTx(final int index, final MutableDirectBuffer target, final int offset)
        {
            target.setMemory(offset, 300, (byte) index);
        }
    }

    private static final class NullSink implements FrameSink
    {
        private final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(LeaderRig.FRAME_LENGTH));
        private boolean isFull;

        @Override
        public SendResult tryClaim(final int length)
        {
            return isFull ? SendResult.BACK_PRESSURED : SendResult.OK;
        }

        @Override
        public MutableDirectBuffer buffer()
        {
            return buffer;
        }

        @Override
        public int offset()
        {
            return 0;
        }

        @Override
        public void commit()
        {
        }

        @Override
        public boolean isDrained()
        {
            return true;
        }

        @Override
        public boolean isConnected()
        {
            return true;
        }

        @Override
        public String name()
        {
            return "null";
        }

        @Override
        public void close()
        {
        }
    }
}
