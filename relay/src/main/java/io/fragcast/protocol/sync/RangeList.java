package io.fragcast.protocol.sync;

import org.jspecify.annotations.Nullable;

/**
 * The ranges that are fetched, one behind the other, the one to be handed on next at the front. A fixed pool over one
 * budget of bytes.
 */
final class RangeList
{
    /** Two for each of eight holders. */
    static final int CAPACITY = 16;

    private final SegmentPool pool;
    private final HeldRange[] ranges = new HeldRange[CAPACITY];
    private int size;

    RangeList(final SegmentPool pool)
    {
        this.pool = pool;
        for (int i = 0; i < CAPACITY; i++)
        {
            ranges[i] = new HeldRange(pool);
        }
    }

    SegmentPool pool()
    {
        return pool;
    }

    int size()
    {
        return size;
    }

    boolean isEmpty()
    {
        return 0 == size;
    }

    boolean isFull()
    {
        return CAPACITY == size;
    }

    HeldRange get(final int index)
    {
        assert index < size : index + " of " + size;

        return ranges[index];
    }

    HeldRange front()
    {
        return get(0);
    }

    HeldRange last()
    {
        return get(size - 1);
    }

    /** Is it the range whose next height all others wait for? */
    boolean isNeededNext(final HeldRange range)
    {
        return 0 < size && range == ranges[0] && range.fetched == range.pushed;
    }

    HeldRange append(final long start, final long stop)
    {
        final HeldRange range = ranges[size++];
        range.open(start, stop);

        return range;
    }

    void prepend(final long start, final long stop)
    {
        final HeldRange range = ranges[size];
        System.arraycopy(ranges, 0, ranges, 1, size);
        ranges[0] = range;
        size++;
        range.open(start, stop);
    }

    void removeFront()
    {
        final HeldRange front = front();
        front.close();
        size--;
        System.arraycopy(ranges, 1, ranges, 0, size);
        ranges[size] = front;
    }

    void removeLast()
    {
        last().close();
        size--;
    }

    /** The last range behind another that holds anything; null: none. */
    @Nullable HeldRange lastHoldingAfter(final HeldRange range)
    {
        for (int i = size - 1; 0 <= i && ranges[i] != range; i--)
        {
            if (ranges[i].isHolding())
            {
                return ranges[i];
            }
        }

        return null;
    }
}
