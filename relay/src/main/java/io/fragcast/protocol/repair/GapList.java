package io.fragcast.protocol.repair;

/**
 * What a node lacks, as {@link Gaps} finds it: holes of attempts that it knows of, and heights of which it knows
 * nothing. A fixed table, reused. Used by one thread.
 */
public final class GapList
{
    /** Eight Wants full: holes in flight stay in the list until they are filled. */
    static final int MAX_HOLES = 8 * HoleList.MAX_HOLES;
    /** Runs of missing heights told apart; the rest shows when these are filled. */
    static final int MAX_RANGES = 4;

    private final HoleList holes = new HoleList(MAX_HOLES);
    private final long[] fromBlocks = new long[MAX_RANGES];
    private final long[] toBlocks = new long[MAX_RANGES];
    private int rangeCount;
    private boolean isPressing;

    /** An empty list. */
    public GapList()
    {
    }

    /** Empties the list. */
    public void clear()
    {
        holes.clear();
        rangeCount = 0;
        isPressing = false;
    }

    /**
     * Is nothing missing?
     *
     * @return true if there is neither a hole nor a range.
     */
    public boolean isEmpty()
    {
        return 0 == holes.size() && 0 == rangeCount;
    }

    /**
     * Is anything known to be missing, or may there only be something?
     *
     * @return false if all entries are probes: nothing was heard for a while, perhaps there is nothing to hear.
     */
    public boolean isPressing()
    {
        return isPressing;
    }

    /** An entry is no probe. */
    public void onPressing()
    {
        isPressing = true;
    }

    /**
     * Holes of attempts that are known.
     *
     * @return the list, to be filled and read.
     */
    public HoleList holes()
    {
        return holes;
    }

    /**
     * Adds a run of heights of which nothing is known.
     *
     * @param fromBlock first.
     * @param toBlock   last.
     * @return false if there is no room.
     */
    public boolean addRange(final long fromBlock, final long toBlock)
    {
        if (MAX_RANGES == rangeCount)
        {
            return false;
        }
        fromBlocks[rangeCount] = fromBlock;
        toBlocks[rangeCount] = toBlock;
        rangeCount++;

        return true;
    }

    /**
     * Runs of heights.
     *
     * @return how many.
     */
    public int rangeCount()
    {
        return rangeCount;
    }

    /**
     * First height of a run.
     *
     * @param i run.
     * @return block number.
     */
    public long fromBlock(final int i)
    {
        return fromBlocks[i];
    }

    /**
     * Last height of a run.
     *
     * @param i run.
     * @return block number.
     */
    public long toBlock(final int i)
    {
        return toBlocks[i];
    }
}
