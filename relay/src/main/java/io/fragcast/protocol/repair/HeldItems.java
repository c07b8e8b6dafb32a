package io.fragcast.protocol.repair;

import org.agrona.DirectBuffer;

/**
 * What a node can give to others by height: frames of attempts, sealed blocks. Used by one thread.
 */
public interface HeldItems
{
    /**
     * Lowest height of which there is something.
     *
     * @return the height, or {@link FrameArchive#NO_BLOCK}.
     */
    long oldestBlock();

    /**
     * Highest height of which there is something.
     *
     * @return the height, or {@link FrameArchive#NO_BLOCK}.
     */
    long newestBlock();

    /**
     * A reader of whole heights.
     *
     * @param consumer takes their items.
     * @return a reader of its own.
     */
    Reader newReader(Consumer consumer);

    /**
     * Reads all of one height after another, for whoever decides himself how much of it he takes at once.
     */
    interface Reader
    {
        /**
         * Begins with a height; what was left of another is let go.
         *
         * @param blockNumber the height.
         */
        void start(long blockNumber);

        /**
         * Hands over some items.
         *
         * @param nowNs monotonic nanoseconds.
         * @return work done.
         */
        int turn(long nowNs);

        /**
         * Was all there is of the height handed over?
         *
         * @return true before the first height, too.
         */
        boolean isOver();
    }

    /**
     * Takes the items of a height.
     */
    interface Consumer
    {
        /**
         * One item as it was accepted; valid during the call.
         *
         * @param buffer holding it.
         * @param offset of its first byte.
         * @param length in bytes.
         * @return false if it was not taken: it is the first of the next turn.
         */
        boolean onFrame(DirectBuffer buffer, int offset, int length);
    }
}
