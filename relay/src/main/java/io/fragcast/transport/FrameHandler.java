package io.fragcast.transport;

import org.agrona.DirectBuffer;

/**
 * Takes frames from a {@link FrameSource}, on the thread that polls it.
 */
@FunctionalInterface
public interface FrameHandler
{
    /**
     * One frame. The bytes are valid during the call.
     *
     * @param buffer    holding the message.
     * @param offset    of its first byte.
     * @param length    in bytes, at least 1 and at most the lane's MTU - 32.
     * @param sessionId of the stream that it came by.
     * @return true if taken; false to be offered the same frame again at the next poll.
     */
    boolean onFrame(DirectBuffer buffer, int offset, int length, int sessionId);
}
