package io.fragcast.protocol.block;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The sealed blocks above the finalized one, whichever branch they are on: by hash, each knowing its parent's.
 * <pre>
 *            finalized                      head
 *               F ──── 7 ──── 8 ──── 9 ──── 10      term 1
 *                      └──── 8' ─── 9'              term 2: later word, so 9' is the head
 * </pre>
 * <b>Head.</b> The block of the highest term; within a term the highest; of two at one height that of the higher
 * incarnation; of two of one attempt that of the higher hash. The later leader decides what it builds on, so its word
 * stands above the length of a branch. Nodes that hold the same blocks choose the same head, in whatever order they
 * came.
 * <p>
 * <b>Bounds.</b> A fixed number of blocks in one buffer off the heap; when it is full the lowest block leaves. What is
 * below the finalized block, and what branches off below it, is dropped by {@link #onFinalized}. Used by one thread;
 * allocates nothing after construction.
 */
public final class ForkTree
{
    /** No block. */
    public static final int NULL_SLOT = -1;
    /** Two hours of 2 s blocks, a quarter of one at 4 blocks a second: more than rollups take to call a block final. */
    public static final int DEFAULT_CAPACITY = 4_096;
    /** A Seal is 424 bytes in version 1; a longer one is not kept, its block is. */
    public static final int MAX_SEAL_LENGTH = 512;

    private static final int HASH_LENGTH = FrameDigest.DIGEST_LENGTH;
    private static final byte UNKNOWN = 0;
    private static final byte KEPT = 1;
    private static final byte DROPPED = 2;

    private final SealTable blocks;
    /** What {@link #onFinalized} knows of each slot meanwhile. */
    private final byte[] marks;
    private int head = NULL_SLOT;
    private long evicted;

    /**
     * An empty tree.
     *
     * @param capacity most blocks held at once, at least 2.
     */
    public ForkTree(final int capacity)
    {
        if (capacity < 2)
        {
            throw new IllegalArgumentException("a tree of " + capacity + " blocks");
        }
        blocks = new SealTable(capacity);
        marks = new byte[capacity];
    }

    /**
     * Takes a sealed block; one that is here already stays as it is. When the tree is full the lowest block leaves.
     *
     * @param leaderTerm  of its attempt.
     * @param blockNumber height.
     * @param incarnation of its attempt.
     * @param frags       in it.
     * @param hash        of the block, 32 bytes.
     * @param parentHash  of the block before, 32 bytes.
     * @param seal        holds its Seal as received.
     * @param sealOffset  of the first byte.
     * @param sealLength  in bytes.
     * @return its slot, valid until the next call that adds or drops; {@link #NULL_SLOT} if it is below all that a full
     * tree holds.
     */
    public int add(
        final int leaderTerm,
        final long blockNumber,
        final long incarnation,
        final int frags,
        final byte[] hash,
        final byte[] parentHash,
        final DirectBuffer seal,
        final int sealOffset,
        final int sealLength)
    {
        final int known = blocks.find(hash);
        if (NULL_SLOT != known)
        {
            return known;
        }
        if (blocks.isFull())
        {
            final int lowest = lowest();
            if (blockNumber < blocks.blockNumber(lowest))
            {
                return NULL_SLOT;
            }
            evicted++;
            blocks.remove(lowest);
            chooseHeadIfLost(lowest);
        }

        final int slot = blocks.add(
            leaderTerm, blockNumber, incarnation, frags, hash, parentHash, seal, sealOffset, sealLength);
        if (NULL_SLOT == head || isAbove(slot, head))
        {
            head = slot;
        }

        return slot;
    }

    /**
     * A block by its hash.
     *
     * @param hash 32 bytes.
     * @return its slot, or {@link #NULL_SLOT}.
     */
    public int find(final byte[] hash)
    {
        return blocks.find(hash);
    }

    /**
     * A block by what a block that is sealed elsewhere claims too: the height and the block before.
     *
     * @param blockNumber height.
     * @param parentHash  32 bytes.
     * @return the slot of the highest in rank; {@link #NULL_SLOT}: none.
     */
    public int child(final long blockNumber, final byte[] parentHash)
    {
        int highest = NULL_SLOT;
        for (int i = 0, size = blocks.size(); i < size; i++)
        {
            final int slot = blocks.slot(i);
            if (blocks.blockNumber(slot) == blockNumber && blocks.isChildOf(slot, parentHash) &&
                (NULL_SLOT == highest || isAbove(slot, highest)))
            {
                highest = slot;
            }
        }

        return highest;
    }

    /**
     * Is there any block at a height?
     *
     * @param blockNumber height.
     * @return true if there is.
     */
    public boolean hasHeight(final long blockNumber)
    {
        for (int i = 0, size = blocks.size(); i < size; i++)
        {
            if (blocks.blockNumber(blocks.slot(i)) == blockNumber)
            {
                return true;
            }
        }

        return false;
    }

    /**
     * The block before another.
     *
     * @param slot of the other.
     * @return its slot; {@link #NULL_SLOT} if it is not here.
     */
    public int parent(final int slot)
    {
        final int parent = blocks.parent(slot);

        // A leader may sign any hash: what does not go down by one would make a ring of its blocks.
        return NULL_SLOT != parent && blockNumber(parent) == blockNumber(slot) - 1 ? parent : NULL_SLOT;
    }

    /**
     * The block to build on, by the rule above.
     *
     * @return its slot; {@link #NULL_SLOT} of an empty tree.
     */
    public int head()
    {
        return head;
    }

    /**
     * The highest block that two blocks have before them, or one of the two.
     *
     * @param one   slot of one.
     * @param other slot of the other.
     * @return its slot; {@link #NULL_SLOT} if it is not here.
     */
    public int commonAncestor(final int one, final int other)
    {
        int a = one;
        int b = other;
        while (NULL_SLOT != a && NULL_SLOT != b && a != b)
        {
            final long difference = blockNumber(a) - blockNumber(b);
            if (difference >= 0)
            {
                a = parent(a);
            }
            if (difference <= 0)
            {
                b = parent(b);
            }
        }

        return a == b ? a : NULL_SLOT;
    }

    /**
     * How many blocks there are from a block down to one before it.
     *
     * @param slot     of the block.
     * @param ancestor slot of the one before; {@link #NULL_SLOT}: as far as the tree goes.
     * @param above    only blocks above this height count.
     * @return blocks, the first included, the ancestor not.
     */
    public int distance(final int slot, final int ancestor, final long above)
    {
        int count = 0;
        for (int i = slot; NULL_SLOT != i && i != ancestor && blockNumber(i) > above; i = parent(i))
        {
            count++;
        }

        return count;
    }

    /**
     * A block is final: what lies below it goes, and every branch that parts below it. The block itself stays, for the
     * next ones to be found above it; so does what hangs in the air, for its parent may yet come.
     *
     * @param finalized slot of the block.
     * @return blocks dropped.
     */
    public int onFinalized(final int finalized)
    {
        final long number = blockNumber(finalized);
        for (int i = 0, size = blocks.size(); i < size; i++)
        {
            final int slot = blocks.slot(i);
            marks[slot] = blockNumber(slot) <= number ? DROPPED : UNKNOWN;
        }
        marks[finalized] = KEPT;
        for (int i = 0, size = blocks.size(); i < size; i++)
        {
            mark(blocks.slot(i));
        }

        int dropped = 0;
        for (int i = blocks.size() - 1; i >= 0; i--)
        {
            final int slot = blocks.slot(i);
            if (DROPPED == marks[slot])
            {
                blocks.remove(slot);
                dropped++;
            }
        }
        if (DROPPED == marks[head])
        {
            chooseHead();
        }

        return dropped;
    }

    /**
     * Everything below a height goes, though it is not known here which block is final there.
     *
     * @param blockNumber height.
     * @return blocks dropped.
     */
    public int dropBelow(final long blockNumber)
    {
        int dropped = 0;
        for (int i = blocks.size() - 1; i >= 0; i--)
        {
            final int slot = blocks.slot(i);
            if (blockNumber(slot) < blockNumber)
            {
                blocks.remove(slot);
                chooseHeadIfLost(slot);
                dropped++;
            }
        }

        return dropped;
    }

    /**
     * Blocks held.
     *
     * @return count.
     */
    public int size()
    {
        return blocks.size();
    }

    /**
     * Blocks that left a full tree.
     *
     * @return count since construction.
     */
    public long evicted()
    {
        return evicted;
    }

    /**
     * Height of a block.
     *
     * @param slot of the block.
     * @return block number.
     */
    public long blockNumber(final int slot)
    {
        return blocks.blockNumber(slot);
    }

    /**
     * Term of a block's leader.
     *
     * @param slot of the block.
     * @return number.
     */
    public int leaderTerm(final int slot)
    {
        return blocks.leaderTerm(slot);
    }

    /**
     * Incarnation of a block's attempt.
     *
     * @param slot of the block.
     * @return wall-clock milliseconds at its opening.
     */
    public long incarnation(final int slot)
    {
        return blocks.incarnation(slot);
    }

    /**
     * Is that the hash of a block?
     *
     * @param slot of the block.
     * @param hash 32 bytes.
     * @return true if so.
     */
    public boolean isHash(final int slot, final byte[] hash)
    {
        return blocks.isHash(slot, hash);
    }

    /**
     * Copies the hash of a block.
     *
     * @param slot of the block.
     * @param hash takes 32 bytes.
     */
    public void hash(final int slot, final byte[] hash)
    {
        blocks.buffer().getBytes(blocks.hashOffset(slot), hash);
    }

    /** The records of the blocks. */
    SealTable blocks()
    {
        return blocks;
    }

    /** Does a block descend from one that stays? All on the way are marked alike. */
    private void mark(final int slot)
    {
        int top = slot;
        while (NULL_SLOT != top && UNKNOWN == marks[top])
        {
            top = parent(top);
        }
        final byte mark = NULL_SLOT == top ? KEPT : marks[top];
        for (int i = slot; i != top; i = parent(i))
        {
            marks[i] = mark;
        }
    }

    /** The lowest height that is here; there is one. */
    long lowestBlock()
    {
        return blockNumber(lowest());
    }

    private int lowest()
    {
        int lowest = blocks.slot(0);
        for (int i = 1, size = blocks.size(); i < size; i++)
        {
            if (blockNumber(blocks.slot(i)) < blockNumber(lowest))
            {
                lowest = blocks.slot(i);
            }
        }

        return lowest;
    }

    private void chooseHeadIfLost(final int removed)
    {
        if (head == removed)
        {
            chooseHead();
        }
    }

    private void chooseHead()
    {
        head = NULL_SLOT;
        for (int i = 0, size = blocks.size(); i < size; i++)
        {
            if (NULL_SLOT == head || isAbove(blocks.slot(i), head))
            {
                head = blocks.slot(i);
            }
        }
    }

    /** Is one block the better head than another? */
    private boolean isAbove(final int slot, final int other)
    {
        if (leaderTerm(slot) != leaderTerm(other))
        {
            return leaderTerm(slot) > leaderTerm(other);
        }
        if (blockNumber(slot) != blockNumber(other))
        {
            return blockNumber(slot) > blockNumber(other);
        }
        if (incarnation(slot) != incarnation(other))
        {
            return Long.compareUnsigned(incarnation(slot), incarnation(other)) > 0;
        }
        final UnsafeBuffer buffer = blocks.buffer();
        for (int i = 0; i < HASH_LENGTH; i++)
        {
            final int difference = Byte.compareUnsigned(
                buffer.getByte(blocks.hashOffset(slot) + i), buffer.getByte(blocks.hashOffset(other) + i));
            if (0 != difference)
            {
                return difference > 0;
            }
        }

        return false;
    }
}
