package io.fragcast.wire;

import io.fragcast.transport.FrameHandler;
import io.fragcast.transport.FrameLink;
import io.fragcast.transport.FrameSink;
import io.fragcast.transport.FrameSource;
import io.fragcast.transport.SendResult;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * One end of a link in memory: what the node sends is kept, what the peer sends is offered in order.
 */
public final class MemoryLink implements FrameLink, FrameSource, FrameSink
{
    private static final int SESSION_ID = 7;
    private static final int OFFSET = 64;

    /** What was sent, oldest first. */
    public final List<byte[]> sent = new ArrayList<>();
    /** Up? */
    public boolean isConnected = true;
    private final Deque<UnsafeBuffer> received = new ArrayDeque<>();
    private final UnsafeBuffer claim = new UnsafeBuffer(new byte[4_096]);
    private int claimLength;

    /**
     * The peer sends.
     *
     * @param buffer holding the message.
     * @param length in bytes.
     */
    public void receive(final DirectBuffer buffer, final int length)
    {
        final byte[] copy = new byte[length];
        buffer.getBytes(0, copy);
        received.addLast(new UnsafeBuffer(copy));
    }

    @Override
    public FrameSource source()
    {
        return this;
    }

    @Override
    public FrameSink sink()
    {
        return this;
    }

    @Override
    public int poll(final FrameHandler handler, final int frameLimit)
    {
        int taken = 0;
        while (taken < frameLimit && !received.isEmpty() &&
            handler.onFrame(received.getFirst(), 0, received.getFirst().capacity(), SESSION_ID))
        {
            received.removeFirst();
            taken++;
        }

        return taken;
    }

    @Override
    public SendResult tryClaim(final int length)
    {
        claimLength = length;

        return isConnected ? SendResult.OK : SendResult.NOT_CONNECTED;
    }

    @Override
    public MutableDirectBuffer buffer()
    {
        return claim;
    }

    @Override
    public int offset()
    {
        return OFFSET;
    }

    @Override
    public void commit()
    {
        final byte[] copy = new byte[claimLength];
        claim.getBytes(OFFSET, copy);
        sent.add(copy);
    }

    @Override
    public boolean isDrained()
    {
        return true;
    }

    @Override
    public int doWork(final long nowNs)
    {
        return 0;
    }

    @Override
    public boolean isConnected()
    {
        return isConnected;
    }

    @Override
    public int sessionId()
    {
        return SESSION_ID;
    }

    @Override
    public String name()
    {
        return "memory";
    }

    @Override
    public void close()
    {
        isConnected = false;
    }
}
