package io.fragcast.protocol.repair;

/**
 * Is told how an answer goes, and completes what its result says.
 */
interface AnswerObserver
{
    /** The archive is read once more. */
    void onArchiveRead();

    /**
     * Does the node itself wait for a height? Asked before the answer is looked up.
     *
     * @param blockNumber the height.
     * @return true if something of it, or all, may come to the node yet.
     */
    boolean isOpen(long blockNumber);

    /**
     * The result is about to be sent.
     *
     * @param result    says already what was found.
     * @param requestId of the request.
     * @param token     of the requester.
     */
    void complete(WantResult result, long requestId, long token);

    /**
     * The result was sent.
     *
     * @param result that was.
     */
    void onAnswered(WantResult result);
}
