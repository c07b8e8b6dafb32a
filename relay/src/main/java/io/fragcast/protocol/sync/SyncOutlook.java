package io.fragcast.protocol.sync;

/**
 * What catch-up is about to bring: asked by the machine that delivers, on its thread, before it goes on without it.
 */
public interface SyncOutlook
{
    /** Nobody fetches anything. */
    SyncOutlook NONE = new SyncOutlook()
    {
        @Override
        public boolean isRunHeld()
        {
            return false;
        }

        @Override
        public boolean isFetching(final long blockNumber)
        {
            return false;
        }
    };

    /**
     * Does the run stay where it is when a message shows that it has gone on beyond the window? What lies between is
     * then fetched, or given up by whoever fetches.
     *
     * @return true if somebody fetches at all.
     */
    boolean isRunHeld();

    /**
     * Is a height fetched now? It is not given up then, and not asked for in pieces.
     *
     * @param blockNumber height.
     * @return true if it will come whole.
     */
    boolean isFetching(long blockNumber);
}
