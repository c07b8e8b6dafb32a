package io.fragcast.protocol.block;

import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;
import org.agrona.collections.Hashing;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.Arrays;

/**
 * Sealed blocks by hash: a fixed number of records in one buffer off the heap, and an index over them.
 * <pre>
 *    0  blockNumber  8     32  hash        32     96  Seal as received, up to 512
 *    8  incarnation  8     64  parentHash  32
 *   16  leaderTerm   4
 *   20  frags        4
 *   24  Seal length  4
 *   28  refuted      4
 * </pre>
 * A slot is the number of a record; it is its block's until that is removed.
 */
final class SealTable
{
    /** No block. */
    static final int NULL_SLOT = ForkTree.NULL_SLOT;

    private static final int HASH_LENGTH = FrameDigest.DIGEST_LENGTH;
    private static final int NUMBER_OFFSET = 0;
    private static final int INCARNATION_OFFSET = 8;
    private static final int TERM_OFFSET = 16;
    private static final int FRAGS_OFFSET = 20;
    private static final int SEAL_LENGTH_OFFSET = 24;
    private static final int REFUTED_OFFSET = 28;
    private static final int HASH_OFFSET = 32;
    private static final int PARENT_OFFSET = HASH_OFFSET + HASH_LENGTH;
    private static final int SEAL_OFFSET = PARENT_OFFSET + HASH_LENGTH;
    private static final int RECORD_LENGTH = SEAL_OFFSET + ForkTree.MAX_SEAL_LENGTH;

    private final int capacity;
    private final UnsafeBuffer records;
    /** Where in the buffer a hash that is looked for lies. */
    private final int probe;
    /** Slots by hash: open addressing, half full at most. */
    private final int[] index;
    /** Slots in use stand at the front, in no order; the rest are free. */
    private final int[] slots;
    private final int[] positions;
    private int size;

    SealTable(final int capacity)
    {
        this.capacity = capacity;
        probe = capacity * RECORD_LENGTH;
        records = new UnsafeBuffer(
            BufferUtil.allocateDirectAligned(probe + HASH_LENGTH, BitUtil.CACHE_LINE_LENGTH));
        index = new int[2 * BitUtil.findNextPositivePowerOfTwo(capacity)];
        Arrays.fill(index, NULL_SLOT);
        slots = new int[capacity];
        positions = new int[capacity];
        for (int i = 0; i < capacity; i++)
        {
            slots[i] = i;
            positions[i] = i;
        }
    }

    boolean isFull()
    {
        return capacity == size;
    }

    int size()
    {
        return size;
    }

    /** Blocks stand at the front, in no order. */
    int slot(final int position)
    {
        return slots[position];
    }

    /** Takes a block whose hash is not here; there is room. */
    int add(
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
        assert !isFull() && NULL_SLOT == find(hash) : "block " + blockNumber;

        final int slot = slots[size++];
        final int at = at(slot);
        records.putLong(at + NUMBER_OFFSET, blockNumber);
        records.putLong(at + INCARNATION_OFFSET, incarnation);
        records.putInt(at + TERM_OFFSET, leaderTerm);
        records.putInt(at + FRAGS_OFFSET, frags);
        final int kept = sealLength <= ForkTree.MAX_SEAL_LENGTH ? sealLength : 0;
        records.putInt(at + SEAL_LENGTH_OFFSET, kept);
        records.putInt(at + REFUTED_OFFSET, 0);
        records.putBytes(at + HASH_OFFSET, hash);
        records.putBytes(at + PARENT_OFFSET, parentHash);
        records.putBytes(at + SEAL_OFFSET, seal, sealOffset, kept);
        enter(slot);

        return slot;
    }

    void remove(final int slot)
    {
        leave(slot);
        size--;
        final int position = positions[slot];
        final int last = slots[size];
        slots[position] = last;
        positions[last] = position;
        slots[size] = slot;
        positions[slot] = size;
    }

    int find(final byte[] hash)
    {
        records.putBytes(probe, hash);

        return find(probe);
    }

    int parent(final int slot)
    {
        return find(at(slot) + PARENT_OFFSET);
    }

    /** Is that the hash of the block before? */
    boolean isChildOf(final int slot, final byte[] parentHash)
    {
        records.putBytes(probe, parentHash);

        return isSame(at(slot) + PARENT_OFFSET, probe);
    }

    boolean isHash(final int slot, final byte[] hash)
    {
        records.putBytes(probe, hash);

        return isSame(at(slot) + HASH_OFFSET, probe);
    }

    long blockNumber(final int slot)
    {
        return records.getLong(at(slot) + NUMBER_OFFSET);
    }

    int leaderTerm(final int slot)
    {
        return records.getInt(at(slot) + TERM_OFFSET);
    }

    long incarnation(final int slot)
    {
        return records.getLong(at(slot) + INCARNATION_OFFSET);
    }

    int frags(final int slot)
    {
        return records.getInt(at(slot) + FRAGS_OFFSET);
    }

    /** Was its Seal found not to name the block that was sealed? */
    boolean isRefuted(final int slot)
    {
        return 0 != records.getInt(at(slot) + REFUTED_OFFSET);
    }

    void onRefuted(final int slot)
    {
        records.putInt(at(slot) + REFUTED_OFFSET, 1);
    }

    UnsafeBuffer buffer()
    {
        return records;
    }

    int hashOffset(final int slot)
    {
        return at(slot) + HASH_OFFSET;
    }

    int sealOffset(final int slot)
    {
        return at(slot) + SEAL_OFFSET;
    }

    /** Bytes of the Seal; 0 if it was too long to be kept. */
    int sealLength(final int slot)
    {
        return records.getInt(at(slot) + SEAL_LENGTH_OFFSET);
    }

    private int find(final int hashOffset)
    {
        for (int i = home(hashOffset); NULL_SLOT != index[i]; i = next(i))
        {
            if (isSame(at(index[i]) + HASH_OFFSET, hashOffset))
            {
                return index[i];
            }
        }

        return NULL_SLOT;
    }

    private void enter(final int slot)
    {
        int i = home(at(slot) + HASH_OFFSET);
        while (NULL_SLOT != index[i])
        {
            i = next(i);
        }
        index[i] = slot;
    }

    /** Takes a slot out of the index, and closes the gap so that no search stops at it. */
    private void leave(final int slot)
    {
        final int mask = index.length - 1;
        int gap = home(at(slot) + HASH_OFFSET);
        while (index[gap] != slot)
        {
            gap = next(gap);
        }
        index[gap] = NULL_SLOT;
        for (int i = next(gap); NULL_SLOT != index[i]; i = next(i))
        {
            final int home = home(at(index[i]) + HASH_OFFSET);
            if ((i - home & mask) >= (i - gap & mask))
            {
                index[gap] = index[i];
                index[i] = NULL_SLOT;
                gap = i;
            }
        }
    }

    private int home(final int hashOffset)
    {
        return Hashing.hash(records.getLong(hashOffset)) & index.length - 1;
    }

    private int next(final int i)
    {
        return i + 1 & index.length - 1;
    }

    private boolean isSame(final int one, final int other)
    {
        for (int i = 0; i < HASH_LENGTH; i += Long.BYTES)
        {
            if (records.getLong(one + i) != records.getLong(other + i))
            {
                return false;
            }
        }

        return true;
    }

    private static int at(final int slot)
    {
        return slot * RECORD_LENGTH;
    }
}
