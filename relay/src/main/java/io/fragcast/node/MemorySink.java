package io.fragcast.node;

import io.fragcast.transport.FrameHandler;
import io.fragcast.transport.FrameSink;
import io.fragcast.transport.SendResult;
import org.agrona.BitUtil;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;

/**
 * A sink that goes nowhere: what is written to it is read back by the same thread. Frames lie behind each other, each
 * aligned as in a log; the buffer is as large as the most that is written between two {@link #drainTo}.
 */
final class MemorySink implements FrameSink
{
    private static final int ALIGNMENT = 32;

    private final UnsafeBuffer buffer;
    private int claimed;
    private int writePosition;

    MemorySink(final int capacity)
    {
        buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(capacity));
    }

    /**
     * Hands over what was written, in order, and forgets it.
     *
     * @param handler   must take each frame.
     * @param sessionId to name.
     */
    void drainTo(final FrameHandler handler, final int sessionId)
    {
        int position = 0;
        while (position < writePosition)
        {
            final int length = buffer.getInt(position);
            if (!handler.onFrame(buffer, position + ALIGNMENT, length, sessionId))
            {
                throw new IllegalStateException("a frame of the warm-up was not taken");
            }
            position += ALIGNMENT + BitUtil.align(length, ALIGNMENT);
        }
        writePosition = 0;
    }

    @Override
    public SendResult tryClaim(final int length)
    {
        claimed = length;

        return writePosition + 2 * ALIGNMENT + length > buffer.capacity() ?
            SendResult.BACK_PRESSURED : SendResult.OK;
    }

    @Override
    public MutableDirectBuffer buffer()
    {
        return buffer;
    }

    @Override
    public int offset()
    {
        return writePosition + ALIGNMENT;
    }

    @Override
    public void commit()
    {
        buffer.putIntRelease(writePosition, claimed);
        writePosition += ALIGNMENT + BitUtil.align(claimed, ALIGNMENT);
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
        // Nothing is held but memory.
    }
}
