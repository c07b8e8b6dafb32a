package io.fragcast.protocol.block;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One delivery: identity by value, bytes by reference. Reused by its owner, the receiver; valid during the call.
 * {@link #kind} has the codes of BlockEventKind in the schema.
 */
public final class Delivery
{
    /** An attempt opened. */
    public static final int ENV = 0;
    /** The next frag, whole and checked. */
    public static final int FRAG = 1;
    /** The seal, after the last frag. */
    public static final int SEAL = 2;
    /** Terminal: verified. */
    public static final int VERIFIED = 3;
    /** Terminal: a check of the seal failed. */
    public static final int MISMATCHED = 4;
    /** Terminal: the leader gave it up. */
    public static final int ABORTED = 5;
    /** Terminal: a newer attempt took its place. */
    public static final int SUPERSEDED = 6;
    /** Blocks were missed before this height. */
    public static final int GAP = 7;
    /** Blocks delivered as VERIFIED are taken back: the attempt named goes on from an earlier one. */
    public static final int REORG = 8;
    /** The block, and all before it, will not change. */
    public static final int FINALIZED = 9;
    /** The block that was sealed is not the one that the Seal of a VERIFIED attempt names. */
    public static final int SEAL_MISMATCHED = 10;

    private static final DirectBuffer NO_BYTES = new UnsafeBuffer(new byte[0]);

    int kind;
    long chainId;
    long blockNumber;
    long incarnation;
    int leaderTerm;
    int seq;
    long publishTimeNs;
    int hopCount;
    int reason;
    int missing;
    boolean isLast;
    int txCount;
    DirectBuffer frameBuffer = NO_BYTES;
    int frameOffset;
    int frameLength;
    DirectBuffer bodyBuffer = NO_BYTES;
    int bodyOffset;
    int bodyLength;

    /**
     * What happened: one of the constants above.
     *
     * @return the code.
     */
    public int kind()
    {
        return kind;
    }

    /**
     * Chain of the block.
     *
     * @return EIP-155 chain id.
     */
    public long chainId()
    {
        return chainId;
    }

    /**
     * Height of the block.
     *
     * @return block number.
     */
    public long blockNumber()
    {
        return blockNumber;
    }

    /**
     * Incarnation of the attempt.
     *
     * @return wall-clock milliseconds at its opening.
     */
    public long incarnation()
    {
        return incarnation;
    }

    /**
     * Term of the leader.
     *
     * @return number.
     */
    public int leaderTerm()
    {
        return leaderTerm;
    }

    /**
     * Seq of a frag; for other kinds the number of frags delivered before.
     *
     * @return the seq.
     */
    public int seq()
    {
        return seq;
    }

    /**
     * When the leader signed the causing message.
     *
     * @return epoch nanoseconds; 0 where none caused it.
     */
    public long publishTimeNs()
    {
        return publishTimeNs;
    }

    /**
     * Relays that the causing message passed.
     *
     * @return count.
     */
    public int hopCount()
    {
        return hopCount;
    }

    /**
     * AbortReason or MismatchReason code.
     *
     * @return the code, else 0.
     */
    public int reason()
    {
        return reason;
    }

    /**
     * GAP: blocks wholly missed; SUPERSEDED: frags known missing; REORG: blocks taken back.
     *
     * @return count.
     */
    public int missing()
    {
        return missing;
    }

    /**
     * Is it the last frag?
     *
     * @return true for a FRAG with isLast.
     */
    public boolean isLast()
    {
        return isLast;
    }

    /**
     * Transactions of a FRAG.
     *
     * @return count.
     */
    public int txCount()
    {
        return txCount;
    }

    /**
     * Holds the causing message: a Frag without its inline body.
     *
     * @return the buffer.
     */
    public DirectBuffer frameBuffer()
    {
        return frameBuffer;
    }

    /**
     * Start of the causing message.
     *
     * @return offset.
     */
    public int frameOffset()
    {
        return frameOffset;
    }

    /**
     * Length of the causing message.
     *
     * @return bytes; 0 where none caused it.
     */
    public int frameLength()
    {
        return frameLength;
    }

    /**
     * Holds the FragBody of a FRAG; of a Seal that names another root than the transactions give, the root they give.
     *
     * @return the buffer.
     */
    public DirectBuffer bodyBuffer()
    {
        return bodyBuffer;
    }

    /**
     * Start of the FragBody message.
     *
     * @return offset.
     */
    public int bodyOffset()
    {
        return bodyOffset;
    }

    /**
     * Length of the FragBody message.
     *
     * @return bytes; 0 where there is none.
     */
    public int bodyLength()
    {
        return bodyLength;
    }
}
