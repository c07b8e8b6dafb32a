package io.fragcast.wire;

import org.agrona.DirectBuffer;

/**
 * Where requests to publish come from: builders in this process or beside it. Used by the broadcasting thread.
 */
public interface PublishSource extends AutoCloseable
{
    /**
     * Takes requests.
     */
    @FunctionalInterface
    interface Handler
    {
        /**
         * One request: an encoded Env, PublishFrag, Seal or Abort.
         *
         * @param buffer   holding the message; valid during the call.
         * @param offset   of its first byte.
         * @param length   in bytes.
         * @param clientId of the builder that asks, for the reply.
         * @param source   that it comes by, for the reply.
         * @return true if taken; false to be offered the same request again at the next poll.
         */
        boolean onRequest(DirectBuffer buffer, int offset, int length, int clientId, PublishSource source);
    }

    /**
     * Hands waiting requests over, in the order of each builder.
     *
     * @param handler called for each.
     * @param limit   at most so many.
     * @return requests taken.
     */
    int poll(Handler handler, int limit);

    /**
     * Answers a request.
     *
     * @param clientId of the builder.
     * @param buffer   holding the PublishReply message.
     * @param offset   of its first byte.
     * @param length   in bytes.
     * @return true if sent, or if the builder is gone; false to try again later.
     */
    boolean reply(int clientId, DirectBuffer buffer, int offset, int length);

    /**
     * May a request come now that nobody rings for, so that it is found by looking alone?
     *
     * @return false if the source wakes who polls it, or nobody is connected.
     */
    boolean isSilent();

    @Override
    void close();
}
