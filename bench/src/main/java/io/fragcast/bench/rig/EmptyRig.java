package io.fragcast.bench.rig;

import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.YieldingIdleStrategy;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/**
 * No nodes: the loading thread hands each frag's number to the recorder's thread through a ring buffer. What this takes
 * is what the rig itself adds to every figure.
 */
final class EmptyRig implements Rig
{
    private static final int RING_LENGTH = 64 << 10;
    private static final int MSG_TYPE_ID = 1;

    private final OneToOneRingBuffer ring = new OneToOneRingBuffer(new UnsafeBuffer(BufferUtil.allocateDirectAligned(
        RING_LENGTH + RingBufferDescriptor.TRAILER_LENGTH, BitUtil.CACHE_LINE_LENGTH)));
    private final UnsafeBuffer message = new UnsafeBuffer(new byte[Long.BYTES]);
    private final AgentRunner runner;
    private long refused;
    private long refusedAtMark;

    EmptyRig(final LatencyRecorder recorder)
    {
        final Agent agent = new Agent()
        {
            @Override
            public int doWork()
            {
                return ring.read((type, buffer, offset, length) -> recorder.onFrag(buffer.getLong(offset)));
            }

            @Override
            public String roleName()
            {
                return "recorder";
            }
        };
        runner = new AgentRunner(
            new YieldingIdleStrategy(),
            (ex) ->
            {
                throw new IllegalStateException(ex);
            },
            null,
            agent);
        AgentRunner.startOnThread(runner);
    }

    @Override
    public LoadGenerator.Target target()
    {
        return new LoadGenerator.Target()
        {
            @Override
            public void send(final long ordinal)
            {
                message.putLong(0, ordinal);
                while (!ring.write(MSG_TYPE_ID, message, 0, Long.BYTES))
                {
                    refused++;
                    Thread.onSpinWait();
                }
            }

            @Override
            public int poll()
            {
                return 0;
            }
        };
    }

    @Override
    public boolean isConnected()
    {
        return true;
    }

    @Override
    public void mark()
    {
        refusedAtMark = refused;
    }

    @Override
    public String trouble()
    {
        return refused == refusedAtMark ? "" : "ring full";
    }

    @Override
    public void close()
    {
        runner.close();
    }
}
