package io.fragcast.protocol.sync;

import org.agrona.DirectBuffer;

/**
 * The way of a seeder's answers to the requesters: numbered 0 up, one link each. Used by the thread of the seeder.
 */
public interface ChunkSender
{
    /**
     * Sends one item as it was accepted.
     *
     * @param requester number.
     * @param buffer    holding it.
     * @param offset    of its first byte.
     * @param length    in bytes.
     * @return false if the link does not take it now: offer it again.
     */
    boolean sendFrame(int requester, DirectBuffer buffer, int offset, int length);

    /**
     * Ends a chunk.
     *
     * @param requester number.
     * @param chunk     to send.
     * @return false if the link does not take it now: offer it again.
     */
    boolean sendChunk(int requester, StreamChunk chunk);
}
