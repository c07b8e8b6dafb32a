package io.fragcast.watch;

/**
 * How far a block has come on this node.
 */
public enum BlockPhase
{
    /** No block was heard of. */
    NONE,
    /** Its Env is here. */
    OPEN,
    /** Its Seal is here; on the leader's own node this is the end. */
    SEALED,
    /** Ended: delivered whole, and what the Seal says holds. */
    VERIFIED,
    /** Ended: delivered, and what the Seal says does not hold. */
    MISMATCHED,
    /** Ended: the leader gave it up. */
    ABORTED,
    /** Ended: another attempt took its place. */
    SUPERSEDED;

    private static final BlockPhase[] BY_ORDINAL = values();

    static BlockPhase of(final int ordinal)
    {
        return BY_ORDINAL[ordinal];
    }
}
