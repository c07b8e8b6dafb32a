package io.fragcast.protocol.repair;

import org.agrona.BitUtil;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;

/**
 * What is asked of each holder. Written by the thread that asks, which allocates nothing for it; read by any.
 */
public final class AskedBoard
{
    private static final int IN_FLIGHT = 0;
    private static final int COUNT = Long.BYTES;
    private static final int FIRST_BLOCK = 2 * Long.BYTES;
    private static final int LAST_BLOCK = 3 * Long.BYTES;
    private static final int AT = 4 * Long.BYTES;
    /** A cache line a holder. */
    private static final int STRIDE = BitUtil.CACHE_LINE_LENGTH;

    private final AtomicBuffer values;

    AskedBoard(final int holderCount)
    {
        values = new UnsafeBuffer(ByteBuffer.allocateDirect(holderCount * STRIDE));
    }

    /**
     * What was asked of one holder.
     *
     * @param inFlight   requests that wait for an answer.
     * @param count      requests since it is a holder.
     * @param firstBlock lowest height of the last request.
     * @param lastBlock  highest height of the last request.
     * @param atNs       when it was sent, monotonic nanoseconds.
     */
    public record Asked(long inFlight, long count, long firstBlock, long lastBlock, long atNs)
    {
    }

    /**
     * What is asked of a holder now.
     *
     * @param holder number.
     * @return the answer, of one moment as far as the last request goes.
     */
    public Asked read(final int holder)
    {
        final int base = holder * STRIDE;
        long count;
        Asked asked;
        do
        {
            count = values.getLongAcquire(base + COUNT);
            asked = new Asked(
                values.getLongAcquire(base + IN_FLIGHT),
                count,
                values.getLongAcquire(base + FIRST_BLOCK),
                values.getLongAcquire(base + LAST_BLOCK),
                values.getLongAcquire(base + AT));
        }
        while (count != values.getLongAcquire(base + COUNT));

        return asked;
    }

    /**
     * How many holders there may be.
     *
     * @return places.
     */
    public int holderCount()
    {
        return values.capacity() / STRIDE;
    }

    void onInFlight(final int holder, final int change)
    {
        final int index = holder * STRIDE + IN_FLIGHT;
        values.putLongRelease(index, values.getLong(index) + change);
    }

    void onAsked(final int holder, final long firstBlock, final long lastBlock, final long nowNs)
    {
        final int base = holder * STRIDE;
        values.putLongRelease(base + COUNT, values.getLong(base + COUNT) + 1);
        values.putLongRelease(base + FIRST_BLOCK, firstBlock);
        values.putLongRelease(base + LAST_BLOCK, lastBlock);
        values.putLongRelease(base + AT, nowNs);
    }

    /** The number stands for another holder. */
    void clear(final int holder)
    {
        for (int i = 0; i <= AT; i += Long.BYTES)
        {
            values.putLongRelease(holder * STRIDE + i, 0);
        }
    }
}
