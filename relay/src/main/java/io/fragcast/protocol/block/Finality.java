package io.fragcast.protocol.block;

/**
 * The highest block of a node's chain that was called final, by whatever source: written by the threads that hear of
 * it, read by all. It never goes back.
 */
public final class Finality
{
    private volatile FinalizedBlock newest = FinalizedBlock.NONE;

    /** Nothing is final yet. */
    public Finality()
    {
    }

    /**
     * The highest block called final.
     *
     * @return it; {@link FinalizedBlock#NONE} before the first.
     */
    public FinalizedBlock newest()
    {
        return newest;
    }

    /**
     * A block is called final.
     *
     * @param block that is.
     * @return true if it is higher than all before it.
     */
    public synchronized boolean offer(final FinalizedBlock block)
    {
        final boolean isNewer = block.number() > newest.number();
        if (isNewer)
        {
            newest = block;
        }

        return isNewer;
    }
}
