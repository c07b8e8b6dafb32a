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
     * Highest height of which there is something, and below which the node waits for nothing.
     *
     * @return the height, or {@link FrameArchive#NO_BLOCK}.
     */
    long newestBlock();

    /**
     * How far the node is itself: what it has above may have holes that it is about to fill. Of no meaning to items
     * that are whole as they are.
     *
     * @param blockNumber height that it is to finish now; {@link RepairServer#NONE_OPEN} if it waits for nothing.
     */
    default void onOpenBlock(final long blockNumber)
    {
    }

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
