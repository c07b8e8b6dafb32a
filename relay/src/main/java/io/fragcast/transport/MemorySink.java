package io.fragcast.transport;

import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;

/**
 * A sink that goes nowhere: what is written to it lies in memory, frame behind frame, each aligned as in a log, until
 * the same thread has read it back. Connected and drained always; allocates nothing once it is made.
 */
public final class MemorySink implements FrameSink
{
    private static final int ALIGNMENT = 32;

    private final boolean isOverwriting;
    private final UnsafeBuffer buffer;
    private final int[] offsets;
    private final int[] lengths;
    private int count;
    private int position;
    private long total;

    private MemorySink(final int maxFrames, final int maxFrameLength, final boolean isOverwriting)
    {
        this.isOverwriting = isOverwriting;
        buffer = new UnsafeBuffer(
            ByteBuffer.allocateDirect(maxFrames * (ALIGNMENT + BitUtil.align(maxFrameLength, ALIGNMENT))));
        offsets = new int[maxFrames];
        lengths = new int[maxFrames];
    }

    /**
     * A sink that pushes back once it is full, until it is drained or cleared.
     *
     * @param maxFrames      it holds.
     * @param maxFrameLength longest frame, bytes.
     * @return the sink, empty.
     */
    public static MemorySink holding(final int maxFrames, final int maxFrameLength)
    {
        return new MemorySink(maxFrames, maxFrameLength, false);
    }

    /**
     * A sink that takes every frame: once it is full it begins at its start again.
     *
     * @param maxFrames      it holds.
     * @param maxFrameLength longest frame, bytes.
     * @return the sink, empty.
     */
    public static MemorySink overwriting(final int maxFrames, final int maxFrameLength)
    {
        return new MemorySink(maxFrames, maxFrameLength, true);
    }

    /**
     * Hands over what it holds, in order, and forgets it.
     *
     * @param handler   must take each frame.
     * @param sessionId to name.
     */
    public void drainTo(final FrameHandler handler, final int sessionId)
    {
        for (int i = 0; i < count; i++)
        {
            if (!handler.onFrame(buffer, offsets[i], lengths[i], sessionId))
            {
                throw new IllegalStateException("frame " + i + " of " + count + " was not taken");
            }
        }
        clear();
    }

    /**
     * Forgets what it holds.
     */
    public void clear()
    {
        count = 0;
        position = 0;
    }

    /**
     * How many frames it holds.
     *
     * @return count.
     */
    public int count()
    {
        return count;
    }

    /**
     * How many frames were ever written to it.
     *
     * @return count.
     */
    public long total()
    {
        return total;
    }

    /**
     * Where the frames lie that it holds.
     *
     * @return the buffer.
     */
    public DirectBuffer frames()
    {
        return buffer;
    }

    /**
     * Where a frame begins.
     *
     * @param index from 0.
     * @return offset in {@link #frames()}.
     */
    public int offset(final int index)
    {
        return offsets[index];
    }

    /**
     * How long a frame is.
     *
     * @param index from 0.
     * @return bytes.
     */
    public int length(final int index)
    {
        return lengths[index];
    }

    @Override
    public SendResult tryClaim(final int length)
    {
        if (lengths.length == count)
        {
            if (!isOverwriting)
            {
                return SendResult.BACK_PRESSURED;
            }
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
        // As a log is committed, so that it costs what that costs.
        buffer.putIntRelease(position, length);
        position += ALIGNMENT + BitUtil.align(length, ALIGNMENT);
        count++;
        total++;
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
