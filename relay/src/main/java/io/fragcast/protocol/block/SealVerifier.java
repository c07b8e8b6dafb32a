package io.fragcast.protocol.block;

import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/**
 * Holds a delivered block against its Seal: count of frags, chain, transactions root; cheapest first. The root grows
 * with each frag delivered, so that little is left to do when the Seal comes; one attempt is being delivered at a time.
 * Used by one thread.
 */
final class SealVerifier
{
    private final UnsafeBuffer slab;
    private final FragBodyReader bodyReader = new FragBodyReader();
    private final @Nullable TransactionsRoot transactionsRoot;
    private final byte[] root = new byte[FrameDigest.DIGEST_LENGTH];

    /**
     * A verifier.
     *
     * @param slab             that bodies lie in.
     * @param transactionsRoot builds the root; null to leave it unchecked.
     */
    SealVerifier(final BodySlab slab, final @Nullable TransactionsRoot transactionsRoot)
    {
        this.slab = slab.buffer();
        this.transactionsRoot = transactionsRoot;
    }

    /** The Env of an attempt was delivered. */
    void onEnv()
    {
        if (null != transactionsRoot)
        {
            transactionsRoot.reset();
        }
    }

    /** A frag was delivered, whose body is a valid FragBody. */
    void onFrag(final FragAssembler frag)
    {
        if (null != transactionsRoot)
        {
            bodyReader.open(slab, frag.bodyOffset());
            while (bodyReader.next())
            {
                transactionsRoot.add(slab, bodyReader.txOffset(), bodyReader.txLength());
            }
        }
    }

    /**
     * Does the Seal hold?
     *
     * @param attempt whose Seal was delivered.
     * @return NONE if it does, else the first check that failed.
     */
    MismatchReason verify(final BlockAssembler attempt)
    {
        if (attempt.frames().totalFrags != attempt.nextSeq() || !attempt.isLastDelivered())
        {
            return MismatchReason.TOTAL_FRAGS;
        }
        if (!Arrays.equals(attempt.frames().sealPreviousDigest, attempt.chainDigest()))
        {
            return MismatchReason.CHAIN;
        }

        return null == transactionsRoot || isRoot(transactionsRoot, attempt.frames().transactionsRoot) ?
            MismatchReason.NONE : MismatchReason.TRANSACTIONS_ROOT;
    }

    /** The root that the transactions of the last block verified give. */
    byte[] root()
    {
        return root;
    }

    private boolean isRoot(final TransactionsRoot transactions, final byte[] expected)
    {
        transactions.root(root);

        return Arrays.equals(root, expected);
    }
}
