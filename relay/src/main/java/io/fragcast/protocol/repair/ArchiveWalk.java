package io.fragcast.protocol.repair;

import java.util.Arrays;

/**
 * What memory lacks of one request, matched against the archive height by height: of a Want the holes that are left, of
 * a range all that memory does not have at some heights. Used by one thread; reused for each request.
 * <p>
 * Whether a frag that was asked for whole is whole shows only when all its frames were seen, in whatever order: its
 * header adds what is to come, each piece takes away one and its index, and 0 is left in the end.
 */
final class ArchiveWalk
{
    /** Sum of indices below, count of pieces above: a frag has fewer than 2^20 pieces, so neither overflows. */
    private static final int COUNT_SHIFT = 40;

    private final RecentFrames memory;
    private final FrameArchive archive;
    private final HoleList wanted = new HoleList();
    private final long[] foundBits = new long[HoleList.MAX_HOLES];
    private final long[] owed = new long[HoleList.MAX_HOLES * Long.SIZE];
    private HeldRequest request = new HeldRequest();
    private long heightsWanted;
    private long heightsFound;
    private int target;
    private long position;

    ArchiveWalk(final RecentFrames memory, final FrameArchive archive)
    {
        this.memory = memory;
        this.archive = archive;
    }

    /** Begins with nothing wanted. */
    void clear(final HeldRequest request)
    {
        this.request = request;
        wanted.clear();
        heightsWanted = 0;
        heightsFound = 0;
        target = -1;
    }

    /** Takes up the unit that a walk over memory stands at; false if there is no room. */
    boolean add(final MemoryWalk walk)
    {
        return request.isRange || walk.addTo(wanted);
    }

    /** Memory had a frame of the height that a walk stands at. */
    void onMemoryHas(final MemoryWalk walk)
    {
        if (request.isRange)
        {
            heightsFound |= 1L << walk.height();
        }
    }

    /** Sets out, after memory was walked. */
    void start()
    {
        Arrays.fill(foundBits, 0, wanted.size(), 0);
        Arrays.fill(owed, 0, wanted.size() * Long.SIZE, 0);
        if (request.isRange)
        {
            for (int i = 0; i < request.heightCount; i++)
            {
                final long height = request.fromBlock + i;
                heightsWanted |= !memory.isWhole(height) && archive.has(height) ? 1L << i : 0;
            }
        }
        target = -1;
        nextHeight();
    }

    boolean isOver()
    {
        return request.isRange ? Long.SIZE == target : target >= wanted.size();
    }

    /** The height to be read. */
    long blockNumber()
    {
        return request.isRange ? request.fromBlock + target : wanted.blockNumber(target);
    }

    /** Where to go on reading it. */
    long position()
    {
        return position;
    }

    /** The archive was read up to a position. */
    void onRead(final long position)
    {
        this.position = position;
        if (FrameArchive.END == position)
        {
            nextHeight();
        }
    }

    boolean isWanted(final FrameName name)
    {
        if (name.isVouchedFor && !request.isVouchedForTaken)
        {
            return false;
        }
        if (request.isRange)
        {
            return isInRange(name) && !isSentFromMemory(name);
        }

        for (int i = 0; i < wanted.size(); i++)
        {
            if (isIn(i, name))
            {
                return true;
            }
        }

        return false;
    }

    void onSent(final FrameName name)
    {
        if (request.isRange)
        {
            heightsFound |= 1L << target;
            return;
        }

        for (int i = 0; i < wanted.size(); i++)
        {
            if (isIn(i, name))
            {
                markFound(i, name);
            }
        }
    }

    /** Says what was neither in memory nor in the archive. */
    void tellMissing(final WantResult result)
    {
        for (long left = heightsWanted & ~heightsFound; 0 != left; left &= left - 1)
        {
            result.notFound++;
            result.missing.add(
                HoleKind.TAIL, 0, request.fromBlock + Long.numberOfTrailingZeros(left), 0, 0, 0);
        }
        for (int i = 0; i < wanted.size(); i++)
        {
            final HoleKind kind = wanted.kind(i);
            final long asked = kind.hasBits() ? wanted.bits(i) : 1;
            long missing = asked & ~foundBits[i];
            for (long left = asked & foundBits[i]; 0 != left; left &= left - 1)
            {
                final int bit = Long.numberOfTrailingZeros(left);
                missing |= 0 == owed[i * Long.SIZE + bit] ? 0 : 1L << bit;
            }
            if (0 != missing)
            {
                result.notFound += Long.bitCount(missing);
                result.missing.add(
                    kind,
                    wanted.leaderTerm(i),
                    wanted.blockNumber(i),
                    wanted.incarnation(i),
                    wanted.seq(i),
                    wanted.index(i),
                    kind.hasBits() ? missing : 0);
            }
        }
    }

    private void nextHeight()
    {
        position = FrameArchive.START;
        if (request.isRange)
        {
            target = Long.SIZE - 1 == target ?
                Long.SIZE : Long.numberOfTrailingZeros(heightsWanted & -1L << target + 1);
            return;
        }

        do
        {
            target++;
        }
        while (target < wanted.size() && isReadAlready(wanted.blockNumber(target)));
    }

    private boolean isReadAlready(final long blockNumber)
    {
        for (int i = 0; i < target; i++)
        {
            if (blockNumber == wanted.blockNumber(i))
            {
                return true;
            }
        }

        return false;
    }

    /** The walk over memory finds pages and chunks by their header. */
    private boolean isSentFromMemory(final FrameName name)
    {
        return RecentFrames.NOT_FOUND != memory.find(name) &&
            (FramePart.PAGE != name.part && FramePart.CHUNK != name.part || RecentFrames.NOT_FOUND != memory.find(
            FramePart.FRAG, name.leaderTerm, name.blockNumber, name.incarnation, name.seq, 0));
    }

    private boolean isInRange(final FrameName name)
    {
        return switch (name.part)
        {
            case ENV -> 0 != target || 0 == request.fromSeq;
            case FRAG, PAGE, CHUNK -> 0 != target || name.seq >= request.fromSeq;
            case END -> true;
        };
    }

    private boolean isIn(final int i, final FrameName name)
    {
        if (name.blockNumber != wanted.blockNumber(i) ||
            name.incarnation != wanted.incarnation(i) ||
            name.leaderTerm != wanted.leaderTerm(i))
        {
            return false;
        }

        final boolean isOfSeq = name.seq == wanted.seq(i);

        return switch (wanted.kind(i))
        {
            case ENV -> FramePart.ENV == name.part;
            case END -> FramePart.END == name.part;
            case PAGES -> FramePart.PAGE == name.part && isOfSeq && isBit(i, name.index - wanted.index(i));
            case CHUNKS -> FramePart.CHUNK == name.part && isOfSeq && isBit(i, name.index - wanted.index(i));
            case FRAGS -> isFrag(name.part) && isBit(i, name.seq - wanted.seq(i));
            case TAIL -> FramePart.END == name.part || isFrag(name.part) && (name.seq > wanted.seq(i) ||
                isOfSeq && (0 == wanted.index(i) ||
                FramePart.CHUNK == name.part && name.index >= wanted.index(i)));
        };
    }

    private boolean isBit(final int i, final int bit)
    {
        return 0 <= bit && bit < Long.SIZE && 0 != (wanted.bits(i) & 1L << bit);
    }

    private static boolean isFrag(final FramePart part)
    {
        return FramePart.FRAG == part || FramePart.PAGE == part || FramePart.CHUNK == part;
    }

    private void markFound(final int i, final FrameName name)
    {
        if (HoleKind.FRAGS == wanted.kind(i))
        {
            markFragFound(i, name.seq - wanted.seq(i), name);
        }
        else
        {
            foundBits[i] |= wanted.kind(i).hasBits() ? 1L << name.index - wanted.index(i) : 1;
        }
    }

    private void markFragFound(final int i, final int bit, final FrameName name)
    {
        if (FramePart.FRAG != name.part)
        {
            owed[i * Long.SIZE + bit] -= (1L << COUNT_SHIFT) + name.index;
        }
        else if (0 == (foundBits[i] & 1L << bit))
        {
            foundBits[i] |= 1L << bit;
            owed[i * Long.SIZE + bit] += pieces(name.pageCount) + pieces(name.chunkCount);
        }
    }

    private static long pieces(final long count)
    {
        return (count << COUNT_SHIFT) + count * (count - 1) / 2;
    }
}
