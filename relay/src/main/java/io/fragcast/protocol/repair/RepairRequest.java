package io.fragcast.protocol.repair;

/**
 * One Want or RangeRequest and what became of it. A slot of the pool of {@link RepairClient}.
 * <pre>
 *   FREE --sent--> IN_FLIGHT --result--> ANSWERED      what is still missing then is not with this holder for now
 *                      |  +--overdue---> OVERDUE       asked of the next holder; a late result still counts
 *                      +--busy, unproved, connection lost--> FREE
 * </pre>
 * ANSWERED and OVERDUE slots are taken again, oldest first, when no other is free.
 */
final class RepairRequest
{
    /** Where it stands. */
    enum State
    {
        /** Not in use. */
        FREE,
        /** Its result is awaited: nobody is asked the same. */
        IN_FLIGHT,
        /** The holder has said what it has. */
        ANSWERED,
        /** The holder has said nothing in time. */
        OVERDUE
    }

    final HoleList asked = new HoleList();
    State state = State.FREE;
    int holder;
    long id;
    long sentNs;
    long deadlineNs;
    long lastDeadlineNs;
    /** ANSWERED: until then this holder is not asked the same again. */
    long retryNs;
    boolean isPressing;
    /** ANSWERED: the holder waits for it too, so that it may have more later. */
    boolean isOpen;
    /** A RangeRequest: heights asked for; else none. */
    boolean isRange;
    long fromBlock;
    long toBlock;

    void clear()
    {
        state = State.FREE;
        asked.clear();
        isOpen = false;
        isRange = false;
        fromBlock = 0;
        toBlock = -1;
    }

    /** Does it ask for anything of a height? */
    boolean names(final long blockNumber)
    {
        if (isRange)
        {
            return fromBlock <= blockNumber && blockNumber <= toBlock;
        }
        for (int i = 0, size = asked.size(); i < size; i++)
        {
            if (blockNumber == asked.blockNumber(i))
            {
                return true;
            }
        }

        return false;
    }

    /**
     * What of a hole this request, in flight, does not ask for.
     *
     * @param list of the hole.
     * @param i    its entry.
     * @param bits of it that are in question; 1 for kinds without bits.
     * @return those of the bits that it does not cover.
     */
    long notAsked(final HoleList list, final int i, final long bits)
    {
        if (isRange)
        {
            return fromBlock <= list.blockNumber(i) && list.blockNumber(i) <= toBlock ? 0 : bits;
        }

        long left = bits;
        for (int j = 0, size = asked.size(); j < size && 0 != left; j++)
        {
            if (isSameAttempt(list, i, j))
            {
                left &= ~(HoleKind.TAIL == asked.kind(j) ? inTail(list, i, j) : inEntry(list, i, j));
            }
        }

        return left;
    }

    /**
     * What of a hole this request, answered, did not ask for: a tail or a range that was looked up says nothing of
     * what was published since.
     *
     * @param list of the hole.
     * @param i    its entry.
     * @param bits of it that are in question; 1 for kinds without bits.
     * @return those of the bits that it does not cover.
     */
    long notAnswered(final HoleList list, final int i, final long bits)
    {
        long left = bits;
        for (int j = 0, size = asked.size(); j < size && 0 != left; j++)
        {
            if (isSameAttempt(list, i, j))
            {
                left &= ~inEntry(list, i, j);
            }
        }

        return left;
    }

    private boolean isSameAttempt(final HoleList list, final int i, final int j)
    {
        return list.blockNumber(i) == asked.blockNumber(j) &&
            list.incarnation(i) == asked.incarnation(j) &&
            list.leaderTerm(i) == asked.leaderTerm(j);
    }

    /** Bits of a hole that an entry with a tail brings along. */
    private long inTail(final HoleList list, final int i, final int j)
    {
        return switch (list.kind(i))
        {
            case ENV -> 0L;
            case FRAGS -> list.seq(i) >= asked.seq(j) ? -1L : shifted(-1L, asked.seq(j) - list.seq(i));
            case PAGES, CHUNKS, TAIL -> list.seq(i) >= asked.seq(j) ? -1L : 0L;
            case END -> -1L;
        };
    }

    /** Bits of a hole that an entry names itself. */
    private long inEntry(final HoleList list, final int i, final int j)
    {
        final HoleKind kind = list.kind(i);
        final HoleKind askedKind = asked.kind(j);
        if (HoleKind.FRAGS == askedKind && (HoleKind.PAGES == kind || HoleKind.CHUNKS == kind))
        {
            final int bit = list.seq(i) - asked.seq(j);

            return 0 <= bit && bit < Long.SIZE && 0 != (asked.bits(j) & 1L << bit) ? -1L : 0L;
        }
        if (kind != askedKind)
        {
            return 0L;
        }

        return switch (kind)
        {
            case ENV, END -> -1L;
            case TAIL -> list.seq(i) >= asked.seq(j) ? -1L : 0L;
            case FRAGS -> shifted(asked.bits(j), asked.seq(j) - list.seq(i));
            case PAGES, CHUNKS -> list.seq(i) == asked.seq(j) ?
                shifted(asked.bits(j), asked.index(j) - list.index(i)) : 0L;
        };
    }

    /** Bits of one base, seen from another that lies lower by a distance, or higher if it is negative. */
    private static long shifted(final long bits, final int distance)
    {
        if (distance >= Long.SIZE || distance <= -Long.SIZE)
        {
            return 0L;
        }

        return distance >= 0 ? bits << distance : bits >>> -distance;
    }
}
