package io.fragcast.protocol.block;

import org.agrona.DirectBuffer;

/**
 * Takes each frame that passed every check, once, in the order of acceptance: to be copied to sinks and to the journal.
 * Called on the receiving thread, before the frame is assembled.
 */
public interface FrameForwarder
{
    /**
     * One accepted frame; the bytes are valid during the call.
     *
     * @param buffer    holding the message.
     * @param offset    of its first byte.
     * @param length    in bytes.
     * @param sessionId of the stream that it came by.
     */
    void onAccepted(DirectBuffer buffer, int offset, int length, int sessionId);

    /**
     * May another frame be handed over? While not, the receiver takes none.
     *
     * @return false while an earlier frame waits for a sink (slow-sink = wait).
     */
    boolean isReady();
}
