package io.fragcast.protocol.sync;

/**
 * How a node comes by its blocks.
 */
public enum SyncMode
{
    /** From the block lane, holes by repair. */
    LIVE,
    /** Whole sealed heights by the bulk lane: the window of the block lane is far ahead. */
    SEALED_CATCH_UP,
    /** The last heights and the open block by repair: the window is reached, the head is not. */
    OPEN_CATCH_UP;

    private static final SyncMode[] VALUES = values();

    /**
     * The mode with an ordinal.
     *
     * @param ordinal of the mode.
     * @return the mode.
     */
    public static SyncMode of(final int ordinal)
    {
        return VALUES[ordinal];
    }
}
