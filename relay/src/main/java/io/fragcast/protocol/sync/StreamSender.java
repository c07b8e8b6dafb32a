package io.fragcast.protocol.sync;

/**
 * The way of requests to the holders: numbered 0 up, one link each. Used by the thread of the machine that asks.
 */
public interface StreamSender
{
    /**
     * How many holders there are.
     *
     * @return holders.
     */
    int holderCount();

    /**
     * Is a holder's link open?
     *
     * @param holder number.
     * @return true if so.
     */
    boolean isConnected(int holder);

    /**
     * Asks for a session.
     *
     * @param holder  number.
     * @param request to send.
     * @return false if the link does not take it now.
     */
    boolean sendRequest(int holder, StreamRequest request);

    /**
     * Gives a session credit.
     *
     * @param holder    number.
     * @param sessionId of the session.
     * @param chunks    more.
     * @return false if the link does not take it now.
     */
    boolean sendCredit(int holder, long sessionId, int chunks);

    /**
     * Ends a session.
     *
     * @param holder    number.
     * @param sessionId of the session.
     * @return false if the link does not take it now.
     */
    boolean sendStop(int holder, long sessionId);
}
