package io.fragcast.protocol.block;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.function.Supplier;

/**
 * The live attempts: a fixed pool, keyed by (term, block, incarnation). Nearly always the attempt asked for is the one
 * asked for last; else the few that live are scanned.
 */
final class AttemptTable
{
    private final BlockAssembler[] pool;
    private int liveCount;
    private int lastIndex;

    /**
     * A table.
     *
     * @param capacity most attempts that live at once.
     * @param factory  makes the slots, all of them now.
     */
    AttemptTable(final int capacity, final Supplier<BlockAssembler> factory)
    {
        pool = new BlockAssembler[capacity];
        for (int i = 0; i < capacity; i++)
        {
            pool[i] = factory.get();
        }
    }

    int liveCount()
    {
        return liveCount;
    }

    boolean isFull()
    {
        return pool.length == liveCount;
    }

    /** The live attempts stand at the front, in no order. */
    BlockAssembler live(final int index)
    {
        assert index < liveCount : index + " of " + liveCount;

        return pool[index];
    }

    @Nullable BlockAssembler find(final int leaderTerm, final long blockNumber, final long incarnation)
    {
        if (lastIndex < liveCount && isKey(pool[lastIndex], leaderTerm, blockNumber, incarnation))
        {
            return pool[lastIndex];
        }
        for (int i = 0; i < liveCount; i++)
        {
            if (isKey(pool[i], leaderTerm, blockNumber, incarnation))
            {
                lastIndex = i;
                return pool[i];
            }
        }

        return null;
    }

    /** Takes a slot; the table is not full. */
    BlockAssembler open(final int leaderTerm, final long blockNumber, final long incarnation, final long nowNs)
    {
        final BlockAssembler attempt = pool[liveCount];
        attempt.open(leaderTerm, blockNumber, incarnation, nowNs);
        lastIndex = liveCount++;

        return attempt;
    }

    /** Gives a slot back. */
    void release(final BlockAssembler attempt)
    {
        attempt.vacate();
        for (int i = 0; i < liveCount; i++)
        {
            if (pool[i] == attempt)
            {
                liveCount--;
                pool[i] = pool[liveCount];
                pool[liveCount] = attempt;
                return;
            }
        }
    }

    /** The attempt at a height to deliver now: one already begun, else the highest in rank that has its Env. */
    @Nullable BlockAssembler deliverableAt(final long blockNumber)
    {
        BlockAssembler best = null;
        for (int i = 0; i < liveCount; i++)
        {
            final BlockAssembler attempt = pool[i];
            if (attempt.blockNumber() == blockNumber && attempt.isEnvHeld())
            {
                if (attempt.isEnvDelivered())
                {
                    return attempt;
                }
                if (null == best || attempt.outranks(best.leaderTerm(), best.incarnation()))
                {
                    best = attempt;
                }
            }
        }

        return best;
    }

    /** The attempt that follows another by height, then rank; the first of all after null. */
    @Nullable BlockAssembler after(final @Nullable BlockAssembler previous)
    {
        BlockAssembler next = null;
        for (int i = 0; i < liveCount; i++)
        {
            final BlockAssembler attempt = pool[i];
            if ((null == previous || isBefore(previous, attempt)) && (null == next || isBefore(attempt, next)))
            {
                next = attempt;
            }
        }

        return next;
    }

    /** The attempt at a height that is highest in rank, with its Env or without. */
    @Nullable BlockAssembler highestAt(final long blockNumber)
    {
        BlockAssembler highest = null;
        for (int i = 0; i < liveCount; i++)
        {
            final BlockAssembler attempt = pool[i];
            if (attempt.blockNumber() == blockNumber &&
                (null == highest || attempt.outranks(highest.leaderTerm(), highest.incarnation())))
            {
                highest = attempt;
            }
        }

        return highest;
    }

    /** The lowest attempt above a height that has its Env. */
    @Nullable BlockAssembler lowestEnvAbove(final long blockNumber)
    {
        BlockAssembler lowest = null;
        for (int i = 0; i < liveCount; i++)
        {
            final BlockAssembler attempt = pool[i];
            if (attempt.blockNumber() > blockNumber && attempt.isEnvHeld() &&
                (null == lowest || attempt.blockNumber() < lowest.blockNumber()))
            {
                lowest = attempt;
            }
        }

        return lowest;
    }

    /** Any attempt below a height. */
    @Nullable BlockAssembler anyBelow(final long blockNumber)
    {
        for (int i = 0; i < liveCount; i++)
        {
            if (pool[i].blockNumber() < blockNumber)
            {
                return pool[i];
            }
        }

        return null;
    }

    /** The farthest attempt strictly above a height, and not begun: the first to go when room is short. */
    @Nullable BlockAssembler farthestAbove(final long blockNumber)
    {
        BlockAssembler farthest = null;
        for (int i = 0; i < liveCount; i++)
        {
            final BlockAssembler attempt = pool[i];
            if (attempt.blockNumber() > blockNumber && !attempt.isEnvDelivered() &&
                (null == farthest || attempt.blockNumber() > farthest.blockNumber()))
            {
                farthest = attempt;
            }
        }

        return farthest;
    }

    /** Another attempt at the height whose Seal is here. */
    @Nullable BlockAssembler sealedSibling(final int leaderTerm, final long blockNumber, final long incarnation)
    {
        for (int i = 0; i < liveCount; i++)
        {
            final BlockAssembler attempt = pool[i];
            if (attempt.blockNumber() == blockNumber && attempt.isSealHeld() &&
                attempt.leaderTerm() == leaderTerm && attempt.incarnation() != incarnation)
            {
                return attempt;
            }
        }

        return null;
    }

    /** Is a Seal here for a block of this height and hash? */
    boolean isSealedUnder(final long blockNumber, final byte[] blockHash)
    {
        for (int i = 0; i < liveCount; i++)
        {
            final BlockAssembler attempt = pool[i];
            if (attempt.blockNumber() == blockNumber && attempt.isSealHeld() &&
                Arrays.equals(attempt.frames().blockHash, blockHash))
            {
                return true;
            }
        }

        return false;
    }

    /** Copies the digest of the Seal of a block of this height and hash; false if none is here. */
    boolean sealDigest(final long blockNumber, final byte[] blockHash, final byte[] digest)
    {
        for (int i = 0; i < liveCount; i++)
        {
            final BlockAssembler attempt = pool[i];
            if (attempt.blockNumber() == blockNumber && attempt.isSealHeld() &&
                Arrays.equals(attempt.frames().blockHash, blockHash))
            {
                System.arraycopy(attempt.frames().seal.digest, 0, digest, 0, FrameDigest.DIGEST_LENGTH);
                return true;
            }
        }

        return false;
    }

    /** Does an attempt at the height, with its Env here, stand above this one? */
    boolean isOutranked(final int leaderTerm, final long blockNumber, final long incarnation)
    {
        for (int i = 0; i < liveCount; i++)
        {
            final BlockAssembler attempt = pool[i];
            if (attempt.blockNumber() == blockNumber && attempt.isEnvHeld() &&
                attempt.outranks(leaderTerm, incarnation))
            {
                return true;
            }
        }

        return false;
    }

    private static boolean isBefore(final BlockAssembler attempt, final BlockAssembler other)
    {
        return attempt.blockNumber() != other.blockNumber() ?
            attempt.blockNumber() < other.blockNumber() :
            other.outranks(attempt.leaderTerm(), attempt.incarnation());
    }

    private static boolean isKey(
        final BlockAssembler attempt, final int leaderTerm, final long blockNumber, final long incarnation)
    {
        return attempt.blockNumber() == blockNumber &&
            attempt.incarnation() == incarnation &&
            attempt.leaderTerm() == leaderTerm;
    }
}
