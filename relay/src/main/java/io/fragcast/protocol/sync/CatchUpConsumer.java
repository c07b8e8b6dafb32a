package io.fragcast.protocol.sync;

import org.agrona.DirectBuffer;

/**
 * Takes what was fetched, in the order of heights, and checks it as it checks what is live. Called by the thread of
 * {@link CatchUp}; what is refused is offered again.
 */
public interface CatchUpConsumer
{
    /**
     * One frame. Of each height the Seal comes first, then the Frags from the last to the first, then the Env, so that
     * each is named by one that is there; then pages and chunks.
     *
     * @param holder that it came from.
     * @param buffer holding it.
     * @param offset of its first byte.
     * @param length in bytes.
     * @return false if there is no room now.
     */
    boolean onFrame(int holder, DirectBuffer buffer, int offset, int length);

    /**
     * No holder has what is missing below a height.
     *
     * @param blockNumber height.
     * @return false if there is no room now.
     */
    boolean onGivenUp(long blockNumber);

    /**
     * What is fetched now.
     *
     * @param mode      of catch-up.
     * @param stopBlock heights below are fetched; 0: none.
     * @return false if there is no room now.
     */
    boolean onMode(SyncMode mode, long stopBlock);
}
