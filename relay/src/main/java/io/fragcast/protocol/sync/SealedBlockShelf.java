package io.fragcast.protocol.sync;

import io.fragcast.protocol.block.BlockLimits;
import io.fragcast.protocol.repair.FrameArchive;
import io.fragcast.protocol.repair.HeldItems;
import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The SealedBlock messages that a holder gives out, one a height, the newest {@link #CAPACITY}: off the heap, by their
 * height. Used by one thread; allocates nothing after construction but readers.
 */
public final class SealedBlockShelf implements HeldItems
{
    /** A node that is farther behind than its window holds nothing against the Seals; four windows of slow readers. */
    static final int CAPACITY = BitUtil.findNextPositivePowerOfTwo(4 * BlockLimits.WINDOW_BLOCKS);

    private final int stride;
    private final UnsafeBuffer messages;
    private final int[] lengths = new int[CAPACITY];
    private final long[] heights = new long[CAPACITY];
    private long newest = FrameArchive.NO_BLOCK;

    /**
     * A shelf, empty.
     *
     * @param maxFrameLength of a message, bytes.
     */
    public SealedBlockShelf(final int maxFrameLength)
    {
        stride = BitUtil.align(maxFrameLength, Long.BYTES);
        messages = new UnsafeBuffer(BufferUtil.allocateDirectAligned(CAPACITY * stride, BitUtil.CACHE_LINE_LENGTH));
    }

    /**
     * Keeps a message; the one of the same height that was here stays.
     *
     * @param blockNumber its height; far below the newest it is not kept.
     * @param buffer      holding it.
     * @param offset      of its first byte.
     * @param length      in bytes.
     * @return true if it was not here.
     */
    public boolean put(final long blockNumber, final DirectBuffer buffer, final int offset, final int length)
    {
        final int slot = slot(blockNumber);
        if (0 != lengths[slot] && Long.compareUnsigned(heights[slot], blockNumber) >= 0)
        {
            return false;
        }
        messages.putBytes(slot * stride, buffer, offset, length);
        lengths[slot] = length;
        heights[slot] = blockNumber;
        if (FrameArchive.NO_BLOCK == newest || Long.compareUnsigned(blockNumber, newest) > 0)
        {
            newest = blockNumber;
        }

        return true;
    }

    @Override
    public long oldestBlock()
    {
        long oldest = FrameArchive.NO_BLOCK;
        for (int i = 0; i < CAPACITY; i++)
        {
            if (0 != lengths[i] && Long.compareUnsigned(heights[i], oldest) < 0)
            {
                oldest = heights[i];
            }
        }

        return oldest;
    }

    @Override
    public long newestBlock()
    {
        return newest;
    }

    @Override
    public Reader newReader(final Consumer consumer)
    {
        return new ShelfReader(consumer);
    }

    private static int slot(final long blockNumber)
    {
        return (int)blockNumber & CAPACITY - 1;
    }

    /** One message at most is there of a height. */
    private final class ShelfReader implements Reader
    {
        private final Consumer consumer;
        private long height;
        private boolean isOver = true;

        private ShelfReader(final Consumer consumer)
        {
            this.consumer = consumer;
        }

        @Override
        public void start(final long blockNumber)
        {
            height = blockNumber;
            isOver = false;
        }

        @Override
        public int turn(final long nowNs)
        {
            if (isOver)
            {
                return 0;
            }
            final int slot = slot(height);
            isOver = 0 == lengths[slot] || height != heights[slot] ||
                consumer.onFrame(messages, slot * stride, lengths[slot]);

            return 1;
        }

        @Override
        public boolean isOver()
        {
            return isOver;
        }
    }
}
