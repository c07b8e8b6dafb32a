package io.fragcast.protocol.block;

import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/**
 * Holds a delivered block against its Seal: count of frags, chain, transactions root; cheapest first. A delivered frag
 * is folded into the root after its listeners had it, a few transactions a duty cycle, so that little is left to do
 * when the Seal comes and nothing that arrives meanwhile waits for long; one attempt is being delivered at a time. Used
 * by one thread.
 */
final class SealVerifier
{
    /** Folded in a duty cycle: some 5 us of Keccak for transactions of 200 bytes, twice what a datagram takes. */
    static final int TXS_PER_CYCLE = 8;

    private final UnsafeBuffer slab;
    private final FragAssembler frag;
    private final FragBodyReader bodyReader = new FragBodyReader();
    private final @Nullable TransactionsRoot transactionsRoot;
    private final byte[] root = new byte[FrameDigest.DIGEST_LENGTH];
    /** Whose frags are folded: set by its Env, until it is gone. */
    private @Nullable BlockAssembler folded;
    /** Next frag to open. */
    private int foldedSeq;
    private boolean isInFrag;

    /**
     * A verifier.
     *
     * @param slab             that bodies lie in.
     * @param transactionsRoot builds the root; null to leave it unchecked.
     */
    SealVerifier(final BodySlab slab, final @Nullable TransactionsRoot transactionsRoot)
    {
        this.slab = slab.buffer();
        frag = new FragAssembler(slab);
        this.transactionsRoot = transactionsRoot;
    }

    /** The Env of an attempt was delivered. */
    void onEnv(final BlockAssembler attempt)
    {
        if (null != transactionsRoot)
        {
            transactionsRoot.reset();
            folded = attempt;
            foldedSeq = 0;
            isInFrag = false;
        }
    }

    /** What an attempt holds in the slab goes. */
    void onVacated(final BlockAssembler attempt)
    {
        if (folded == attempt)
        {
            folded = null;
        }
    }

    /**
     * Folds delivered transactions into the root.
     *
     * @param limit how many at most.
     * @return how many; 0 if none waits.
     */
    int fold(final int limit)
    {
        final BlockAssembler attempt = folded;
        if (null == attempt || null == transactionsRoot)
        {
            return 0;
        }

        int count = 0;
        while (count < limit && isTxLeft(attempt))
        {
            transactionsRoot.add(slab, bodyReader.txOffset(), bodyReader.txLength());
            count++;
        }

        return count;
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

    /** Goes to the next transaction that was delivered and not folded. */
    private boolean isTxLeft(final BlockAssembler attempt)
    {
        while (true)
        {
            if (isInFrag && bodyReader.next())
            {
                return true;
            }
            isInFrag = foldedSeq < attempt.nextSeq();
            if (!isInFrag)
            {
                return false;
            }
            bodyReader.open(slab, frag.wrap(attempt.frames().fragRecord(foldedSeq)).bodyOffset());
            foldedSeq++;
        }
    }

    private boolean isRoot(final TransactionsRoot transactions, final byte[] expected)
    {
        fold(Integer.MAX_VALUE);
        transactions.root(root);

        return Arrays.equals(root, expected);
    }
}
