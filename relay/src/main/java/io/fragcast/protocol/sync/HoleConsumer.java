package io.fragcast.protocol.sync;

import org.agrona.DirectBuffer;

/**
 * Takes what holders gave of heights that the journal lacks: checks it, and writes it down. Called by one thread.
 */
public interface HoleConsumer
{
    /**
     * Is what was taken before written down, and is there room for a chunk?
     *
     * @return false to be asked again.
     */
    boolean isReady();

    /**
     * Frames of a height follow.
     *
     * @param blockNumber height; perhaps of another holder as the last time.
     */
    void onHeight(long blockNumber);

    /**
     * One frame of it; valid during the call.
     *
     * @param holder number of who gave it.
     * @param buffer holding it.
     * @param offset of its first byte.
     * @param length in bytes.
     * @return false if no honest holder would have sent it.
     */
    boolean onFrame(int holder, DirectBuffer buffer, int offset, int length);

    /**
     * Did the height come whole?
     *
     * @param nowNs monotonic nanoseconds.
     * @return true if an attempt at it is here to its Seal.
     */
    boolean isWhole(long nowNs);

    /** Nothing is lacking for now: what was needed for it may go. */
    void onIdle();
}
