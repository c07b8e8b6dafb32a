package io.fragcast.transport;

import org.agrona.MutableDirectBuffer;

/**
 * A link to nobody: nothing comes, nothing goes.
 */
final class EmptyLink implements FrameLink, FrameSource, FrameSink
{
    static final EmptyLink INSTANCE = new EmptyLink();

    private EmptyLink()
    {
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
    public int doWork(final long nowNs)
    {
        return 0;
    }

    @Override
    public boolean isConnected()
    {
        return false;
    }

    @Override
    public int poll(final FrameHandler handler, final int frameLimit)
    {
        return 0;
    }

    @Override
    public int sessionId()
    {
        return 0;
    }

    @Override
    public SendResult tryClaim(final int length)
    {
        return SendResult.NOT_CONNECTED;
    }

    @Override
    public MutableDirectBuffer buffer()
    {
        throw new IllegalStateException("no claim is held");
    }

    @Override
    public int offset()
    {
        throw new IllegalStateException("no claim is held");
    }

    @Override
    public void commit()
    {
        throw new IllegalStateException("no claim is held");
    }

    @Override
    public boolean isDrained()
    {
        return true;
    }

    @Override
    public String name()
    {
        return "nobody";
    }

    @Override
    public void close()
    {
        // Nothing is open.
    }
}
