package io.fragcast.protocol.block;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.status.AtomicCounter;

import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Holds the blocks that were sealed against the Seals that were verified: the same hash, and under it the roots and the
 * gas that the Seal names. The body needs no look of its own: the transactions delivered gave the Seal's root, and the
 * header holds it.
 * <p>
 * A block that comes before its Seal waits, {@link #MAX_WAITING} at most, the newest staying. A block of a branch that
 * is not here proves nothing. What differs is a proof, told once: first to the keeper of evidence, then to the
 * subscribers.
 */
final class SealedBlockCheck
{
    /** As many as may be open in the window. */
    static final int MAX_WAITING = BlockLimits.WINDOW_BLOCKS;
    /** Mismatches not told yet; the source is wrong, or the leader, long before there are so many. */
    static final int MAX_UNTOLD = 8;

    private static final int HASH_LENGTH = FrameDigest.DIGEST_LENGTH;
    /** Where the fields of a Seal lie, from the start of the message (schema). */
    static final int SEAL_GAS_USED_OFFSET = 208;
    static final int SEAL_GAS_LIMIT_OFFSET = 216;
    static final int SEAL_TRANSACTIONS_ROOT_OFFSET = 256;
    static final int SEAL_RECEIPTS_ROOT_OFFSET = 288;
    static final int SEAL_STATE_ROOT_OFFSET = 320;

    private final ForkTree tree;
    private final SealTable blocks;
    private final BlockDelivery delivery;
    private final EvidenceConsumer evidence;
    private final SealedBlock[] waiting = new SealedBlock[MAX_WAITING];
    private final SealedBlock[] untold = new SealedBlock[MAX_UNTOLD];
    /** The Seals that they contradict, by the same place. */
    private final SealTable untoldSeals = new SealTable(MAX_UNTOLD);
    private final int[] untoldSlots = new int[MAX_UNTOLD];
    private final byte[] sealHash = new byte[HASH_LENGTH];
    private final AtomicCounter checked;
    private final AtomicCounter mismatched;
    private final AtomicCounter unmatched;
    /** Of those that wait: is the whole block wanted already? */
    private final boolean[] areBodiesWanted = new boolean[MAX_WAITING];
    private Consumer<SealedBlock> bodies = (block) -> {};
    private int waitingCount;
    private int untoldHead;
    private int untoldCount;
    private boolean isEvidenceTaken;

    SealedBlockCheck(
        final ForkTree tree, final BlockDelivery delivery, final EvidenceConsumer evidence, final Counters counters)
    {
        this.tree = tree;
        blocks = tree.blocks();
        this.delivery = delivery;
        this.evidence = evidence;
        Arrays.setAll(waiting, (i) -> new SealedBlock());
        Arrays.setAll(untold, (i) -> new SealedBlock());
        checked = counters.get(FragcastCounter.SEALED_BLOCKS_CHECKED);
        mismatched = counters.get(FragcastCounter.SEALED_BLOCKS_MISMATCHED);
        unmatched = counters.get(FragcastCounter.SEALED_BLOCKS_UNMATCHED);
    }

    /** Who is told of blocks whose body cannot be had from the frags that were taken; never refuses. */
    void bodiesWantedBy(final Consumer<SealedBlock> consumer)
    {
        bodies = consumer;
    }

    /** A block was sealed; its hash is that of its header. */
    void onSealedBlock(final SealedBlock block)
    {
        int slot = tree.find(block.hash);
        if (ForkTree.NULL_SLOT == slot)
        {
            slot = tree.child(block.number, block.parentHash);
        }

        if (ForkTree.NULL_SLOT != slot)
        {
            check(slot, block);
        }
        else if (ForkTree.NULL_SLOT == tree.head() || block.number > tree.blockNumber(tree.head()))
        {
            hold(block);
        }
        else
        {
            unmatched.incrementRelease();
            if (block.number > tree.lowestBlock())
            {
                // It was given up, or ended otherwise; what is below the lowest was before this node's time.
                bodies.accept(block);
            }
        }
    }

    /** A block was verified by its Seal. */
    void onVerified(final int slot)
    {
        for (int i = 0; i < waitingCount; i++)
        {
            if (waiting[i].number < blocks.blockNumber(slot) && !areBodiesWanted[i])
            {
                areBodiesWanted[i] = true;
                bodies.accept(waiting[i]);
            }
        }
        for (int i = 0; i < waitingCount; i++)
        {
            final SealedBlock block = waiting[i];
            if (block.number == blocks.blockNumber(slot) &&
                (blocks.isChildOf(slot, block.parentHash) || blocks.isHash(slot, block.hash)))
            {
                check(slot, block);
                letGo(i);
                return;
            }
        }
    }

    /** Nothing at or below the height is looked at any more. */
    void onFinalized(final long blockNumber)
    {
        for (int i = waitingCount - 1; i >= 0; i--)
        {
            if (waiting[i].number <= blockNumber)
            {
                unmatched.incrementRelease();
                letGo(i);
            }
        }
    }

    /**
     * Tells of mismatches.
     *
     * @return false if somebody refused: call again.
     */
    boolean offerDue()
    {
        while (untoldCount > 0)
        {
            final SealedBlock block = untold[untoldHead];
            final int slot = untoldSlots[untoldHead];
            if (!isEvidenceTaken)
            {
                isEvidenceTaken = evidence.onSealMismatch(
                    untoldSeals.buffer(), untoldSeals.sealOffset(slot), untoldSeals.sealLength(slot), block);
            }
            if (!isEvidenceTaken || !delivery.offerAside(Delivery.SEAL_MISMATCHED, untoldSeals, slot, block.hash))
            {
                return false;
            }
            untoldSeals.remove(slot);
            untoldHead = (untoldHead + 1) % MAX_UNTOLD;
            untoldCount--;
            isEvidenceTaken = false;
        }

        return true;
    }

    private void check(final int slot, final SealedBlock block)
    {
        checked.incrementRelease();
        if (!isNamedBy(slot, block) && !blocks.isRefuted(slot))
        {
            mismatched.incrementRelease();
            blocks.onRefuted(slot);
            tellLater(slot, block);
            if (0 == blocks.sealLength(slot) || !isEqual(
                blocks.buffer(), blocks.sealOffset(slot) + SEAL_TRANSACTIONS_ROOT_OFFSET, block.transactionsRoot))
            {
                bodies.accept(block);
            }
        }
    }

    private boolean isNamedBy(final int slot, final SealedBlock block)
    {
        if (!blocks.isHash(slot, block.hash))
        {
            return false;
        }
        if (0 == blocks.sealLength(slot))
        {
            return true;
        }

        final UnsafeBuffer buffer = blocks.buffer();
        final int seal = blocks.sealOffset(slot);

        return buffer.getLong(seal + SEAL_GAS_USED_OFFSET, ByteOrder.LITTLE_ENDIAN) == block.gasUsed &&
            buffer.getLong(seal + SEAL_GAS_LIMIT_OFFSET, ByteOrder.LITTLE_ENDIAN) == block.gasLimit &&
            isEqual(buffer, seal + SEAL_TRANSACTIONS_ROOT_OFFSET, block.transactionsRoot) &&
            isEqual(buffer, seal + SEAL_RECEIPTS_ROOT_OFFSET, block.receiptsRoot) &&
            isEqual(buffer, seal + SEAL_STATE_ROOT_OFFSET, block.stateRoot) &&
            isEqual(buffer, seal + SignedFrame.PARENT_HASH_OFFSET, block.parentHash);
    }

    private void tellLater(final int slot, final SealedBlock block)
    {
        if (MAX_UNTOLD == untoldCount)
        {
            return;
        }
        blocks.buffer().getBytes(blocks.hashOffset(slot), sealHash);
        if (SealTable.NULL_SLOT != untoldSeals.find(sealHash))
        {
            return;
        }

        final int place = (untoldHead + untoldCount) % MAX_UNTOLD;
        untold[place].set(block);
        untoldSlots[place] = untoldSeals.add(
            blocks.leaderTerm(slot),
            blocks.blockNumber(slot),
            blocks.incarnation(slot),
            blocks.frags(slot),
            sealHash,
            sealHash,
            blocks.buffer(),
            blocks.sealOffset(slot),
            blocks.sealLength(slot));
        untoldCount++;
    }

    private void hold(final SealedBlock block)
    {
        int place = waitingCount;
        for (int i = 0; i < waitingCount; i++)
        {
            if (Arrays.equals(waiting[i].hash, block.hash))
            {
                return;
            }
            if (MAX_WAITING == waitingCount && (place == waitingCount || waiting[i].number < waiting[place].number))
            {
                place = i;
            }
        }
        if (place < waitingCount)
        {
            unmatched.incrementRelease();
        }
        else
        {
            waitingCount++;
        }
        waiting[place].set(block);
        areBodiesWanted[place] = false;
    }

    private void letGo(final int i)
    {
        waitingCount--;
        final SealedBlock free = waiting[i];
        waiting[i] = waiting[waitingCount];
        waiting[waitingCount] = free;
        areBodiesWanted[i] = areBodiesWanted[waitingCount];
    }

    private static boolean isEqual(final DirectBuffer buffer, final int offset, final byte[] hash)
    {
        for (int i = 0; i < hash.length; i++)
        {
            if (hash[i] != buffer.getByte(offset + i))
            {
                return false;
            }
        }

        return true;
    }
}
