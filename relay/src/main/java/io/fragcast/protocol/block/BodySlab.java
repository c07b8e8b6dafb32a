package io.fragcast.protocol.block;

import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.Arrays;

/**
 * Buddy allocator over one off-heap slab: bodies lie contiguous, so that decoders wrap them in place. Blocks are powers
 * of two from 4 KiB to 4 MiB; a block freed joins its buddy if that is free too. Its book-keeping lies in arrays beside
 * the slab, out of reach of any byte written to a block. Used by one thread; allocates nothing after construction.
 * <pre>
 *   order 10  |                            4 MiB                            | ...
 *   order  9  |            2 MiB            |            2 MiB              |
 *   order  0  |4K|4K|  ...                                                  |
 * </pre>
 */
final class BodySlab
{
    /** Absent. */
    static final int NULL_OFFSET = -1;
    /** A page: the head of most frags, and most bodies of a 200 ms cadence, fit one or two. */
    static final int MIN_BLOCK_LENGTH = 4 << 10;
    /** The largest body. */
    static final int MAX_BLOCK_LENGTH = 4 << 20;

    private static final int MIN_SHIFT = Integer.numberOfTrailingZeros(MIN_BLOCK_LENGTH);
    private static final int TOP_ORDER = Integer.numberOfTrailingZeros(MAX_BLOCK_LENGTH) - MIN_SHIFT;
    private static final int NONE = -1;
    private static final byte INTERIOR = Byte.MIN_VALUE;

    private final UnsafeBuffer buffer;
    private final int[] freeHeads = new int[TOP_ORDER + 1];
    private final int[] next;
    private final int[] previous;
    /** By first page of a block: its order while free, ~order while taken; INTERIOR elsewhere. */
    private final byte[] orders;
    private long usedBytes;

    /**
     * A slab, all free.
     *
     * @param capacityBytes a multiple of 4 MiB.
     */
    BodySlab(final int capacityBytes)
    {
        if (capacityBytes <= 0 || 0 != capacityBytes % MAX_BLOCK_LENGTH)
        {
            throw new IllegalArgumentException("slab of " + capacityBytes + " bytes: not a multiple of 4 MiB");
        }

        buffer = new UnsafeBuffer(BufferUtil.allocateDirectAligned(capacityBytes, BitUtil.CACHE_LINE_LENGTH));
        final int pages = capacityBytes >> MIN_SHIFT;
        next = new int[pages];
        previous = new int[pages];
        orders = new byte[pages];
        Arrays.fill(orders, INTERIOR);
        Arrays.fill(freeHeads, NONE);
        for (int page = pages - (1 << TOP_ORDER); page >= 0; page -= 1 << TOP_ORDER)
        {
            push(page, TOP_ORDER);
        }
    }

    /**
     * Bytes that a length takes up.
     *
     * @param length asked for, at least 1.
     * @return length of its block.
     */
    static int blockLength(final int length)
    {
        return Math.max(MIN_BLOCK_LENGTH, BitUtil.findNextPositivePowerOfTwo(length));
    }

    /**
     * Takes a block.
     *
     * @param length at least 1, at most 4 MiB.
     * @return its offset in {@link #buffer()}, or {@link #NULL_OFFSET} if no block is large enough.
     */
    int allocate(final int length)
    {
        assert 0 < length && length <= MAX_BLOCK_LENGTH : "length " + length;

        final int order = Integer.numberOfTrailingZeros(blockLength(length)) - MIN_SHIFT;
        int from = order;
        while (from <= TOP_ORDER && NONE == freeHeads[from])
        {
            from++;
        }
        if (from > TOP_ORDER)
        {
            return NULL_OFFSET;
        }

        final int page = freeHeads[from];
        unlink(page, from);
        while (from > order)
        {
            from--;
            push(page + (1 << from), from);
        }
        orders[page] = (byte)~order;
        usedBytes += (long)MIN_BLOCK_LENGTH << order;

        return page << MIN_SHIFT;
    }

    /**
     * Gives a block back.
     *
     * @param offset that {@link #allocate(int)} returned.
     */
    void release(final int offset)
    {
        int page = offset >> MIN_SHIFT;
        int order = ~orders[page];
        assert 0 <= order && order <= TOP_ORDER : "offset " + offset + " is not a taken block";

        usedBytes -= (long)MIN_BLOCK_LENGTH << order;
        orders[page] = INTERIOR;
        while (order < TOP_ORDER)
        {
            final int buddy = page ^ (1 << order);
            if (orders[buddy] != order)
            {
                break;
            }
            unlink(buddy, order);
            page &= buddy;
            order++;
        }
        push(page, order);
    }

    /**
     * The slab.
     *
     * @return buffer that the offsets are in.
     */
    UnsafeBuffer buffer()
    {
        return buffer;
    }

    /**
     * Bytes in blocks taken.
     *
     * @return bytes.
     */
    long usedBytes()
    {
        return usedBytes;
    }

    private void push(final int page, final int order)
    {
        final int head = freeHeads[order];
        next[page] = head;
        previous[page] = NONE;
        if (NONE != head)
        {
            previous[head] = page;
        }
        freeHeads[order] = page;
        orders[page] = (byte)order;
    }

    private void unlink(final int page, final int order)
    {
        final int before = previous[page];
        final int after = next[page];
        if (NONE == before)
        {
            freeHeads[order] = after;
        }
        else
        {
            next[before] = after;
        }
        if (NONE != after)
        {
            previous[after] = before;
        }
        orders[page] = INTERIOR;
    }
}
