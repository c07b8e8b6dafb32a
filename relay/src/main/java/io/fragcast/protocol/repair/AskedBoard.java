package io.fragcast.protocol.repair;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What is asked of each holder. Written by the thread that asks, which allocates nothing for it; read by any.
 */
public final class AskedBoard
{
    private static final int IN_FLIGHT = 0;
    private static final int COUNT = 1;
    private static final int FIRST_BLOCK = 2;
    private static final int LAST_BLOCK = 3;
    private static final int AT = 4;
    /** A cache line a holder. */
    private static final int STRIDE = 8;

    private final AtomicLongArray values;

    AskedBoard(final int holderCount)
    {
        values = new AtomicLongArray(holderCount * STRIDE);
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
            count = values.getAcquire(base + COUNT);
            asked = new Asked(
                values.getAcquire(base + IN_FLIGHT),
                count,
                values.getAcquire(base + FIRST_BLOCK),
                values.getAcquire(base + LAST_BLOCK),
                values.getAcquire(base + AT));
        }
        while (count != values.getAcquire(base + COUNT));

        return asked;
    }

    /**
     * How many holders there may be.
     *
     * @return places.
     */
    public int holderCount()
    {
        return values.length() / STRIDE;
    }

    void onInFlight(final int holder, final int change)
    {
        final int index = holder * STRIDE + IN_FLIGHT;
        values.setRelease(index, values.getPlain(index) + change);
    }

    void onAsked(final int holder, final long firstBlock, final long lastBlock, final long nowNs)
    {
        final int base = holder * STRIDE;
        values.setRelease(base + COUNT, values.getPlain(base + COUNT) + 1);
        values.setRelease(base + FIRST_BLOCK, firstBlock);
        values.setRelease(base + LAST_BLOCK, lastBlock);
        values.setRelease(base + AT, nowNs);
    }

    /** The number stands for another holder. */
    void clear(final int holder)
    {
        for (int i = 0; i < STRIDE; i++)
        {
            values.setRelease(holder * STRIDE + i, 0);
        }
    }
}
