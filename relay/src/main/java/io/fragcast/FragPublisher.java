package io.fragcast;

import java.util.List;

/**
 * Hands blocks to a sequencer while they are being built: env, frag 0..k (the last with isLast), seal; or abort. Used
 * by one thread.
 * <p>
 * Each call answers at once. {@link PublishResult#OK} means that the request is queued to the sequencer, in order; what
 * the sequencer then says comes back through the {@link Listener}, one reply a request, in order. A request that could
 * not be queued was not taken at all: on {@link PublishResult#BACK_PRESSURED} offer the same again. Nothing is ever
 * lost in silence.
 * <p>
 * Each call first hands waiting replies to the listener; where none is made for a while, call {@link #poll()}.
 */
public interface FragPublisher extends AutoCloseable
{
    /**
     * What a reply answers.
     */
    enum Request
    {
        /** {@link FragPublisher#env(Env)}. */
        ENV,
        /** {@link FragPublisher#frag(long, int, boolean, List)}. */
        FRAG,
        /** {@link FragPublisher#seal(Seal)}. */
        SEAL,
        /** {@link FragPublisher#abort(long, AbortReason)}. */
        ABORT
    }

    /**
     * Takes the sequencer's replies, on the thread that calls the publisher.
     */
    @FunctionalInterface
    interface Listener
    {
        /**
         * The reply to one queued request.
         *
         * @param request     which call.
         * @param blockNumber as the call named it.
         * @param seq         as the call named it; 0 for all but frags.
         * @param result      {@link PublishResult#OK}: published; else why the sequencer did not take it.
         */
        void onReply(Request request, long blockNumber, int seq, PublishResult result);
    }

    /**
     * Opens a block. Opening a height that is open gives up what was published of it and starts anew.
     *
     * @param env the fields of the block.
     * @return what became of it.
     */
    PublishResult env(Env env);

    /**
     * The next frag of the open block.
     *
     * @param blockNumber height of the open block.
     * @param seq         from 0, one more than the frag before.
     * @param isLast      true in the last frag of the block.
     * @param txs         EIP-2718 bytes each; may be empty.
     * @return what became of it.
     */
    PublishResult frag(long blockNumber, int seq, boolean isLast, List<byte[]> txs);

    /**
     * The next frag of the open block, without garbage.
     *
     * @param blockNumber height of the open block.
     * @param seq         from 0, one more than the frag before.
     * @param isLast      true in the last frag of the block.
     * @param txs         read during the call.
     * @return what became of it.
     */
    PublishResult frag(long blockNumber, int seq, boolean isLast, TxSource txs);

    /**
     * Closes the open block after its last frag.
     *
     * @param seal the fields of the block.
     * @return what became of it.
     */
    PublishResult seal(Seal seal);

    /**
     * Gives the open block up.
     *
     * @param blockNumber height of the open block.
     * @param reason      why.
     * @return what became of it.
     */
    PublishResult abort(long blockNumber, AbortReason reason);

    /**
     * Hands waiting replies to the listener.
     *
     * @return replies handed over.
     */
    int poll();

    /**
     * Is the sequencer there to take requests?
     *
     * @return true if connected.
     */
    boolean isConnected();

    @Override
    void close();
}
