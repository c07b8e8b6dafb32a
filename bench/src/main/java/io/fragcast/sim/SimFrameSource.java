package io.fragcast.sim;

import io.fragcast.transport.FrameHandler;
import io.fragcast.transport.FrameSource;

/**
 * The receiving end of a path.
 */
public class SimFrameSource implements FrameSource
{
    private final SimPath path;
    private Runnable onTaken = () -> {};
    private boolean isClosed;

    /**
     * A source.
     *
     * @param path to receive from.
     */
    public SimFrameSource(final SimPath path)
    {
        this.path = path;
    }

    /**
     * Says who is told of every poll in which frames were taken.
     *
     * @param action called after them.
     * @return this.
     */
    public SimFrameSource onTaken(final Runnable action)
    {
        onTaken = action;

        return this;
    }

    @Override
    public int poll(final FrameHandler handler, final int frameLimit)
    {
        int taken = 0;
        while (taken < frameLimit && !isClosed && path.poll(
            (frame) -> handler.onFrame(frame.buffer, 0, frame.length, path.sessionId())))
        {
            taken++;
        }
        if (taken > 0)
        {
            onTaken.run();
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
        return !isClosed && path.isConnected();
    }

    @Override
    public int sessionId()
    {
        return path.sessionId();
    }

    @Override
    public String name()
    {
        return path.from() + ">" + path.to();
    }

    @Override
    public void close()
    {
        if (!isClosed)
        {
            isClosed = true;
            path.onSourceClosed();
        }
    }
}
