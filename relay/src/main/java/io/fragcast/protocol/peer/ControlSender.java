package io.fragcast.protocol.peer;

import org.agrona.DirectBuffer;

/**
 * The way of control messages to one peer. A message is taken whole or not at all; used by the thread of the session.
 */
public interface ControlSender
{
    /**
     * Can a message go out and one come back now?
     *
     * @return true if the link is open both ways.
     */
    boolean isConnected();

    /**
     * Says who we are.
     *
     * @param hello to send.
     * @return false if the link does not take it now.
     */
    boolean sendHello(Hello hello);

    /**
     * Says what we have.
     *
     * @param status to send.
     * @return false if the link does not take it now.
     */
    boolean sendStatus(PeerStatus status);

    /**
     * Asks for the time, or answers.
     *
     * @param originateNs     answer: transmitNs of the question; question: 0.
     * @param originateSentNs answer: when the sending driver stamped the question; 0: absent, or a question.
     * @param arriveNs        answer: when the question arrived; question: 0.
     * @param transmitNs      now, epoch nanoseconds.
     * @return false if the link does not take it now.
     */
    boolean sendTime(long originateNs, long originateSentNs, long arriveNs, long transmitNs);

    /**
     * Says what came in.
     *
     * @param haves to send, at least one.
     * @return false if the link does not take it now.
     */
    boolean sendHave(HaveList haves);

    /**
     * Ends or refuses the session.
     *
     * @param reason why.
     * @return false if the link does not take it now.
     */
    boolean sendGoodbye(GoodbyeReason reason);

    /**
     * Asks to be fed, or answers.
     *
     * @param kind what to say.
     * @return false if the link does not take it now.
     */
    boolean sendFeed(FeedKind kind);

    /**
     * Passes a statement on as it is.
     *
     * @param buffer holding it.
     * @param offset of its first byte.
     * @param length in bytes.
     * @return false if the link does not take it now.
     */
    boolean sendStatement(DirectBuffer buffer, int offset, int length);
}
