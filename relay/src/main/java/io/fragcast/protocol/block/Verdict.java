package io.fragcast.protocol.block;

import io.fragcast.counter.FragcastCounter;

/**
 * What became of a frame handed to the {@link BlockLaneReceiver}; each verdict has its counter.
 */
public enum Verdict
{
    /** Passed every check for the first time; forwarded. */
    ACCEPTED(FragcastCounter.FRAMES_ACCEPTED),
    /** Known already. */
    DUPLICATE(FragcastCounter.FRAMES_DUPLICATE),
    /** A piece put by until the header that names it is verified. */
    HELD(FragcastCounter.FRAMES_HELD),
    /** Of another chain. */
    FOREIGN_CHAIN(FragcastCounter.FRAMES_FOREIGN_CHAIN),
    /** Below the window, of an attempt that has ended, or of a fenced term. */
    STALE(FragcastCounter.FRAMES_STALE),
    /** Beyond the window. */
    FAR_FUTURE(FragcastCounter.FRAMES_FAR_FUTURE),
    /** The schedule gives the block to another term. */
    NOT_LEADER(FragcastCounter.FRAMES_NOT_LEADER),
    /** Larger than a limit of frag, transaction or block. */
    OVER_LIMIT(FragcastCounter.FRAMES_OVER_LIMIT),
    /** Illegal in the state of its attempt. */
    OUT_OF_STATE(FragcastCounter.FRAMES_OUT_OF_STATE),
    /** A control message that is not newer than the last. */
    CONTROL_STALE(FragcastCounter.FRAMES_CONTROL_STALE),
    /** Dropped unread: its session, or the node, has spent its budget of failing checks. */
    OVER_BUDGET(FragcastCounter.FRAMES_OVER_BUDGET),
    /** The signature does not hold. */
    BAD_SIGNATURE(FragcastCounter.FRAMES_BAD_SIGNATURE),
    /** The hash does not hold. */
    BAD_HASH(FragcastCounter.FRAMES_BAD_HASH),
    /** A piece that no verified header names, and no room or right to wait for it. */
    WITHOUT_HEADER(FragcastCounter.FRAMES_WITHOUT_HEADER),
    /** Verified, but nowhere to keep it. */
    NO_ROOM(FragcastCounter.BODY_SLAB_FULL),
    /** The leader signed another message for the same place. */
    EQUIVOCATION(FragcastCounter.EQUIVOCATIONS);

    private final FragcastCounter counter;

    Verdict(final FragcastCounter counter)
    {
        this.counter = counter;
    }

    /**
     * What counts it.
     *
     * @return the counter.
     */
    public FragcastCounter counter()
    {
        return counter;
    }
}
