package io.fragcast.protocol.sync;

import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The byte budget of what was fetched and not handed on yet, in equal segments; each is allocated when it is first
 * needed, and kept: a node that never is behind needs none.
 */
final class SegmentPool
{
    /** What fills it: 180 frames at the default MTU. */
    static final int SEGMENT_LENGTH = 256 << 10;
    /** No segment is free. */
    static final int NONE = -1;

    private final @Nullable UnsafeBuffer[] segments;
    private final int[] free;
    private int freeCount;

    SegmentPool(final long bytes)
    {
        final int count = (int)(bytes / SEGMENT_LENGTH);
        segments = new UnsafeBuffer[count];
        free = new int[count];
        for (int i = 0; i < count; i++)
        {
            // The low ones are taken first, so that few are ever allocated.
            free[i] = count - 1 - i;
        }
        freeCount = count;
    }

    int freeCount()
    {
        return freeCount;
    }

    int capacity()
    {
        return segments.length;
    }

    int take()
    {
        return 0 == freeCount ? NONE : free[--freeCount];
    }

    void release(final int segment)
    {
        assert freeCount < free.length : "segment " + segment + " was not taken";

        free[freeCount++] = segment;
    }

    UnsafeBuffer buffer(final int segment)
    {
        UnsafeBuffer buffer = segments[segment];
        if (null == buffer)
        {
            buffer = new UnsafeBuffer(BufferUtil.allocateDirectAligned(SEGMENT_LENGTH, BitUtil.CACHE_LINE_LENGTH));
            segments[segment] = buffer;
        }

        return buffer;
    }
}
