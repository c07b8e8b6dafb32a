package io.fragcast.bench.jmh;

import io.fragcast.transport.FrameSink;
import io.fragcast.transport.SendResult;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;

/**
 * A sink that is always ready and writes frame behind frame into memory, and hands back what was written.
 */
final class MemorySink implements FrameSink
{
    private static final int ALIGNMENT = 32;

    private final UnsafeBuffer buffer;
    private final int[] offsets;
    private final int[] lengths;
    private int count;
    private int position;

    /**
     * A sink of so many frames; then it begins at its start again.
     *
     * @param maxFrames      it holds.
     * @param maxFrameLength longest frame, bytes.
     */
    MemorySink(final int maxFrames, final int maxFrameLength)
    {
        buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(maxFrames * (maxFrameLength + 2 * ALIGNMENT)));
        offsets = new int[maxFrames];
        lengths = new int[maxFrames];
    }

    void clear()
    {
        count = 0;
        position = 0;
    }

    int count()
    {
        return count;
    }

    DirectBuffer frames()
    {
        return buffer;
    }

    int offset(final int index)
    {
        return offsets[index];
    }

    int length(final int index)
    {
        return lengths[index];
    }

    @Override
    public SendResult tryClaim(final int length)
    {
        if (lengths.length == count)
        {
            clear();
        }
        offsets[count] = position + ALIGNMENT;
        lengths[count] = length;

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
        return offsets[count];
    }

    @Override
    public void commit()
    {
        final int length = lengths[count];
        buffer.putIntRelease(position, length);
        position += ALIGNMENT + ((length + ALIGNMENT - 1) & -ALIGNMENT);
        count++;
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
