package io.fragcast.protocol.block;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.leader.LeaderTerm;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.status.AtomicCounter;

import java.util.Arrays;
import java.util.function.Consumer;

/**
 * The chain as the consumer knows it: the blocks delivered as VERIFIED, and what is said of them later.
 * <pre>
 *   VERIFIED 7, VERIFIED 8, VERIFIED 9    the tip is 9
 *   REORG 8'                              8' builds on 7: 8 and 9 are taken back, the tip is 7
 *   ENV 8' .. VERIFIED 8'                 the tip is 8'
 *   FINALIZED 7                           7 and all before it will not change
 * </pre>
 * <b>REORG.</b> An attempt is VERIFIED once and for all: it gets no second terminal event. What takes it back is the
 * REORG before the ENV of the first attempt that builds elsewhere; it names that attempt, the block that the attempt
 * builds on, and how many VERIFIED blocks are not before that one. An attempt that is open meanwhile ends SUPERSEDED
 * before the REORG. Only the Env of a term above that of the head goes back, never to the finalized block or below it,
 * and never farther than the window.
 */
final class DeliveredChain
{
    /** No height. */
    static final long NULL_HEIGHT = Long.MIN_VALUE;

    private final ForkTree tree;
    private final BlockDelivery delivery;
    private final UnsafeBuffer slab;
    private final SealedBlockCheck sealedBlocks;
    private final int maxDepth;
    private final AtomicCounter reorgs;
    private final AtomicCounter blocksTakenBack;
    private final AtomicCounter treeSize;
    private final AtomicCounter treeEvicted;
    private final AtomicCounter finalizedGauge;
    private final AtomicCounter finalityConflicts;
    private final byte[] tipHash = new byte[FrameDigest.DIGEST_LENGTH];
    private final byte[] finalizedHash = new byte[FrameDigest.DIGEST_LENGTH];
    private boolean hasTip;
    private long tipNumber;
    /** What was last called final. */
    private long finalizedBlock = NULL_HEIGHT;
    /** Not found here yet. */
    private boolean isFinalityAwaited;
    /** Found, and to be told. */
    private boolean isFinalityDue;

    DeliveredChain(
        final BlockLimits limits,
        final BlockDelivery delivery,
        final BodySlab slab,
        final EvidenceConsumer evidence,
        final Counters counters)
    {
        this.slab = slab.buffer();
        tree = new ForkTree(ForkTree.DEFAULT_CAPACITY);
        this.delivery = delivery;
        sealedBlocks = new SealedBlockCheck(tree, delivery, evidence, counters);
        maxDepth = limits.windowBlocks();
        reorgs = counters.get(FragcastCounter.REORGS);
        blocksTakenBack = counters.get(FragcastCounter.BLOCKS_TAKEN_BACK);
        treeSize = counters.get(FragcastCounter.FORK_TREE_BLOCKS);
        treeEvicted = counters.get(FragcastCounter.FORK_TREE_EVICTED);
        finalizedGauge = counters.get(FragcastCounter.FINALIZED_BLOCK);
        finalityConflicts = counters.get(FragcastCounter.FINALITY_CONFLICTS);
    }

    /** Who is told of blocks whose body cannot be had from frags. */
    void bodiesWantedBy(final Consumer<SealedBlock> consumer)
    {
        sealedBlocks.bodiesWantedBy(consumer);
    }

    ForkTree tree()
    {
        return tree;
    }

    /** Is it an Env that, once verified, takes delivered blocks back? */
    boolean mayReorg(final SignedFrame frame, final LeaderTerm term)
    {
        final int head = tree.head();

        return FrameKind.ENV == frame.kind && ForkTree.NULL_SLOT != head &&
            term.number() > tree.leaderTerm(head) &&
            frame.blockNumber <= tree.blockNumber(head) &&
            frame.blockNumber >= lowestOpen(head);
    }

    /**
     * Where the run goes back to for an attempt whose Env was just taken.
     *
     * @param attempt at or next above the head.
     * @param term    that leads it.
     * @return the height, at most that of the attempt; {@link #NULL_HEIGHT}: the attempt follows the head, or nobody
     * knows.
     */
    long reorgHeight(final BlockAssembler attempt, final LeaderTerm term)
    {
        final int head = tree.head();
        if (ForkTree.NULL_SLOT == head || attempt.leaderTerm() <= tree.leaderTerm(head) ||
            attempt.blockNumber() > tree.blockNumber(head) + 1)
        {
            return NULL_HEIGHT;
        }

        final byte[] parentHash = attempt.frames().parentHash;
        final int parent = tree.find(parentHash);
        if (ForkTree.NULL_SLOT != parent && tree.blockNumber(parent) == attempt.blockNumber() - 1)
        {
            return attempt.blockNumber();
        }

        // It builds on a block of its term that is not here: what is here of the heights from its first is not that.
        final long from = Math.max(term.firstBlock(), lowestOpen(head));

        return from <= tree.blockNumber(head) ? Math.min(from, attempt.blockNumber()) : NULL_HEIGHT;
    }

    /**
     * The Env of an attempt is about to be delivered: says before it what is taken back.
     *
     * @param attempt to be delivered.
     * @return false if refused.
     */
    boolean offerReorg(final BlockAssembler attempt)
    {
        if (!hasTip || isOnTip(attempt))
        {
            return true;
        }

        final byte[] parentHash = attempt.frames().parentHash;
        final int parent = tree.find(parentHash);
        final int tip = tree.find(tipHash);
        final int ancestor = ForkTree.NULL_SLOT == parent || ForkTree.NULL_SLOT == tip ?
            ForkTree.NULL_SLOT : tree.commonAncestor(parent, tip);
        final long above = ForkTree.NULL_SLOT == ancestor ? attempt.blockNumber() - 1 : NULL_HEIGHT;
        final int takenBack = tree.distance(tip, ancestor, above);
        if (!delivery.offerReorg(attempt, parentHash, takenBack))
        {
            return false;
        }
        reorgs.incrementRelease();
        blocksTakenBack.getAndAddRelease(takenBack);
        tipNumber = attempt.blockNumber() - 1;
        System.arraycopy(parentHash, 0, tipHash, 0, tipHash.length);

        return true;
    }

    /** An attempt ended VERIFIED; its frames are still here. */
    void onVerified(final BlockAssembler attempt)
    {
        final AttemptFrames frames = attempt.frames();
        hasTip = true;
        tipNumber = attempt.blockNumber();
        System.arraycopy(frames.blockHash, 0, tipHash, 0, tipHash.length);
        final int slot = tree.add(
            attempt.leaderTerm(),
            attempt.blockNumber(),
            attempt.incarnation(),
            attempt.nextSeq(),
            frames.blockHash,
            frames.parentHash,
            slab,
            frames.seal.offset,
            frames.seal.length);
        if (ForkTree.NULL_SLOT != slot)
        {
            sealedBlocks.onVerified(slot);
        }
        if (isFinalityAwaited)
        {
            settleFinality();
        }
        updateGauges();
    }

    /** The operator's source, or the leader, calls a block final; what is said of lower ones later is old. */
    void onFinalized(final long blockNumber, final byte[] hash)
    {
        if (blockNumber <= finalizedBlock)
        {
            return;
        }
        finalizedBlock = blockNumber;
        System.arraycopy(hash, 0, finalizedHash, 0, finalizedHash.length);
        finalizedGauge.setRelease(blockNumber);
        isFinalityAwaited = true;
        sealedBlocks.onFinalized(blockNumber);
        settleFinality();
        updateGauges();
    }

    boolean isSealedBlockDue(final long blockNumber)
    {
        return hasTip && blockNumber <= tipNumber + SealedBlockCheck.MAX_WAITING;
    }

    /** A block was sealed. */
    void onSealedBlock(final SealedBlock block)
    {
        if (block.number > finalizedBlock)
        {
            sealedBlocks.onSealedBlock(block);
        }
    }

    /**
     * Tells what is due of blocks that ended before.
     *
     * @return false if somebody refused: call again.
     */
    boolean offerDue()
    {
        if (!sealedBlocks.offerDue())
        {
            return false;
        }
        if (isFinalityDue)
        {
            final int slot = tree.find(finalizedHash);
            isFinalityDue = ForkTree.NULL_SLOT != slot &&
                !delivery.offerAside(Delivery.FINALIZED, tree.blocks(), slot, finalizedHash);
        }

        return !isFinalityDue;
    }

    /** Looks for the block that was called final; what is below it is let go. */
    private void settleFinality()
    {
        final int slot = tree.find(finalizedHash);
        final int head = tree.head();
        if (ForkTree.NULL_SLOT != slot && tree.blockNumber(slot) == finalizedBlock)
        {
            if (slot != tree.commonAncestor(slot, head))
            {
                finalityConflicts.incrementRelease();
            }
            isFinalityAwaited = false;
            isFinalityDue = true;
            tree.onFinalized(slot);
        }
        else if (ForkTree.NULL_SLOT != head && finalizedBlock <= tree.blockNumber(head))
        {
            if (tree.hasHeight(finalizedBlock))
            {
                finalityConflicts.incrementRelease();
            }
            isFinalityAwaited = false;
            tree.dropBelow(finalizedBlock);
        }
    }

    private boolean isOnTip(final BlockAssembler attempt)
    {
        final byte[] parentHash = attempt.frames().parentHash;

        return attempt.blockNumber() > tipNumber &&
            (Arrays.equals(tipHash, parentHash) || ForkTree.NULL_SLOT == tree.find(parentHash));
    }

    private long lowestOpen(final int head)
    {
        final long deepest = tree.blockNumber(head) - maxDepth + 1;

        return NULL_HEIGHT == finalizedBlock ? deepest : Math.max(finalizedBlock + 1, deepest);
    }

    private void updateGauges()
    {
        treeSize.setRelease(tree.size());
        treeEvicted.setRelease(tree.evicted());
    }
}
