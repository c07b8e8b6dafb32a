package io.fragcast.protocol.repair;

import org.agrona.DirectBuffer;

/**
 * The way of answers to the requesters: numbered 0 up, one link each. Used by the thread of the machine that answers.
 */
public interface AnswerSender
{
    /**
     * Sends one frame as it was accepted.
     *
     * @param requester number.
     * @param buffer    holding the frame.
     * @param offset    of its first byte.
     * @param length    in bytes.
     * @return false if the link does not take it now: offer it again.
     */
    boolean sendFrame(int requester, DirectBuffer buffer, int offset, int length);

    /**
     * Ends an answer.
     *
     * @param requester number.
     * @param result    to send.
     * @return false if the link does not take it now: offer it again.
     */
    boolean sendResult(int requester, WantResult result);
}
