package io.fragcast.protocol.peer;

import org.agrona.DirectBuffer;

/**
 * What this node has: everything that passed the signature check, as it is told to peers. Knows nothing that did not:
 * it is fed with accepted frames alone. Used by one thread; allocates nothing after construction.
 */
public final class Holdings
{
    private final PeerStatus status = new PeerStatus();
    private final PeerKnowledge knowledge;
    private final HaveList news = new HaveList();
    private long version;
    private long highestBlock;
    private boolean hasBlocks;
    private boolean isSealed;

    /**
     * Nothing yet.
     *
     * @param chainId   of the chain.
     * @param knowledge in which this node is {@link PeerKnowledge#SELF}.
     */
    public Holdings(final long chainId, final PeerKnowledge knowledge)
    {
        this.knowledge = knowledge;
        status.chainId = chainId;
    }

    /**
     * An Env was accepted.
     *
     * @param leaderTerm  of the attempt.
     * @param blockNumber of the attempt.
     * @param incarnation of the attempt.
     * @return false if the news must be told first.
     */
    public boolean onEnv(final int leaderTerm, final long blockNumber, final long incarnation)
    {
        if (!news.addPart(leaderTerm, blockNumber, incarnation, HaveList.ENV))
        {
            return false;
        }
        onMessage(leaderTerm, blockNumber, incarnation, PeerKnowledge.ENV_SEQ);
        follow(leaderTerm, blockNumber, incarnation, 0);

        return true;
    }

    /**
     * A frag's header was accepted.
     *
     * @param leaderTerm  of the attempt.
     * @param blockNumber of the attempt.
     * @param incarnation of the attempt.
     * @param seq         of the frag.
     * @return false if the news must be told first.
     */
    public boolean onFrag(final int leaderTerm, final long blockNumber, final long incarnation, final int seq)
    {
        if (!news.addFrag(leaderTerm, blockNumber, incarnation, seq))
        {
            return false;
        }
        onMessage(leaderTerm, blockNumber, incarnation, seq);
        follow(leaderTerm, blockNumber, incarnation, seq + 1);

        return true;
    }

    /**
     * An Abort was accepted.
     *
     * @param leaderTerm  of the attempt.
     * @param blockNumber of the attempt.
     * @param incarnation of the attempt.
     * @return false if the news must be told first.
     */
    public boolean onAbort(final int leaderTerm, final long blockNumber, final long incarnation)
    {
        if (!news.addPart(leaderTerm, blockNumber, incarnation, HaveList.END))
        {
            return false;
        }
        onMessage(leaderTerm, blockNumber, incarnation, PeerKnowledge.END_SEQ);
        leave(leaderTerm, blockNumber, incarnation);

        return true;
    }

    /**
     * A Seal was accepted.
     *
     * @param leaderTerm  of the attempt.
     * @param blockNumber of the attempt.
     * @param incarnation of the attempt.
     * @param hash        holds the hash of the block.
     * @param hashOffset  of its first byte.
     * @param digest      of the Seal, 32 bytes.
     * @return false if the news must be told first.
     */
    public boolean onSeal(
        final int leaderTerm,
        final long blockNumber,
        final long incarnation,
        final DirectBuffer hash,
        final int hashOffset,
        final byte[] digest)
    {
        if (!onAbort(leaderTerm, blockNumber, incarnation))
        {
            return false;
        }
        if (!isSealed || Long.compareUnsigned(blockNumber, status.sealedBlock) >= 0)
        {
            isSealed = true;
            status.sealedBlock = blockNumber;
            hash.getBytes(hashOffset, status.sealedHash);
            System.arraycopy(digest, 0, status.sealedDigest, 0, PeerStatus.HASH_LENGTH);
        }

        return true;
    }

    /**
     * The operator's source calls a block final.
     *
     * @param blockNumber of the block.
     */
    public void onFinalized(final long blockNumber)
    {
        if (Long.compareUnsigned(blockNumber, status.finalizedBlock) > 0)
        {
            status.finalizedBlock = blockNumber;
            version++;
        }
    }

    /**
     * All of it in short.
     *
     * @return the status; changed in place.
     */
    public PeerStatus status()
    {
        return status;
    }

    /**
     * Counts the changes of {@link #status()}.
     *
     * @return the version.
     */
    public long version()
    {
        return version;
    }

    /**
     * What was not told yet; cleared by whoever tells it.
     *
     * @return the list.
     */
    HaveList news()
    {
        return news;
    }

    /**
     * Is there anything at all?
     *
     * @return true once something was accepted.
     */
    boolean hasBlocks()
    {
        return hasBlocks;
    }

    /**
     * Highest height of which something was accepted.
     *
     * @return block number; 0 before the first.
     */
    public long highestBlock()
    {
        return highestBlock;
    }

    private void onMessage(final int leaderTerm, final long blockNumber, final long incarnation, final int seq)
    {
        knowledge.onHas(PeerKnowledge.SELF, leaderTerm, blockNumber, incarnation, seq);
        if (!hasBlocks || Long.compareUnsigned(blockNumber, highestBlock) > 0)
        {
            hasBlocks = true;
            highestBlock = blockNumber;
        }
        version++;
    }

    /** The highest attempt is the one followed; what is known to be over is not. */
    private void follow(final int leaderTerm, final long blockNumber, final long incarnation, final int nextSeq)
    {
        if (0 != (knowledge.partsOf(PeerKnowledge.SELF, leaderTerm, blockNumber, incarnation) & HaveList.END))
        {
            return;
        }
        final int order = 0 == status.openIncarnation ? -1 : compareOpen(leaderTerm, blockNumber, incarnation);
        if (order < 0)
        {
            status.openTerm = leaderTerm;
            status.openBlock = blockNumber;
            status.openIncarnation = incarnation;
            status.openNextSeq = nextSeq;
        }
        else if (0 == order)
        {
            status.openNextSeq = Math.max(status.openNextSeq, nextSeq);
        }
    }

    private void leave(final int leaderTerm, final long blockNumber, final long incarnation)
    {
        if (0 != status.openIncarnation && 0 == compareOpen(leaderTerm, blockNumber, incarnation))
        {
            status.openTerm = 0;
            status.openBlock = 0;
            status.openIncarnation = 0;
            status.openNextSeq = 0;
        }
    }

    private int compareOpen(final int leaderTerm, final long blockNumber, final long incarnation)
    {
        int order = Long.compareUnsigned(status.openBlock, blockNumber);
        if (0 == order)
        {
            order = Integer.compareUnsigned(status.openTerm, leaderTerm);
        }

        return 0 == order ? Long.compareUnsigned(status.openIncarnation, incarnation) : order;
    }
}
