package io.fragcast.protocol.repair;

/**
 * The way of requests to the holders: numbered 0 up, one link each, kept connected. Used by the thread of the machine
 * that asks.
 */
public interface RepairSender
{
    /**
     * How many holders there are.
     *
     * @return links, connected or not.
     */
    int holderCount();

    /**
     * Can a request go out and its answer come back now?
     *
     * @param holder number.
     * @return true if the link is open both ways.
     */
    boolean isConnected(int holder);

    /**
     * Asks for holes, or, with an empty list, for the token alone.
     *
     * @param holder    number.
     * @param requestId of the request.
     * @param token     as the holder last gave it; 0: none yet.
     * @param maxBytes  most bytes of frames to be sent in answer.
     * @param holes     what is missing.
     * @return false if the link does not take it now.
     */
    boolean sendWant(int holder, long requestId, long token, int maxBytes, HoleList holes);

    /**
     * Asks for all there is at some heights.
     *
     * @param holder    number.
     * @param requestId of the request.
     * @param token     as the holder last gave it.
     * @param maxBytes  most bytes of frames to be sent in answer.
     * @param fromBlock first height.
     * @param toBlock   last height.
     * @param fromSeq   first seq of the first height.
     * @return false if the link does not take it now.
     */
    boolean sendRange(
        int holder, long requestId, long token, int maxBytes, long fromBlock, long toBlock, int fromSeq);
}
