package io.fragcast.agent;

import io.fragcast.transport.FrameSink;
import io.fragcast.transport.SendResult;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;

/**
 * Takes every frame and counts it. Allocates nothing.
 */
final class MemorySink implements FrameSink
{
    private static final int OFFSET = 32;

    private final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(4_096));
    long frames;

    @Override
    public SendResult tryClaim(final int length)
    {
        return SendResult.OK;
    }

    @Override
    public MutableDirectBuffer buffer()
    {
        return buffer;
    }

    @Override
    public int offset()
    {
        return OFFSET;
    }

    @Override
    public void commit()
    {
        frames++;
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
        return "memory";
    }

    @Override
    public void close()
    {
    }
}
