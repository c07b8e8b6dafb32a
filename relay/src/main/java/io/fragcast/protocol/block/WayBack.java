package io.fragcast.protocol.block;

/**
 * How far back the run may still go, and whether it may: see {@link RunSequencer}. The floor is the first height that
 * was not ended when the run was last moved ahead.
 * <pre>
 *              jump                      a block of the run is VERIFIED
 *   SURE ───────────────▶ UNCONFIRMED ──────────────────────────────────▶ SURE
 *     │                        ▲                                            ▲
 *     └─ heights given up ─▶ DOUBTED ───────────────────────────────────────┘
 * </pre>
 * Used by the receiving thread.
 */
final class WayBack
{
    private final MissedBlocks missed;
    private boolean isConfirmed;
    /** Heights were given up for an Env ahead, and nothing of its run is VERIFIED yet. */
    private boolean isDoubted;
    private boolean hasFloor;
    private long floor;

    WayBack(final MissedBlocks missed)
    {
        this.missed = missed;
    }

    /** The run is heard of for the first time; an earlier life may have ended everything below a height. */
    void start(final boolean isResumed, final long height)
    {
        hasFloor = isResumed;
        floor = height;
    }

    /** One key moves the run ahead of a height. Where it was led before, and no block showed it, is no floor. */
    void onJump(final long height)
    {
        if (!isDoubted && (isConfirmed || !hasFloor))
        {
            setFloor(height);
        }
        isConfirmed = false;
    }

    /** Heights from this one on are given up, for an Env ahead. */
    void onGivenUp(final long height)
    {
        if (isConfirmed && !isDoubted)
        {
            setFloor(height);
            isDoubted = true;
        }
    }

    /** A block of the run is VERIFIED. */
    void onVerified()
    {
        isConfirmed = true;
        isDoubted = false;
    }

    /** A height is ended: no way goes back to it. */
    void onEnded(final long height)
    {
        floor += floor == height ? 1 : 0;
    }

    /** The schedule itself moves the run to a height. */
    void onAnchor(final long height)
    {
        hasFloor = true;
        floor = height;
    }

    /** A later leader takes delivered blocks back, from this one on. */
    void onReorg(final long height)
    {
        onAnchor(height);
        missed.forget();
        onVerified();
    }

    /** The run went back. */
    void onRetreat()
    {
        missed.backToFloor();
        isDoubted = false;
    }

    /**
     * Does a way lead back to a height?
     *
     * @param height   of a verified message.
     * @param base     of the run.
     * @param isSilent nothing is heard of the run that would be left.
     */
    boolean leadsTo(final long height, final long base, final boolean isSilent)
    {
        return floor <= height && height < base - 1 && (!isConfirmed || isDoubted && isSilent);
    }

    /** Where the run goes on that goes back to a height. */
    long from(final long height)
    {
        return hasFloor ? floor : height;
    }

    long floor()
    {
        return floor;
    }

    private void setFloor(final long height)
    {
        hasFloor = true;
        floor = height;
        missed.onFloor();
    }
}
