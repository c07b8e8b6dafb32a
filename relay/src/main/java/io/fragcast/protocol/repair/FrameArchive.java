package io.fragcast.protocol.repair;

import org.agrona.DirectBuffer;

/**
 * Accepted frames that are older than memory, by height. Reading it may touch a disk, so each call is told how far it
 * may go. Used by the thread of the machine that answers.
 */
public interface FrameArchive
{
    /** Where the frames of a height begin. */
    long START = 0;

    /** There are no more. */
    long END = -1;

    /** There is no height at all. */
    long NO_BLOCK = -1;

    /** Of a node that keeps nothing. */
    FrameArchive NONE = new Nothing();

    /**
     * Takes frames of a height, in the order in which they were accepted.
     */
    interface Consumer
    {
        /**
         * The next one; all of it is valid during the call.
         *
         * @param name   of the frame.
         * @param buffer holding it.
         * @param offset of its first byte.
         * @param length in bytes.
         * @return false: not taken, it is the first of the next read.
         */
        boolean onFrame(FrameName name, DirectBuffer buffer, int offset, int length);
    }

    /**
     * Can frames of a height be here? The answer costs no disk access.
     *
     * @param blockNumber the height.
     * @return false if there are none.
     */
    boolean has(long blockNumber);

    /**
     * Lowest height of which there are frames.
     *
     * @return the height, or {@link #NO_BLOCK}.
     */
    long oldestBlock();

    /**
     * Highest height of which there are frames.
     *
     * @return the height, or {@link #NO_BLOCK}.
     */
    long newestBlock();

    /**
     * Hands over frames of a height.
     *
     * @param blockNumber the height.
     * @param position    {@link #START}, or what the last read of this height returned.
     * @param recordLimit at most so many records are looked at, whatever they hold.
     * @param consumer    called for each frame of the height.
     * @return where to go on, or {@link #END}.
     */
    long read(long blockNumber, long position, int recordLimit, Consumer consumer);

    /**
     * Has nothing.
     */
    final class Nothing implements FrameArchive
    {
        private Nothing()
        {
        }

        @Override
        public boolean has(final long blockNumber)
        {
            return false;
        }

        @Override
        public long oldestBlock()
        {
            return NO_BLOCK;
        }

        @Override
        public long newestBlock()
        {
            return NO_BLOCK;
        }

        @Override
        public long read(
            final long blockNumber, final long position, final int recordLimit, final Consumer consumer)
        {
            return END;
        }
    }
}
