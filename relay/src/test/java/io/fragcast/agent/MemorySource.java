package io.fragcast.agent;

import io.fragcast.transport.FrameHandler;
import io.fragcast.transport.FrameSource;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Hands over frames out of memory, in order, and keeps what the handler does not take. Allocates nothing.
 */
final class MemorySource implements FrameSource
{
    private static final int SESSION_ID = 7;

    private UnsafeBuffer[] frames = new UnsafeBuffer[0];
    private int next;

    void load(final UnsafeBuffer[] moreFrames)
    {
        frames = moreFrames;
        next = 0;
    }

    boolean isEmpty()
    {
        return next == frames.length;
    }

    @Override
    public int poll(final FrameHandler handler, final int frameLimit)
    {
        int taken = 0;
        while (taken < frameLimit && next < frames.length &&
            handler.onFrame(frames[next], 0, frames[next].capacity(), SESSION_ID))
        {
            next++;
            taken++;
        }

        return taken;
    }

    @Override
    public int doWork(final long nowNs)
    {
        return 0;
    }

    @Override
    public boolean isConnected()
    {
        return true;
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
    }
}
