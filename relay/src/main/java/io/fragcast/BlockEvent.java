package io.fragcast;

import org.agrona.DirectBuffer;

/**
 * One delivery of a replica. (attempt, seq, kind) is its position: unique, so that a consumer that sees an event twice
 * knows it. The attempt is ({@link #chainId()}, {@link #leaderTerm()}, {@link #blockNumber()}, {@link #incarnation()}).
 * A view: valid during the call that hands it over.
 */
public interface BlockEvent
{
    /**
     * What a consumer may make of a block.
     */
    enum Status
    {
        /** It is being built, or not yet checked: what is known of it may be taken back. */
        PROVISIONAL,
        /** It was sealed by its leader, and its transactions are those that the seal names. */
        SEALED,
        /** The attempt will not become a block here: whatever came of it is to be forgotten. */
        ABORTED,
        /** Blocks were missed: nothing is said of any. */
        MISSED,
        /** Blocks that were SEALED are so no longer: the chain goes on from an earlier one. */
        REPLACED,
        /** It will not change any more. */
        FINAL
    }

    /**
     * What happened; the order of the constants is the code on the wire.
     */
    enum Kind
    {
        /** An attempt opened. */
        ENV,
        /** The next frag of it, whole and checked. */
        FRAG,
        /** Its seal, after the last frag. */
        SEAL,
        /** Terminal: the joined transactions give the seal's transactions root. */
        VERIFIED,
        /** Terminal: a check of the seal failed. */
        MISMATCHED,
        /** Terminal: the leader gave it up. */
        ABORTED,
        /** Terminal: a newer attempt took its place. */
        SUPERSEDED,
        /** Blocks were missed before this height. */
        GAP,
        /**
         * Comes before the ENV of an attempt by a later leader that does not build on the last VERIFIED block. Every
         * VERIFIED block that is not before the one it builds on is taken back; none of them is told of again.
         */
        REORG,
        /** A block that was VERIFIED, and all before it, will not change. Comes in order of height. */
        FINALIZED,
        /**
         * The block that was sealed is not the one that the seal of a VERIFIED attempt names: what that attempt said is
         * not to be relied on.
         */
        SEAL_MISMATCHED;

        /**
         * What the attempt is after the event: PROVISIONAL until its terminal event, of which there is one. What is
         * said later, by REORG, FINALIZED or SEAL_MISMATCHED, is no second one.
         *
         * @return the status.
         */
        public Status status()
        {
            return switch (this)
            {
                case ENV, FRAG, SEAL -> Status.PROVISIONAL;
                case VERIFIED -> Status.SEALED;
                case MISMATCHED, ABORTED, SUPERSEDED, SEAL_MISMATCHED -> Status.ABORTED;
                case GAP -> Status.MISSED;
                case REORG -> Status.REPLACED;
                case FINALIZED -> Status.FINAL;
            };
        }

        /**
         * Does the event end its attempt?
         *
         * @return true for VERIFIED, MISMATCHED, ABORTED and SUPERSEDED.
         */
        public boolean isTerminal()
        {
            return VERIFIED == this || MISMATCHED == this || ABORTED == this || SUPERSEDED == this;
        }

        /**
         * Is it said of a block that ended before, between the events of whatever attempt is being delivered?
         *
         * @return true for FINALIZED and SEAL_MISMATCHED.
         */
        public boolean isAside()
        {
            return FINALIZED == this || SEAL_MISMATCHED == this;
        }
    }

    /**
     * Called for each transaction of a frag.
     */
    @FunctionalInterface
    interface TxHandler
    {
        /**
         * One transaction.
         *
         * @param buffer holding the EIP-2718 bytes.
         * @param offset of the first byte.
         * @param length in bytes.
         */
        void onTx(DirectBuffer buffer, int offset, int length);
    }

    /**
     * What happened.
     *
     * @return the kind.
     */
    Kind kind();

    /**
     * Chain of the block.
     *
     * @return EIP-155 chain id.
     */
    long chainId();

    /**
     * Height of the block.
     *
     * @return block number.
     */
    long blockNumber();

    /**
     * Which try at the height.
     *
     * @return wall-clock milliseconds when the leader opened it.
     */
    long incarnation();

    /**
     * Who led.
     *
     * @return number of the leader's term.
     */
    int leaderTerm();

    /**
     * Seq of a FRAG; for other kinds the number of frags delivered before.
     *
     * @return the seq.
     */
    int seq();

    /**
     * When the leader signed the message that caused the event.
     *
     * @return epoch nanoseconds; 0 where no message did.
     */
    long publishTimeNs();

    /**
     * When the replica delivered.
     *
     * @return epoch nanoseconds.
     */
    long deliverTimeNs();

    /**
     * Relays that the causing message passed.
     *
     * @return count, as the relays counted it; not signed.
     */
    int hopCount();

    /**
     * Why: for ABORTED the code of the AbortReason, for MISMATCHED that of the MismatchReason, else 0.
     *
     * @return the code.
     */
    int reason();

    /**
     * GAP: blocks wholly missed; SUPERSEDED: frags known missing; REORG: VERIFIED blocks taken back; else 0.
     *
     * @return count.
     */
    int missing();

    /**
     * Is it the last frag of its block?
     *
     * @return true for a FRAG with isLast.
     */
    boolean isLast();

    /**
     * Transactions in a FRAG.
     *
     * @return count, 0 for other kinds.
     */
    int txCount();

    /**
     * Visits the transactions of a FRAG in order; none for other kinds.
     *
     * @param handler called for each.
     */
    void forEachTx(TxHandler handler);

    /**
     * Buffer holding what came with the message: for a FRAG its FragBody message; for MISMATCHED by the transactions
     * root the 32-byte root that the joined transactions give; for REORG the hash of the block that the attempt builds
     * on; for FINALIZED and SEAL_MISMATCHED the hash of the block that is final, or was sealed.
     *
     * @return the buffer.
     */
    DirectBuffer bodyBuffer();

    /**
     * Where that starts.
     *
     * @return offset in {@link #bodyBuffer()}.
     */
    int bodyOffset();

    /**
     * How long that is.
     *
     * @return length in bytes; 0 for other kinds.
     */
    int bodyLength();

    /**
     * Buffer holding the signed message that caused the event (Env, Frag without body, Seal, Abort), as received.
     *
     * @return the buffer.
     */
    DirectBuffer frameBuffer();

    /**
     * Where that message starts.
     *
     * @return offset in {@link #frameBuffer()}.
     */
    int frameOffset();

    /**
     * How long that message is.
     *
     * @return length in bytes; 0 where no message caused the event.
     */
    int frameLength();
}
