package io.fragcast.protocol.sync;

import org.agrona.concurrent.status.AtomicCounter;

/**
 * Which mode a node is in, by how far it is behind.
 * <pre>
 *   LIVE ──more than the window behind──▶ SEALED_CATCH_UP ──an eighth of it──▶ OPEN_CATCH_UP ──one block──▶ LIVE
 *     └──more than an eighth of it──────────────────────────────────────────────────▲
 * </pre>
 * From LIVE, and from OPEN back to SEALED, it goes once for each height that is finished, however claims flap. What the
 * leader itself says does not flap: a node that it shows beyond the window goes in any case, for nothing live would
 * ever finish the height.
 */
final class ModeSwitch
{
    /** Part of the window at which whole heights are left to repair. */
    private static final int LEAVE_FRACTION = 8;

    private final int enterBlocks;
    private final int leaveBlocks;
    private final AtomicCounter gauge;
    private SyncMode mode = SyncMode.LIVE;
    private boolean wasBehind;
    private long behindSinceBlock;

    ModeSwitch(final int windowBlocks, final AtomicCounter gauge)
    {
        enterBlocks = windowBlocks;
        leaveBlocks = Math.max(1, windowBlocks / LEAVE_FRACTION);
        this.gauge = gauge;
    }

    SyncMode mode()
    {
        return mode;
    }

    /** Beyond so many heights behind the window of the block lane does not show where the run is. */
    int enterBlocks()
    {
        return enterBlocks;
    }

    /**
     * Somebody said how far the run is.
     *
     * @param cursor         height to be finished now.
     * @param behind         heights from there to the furthest that is sealed.
     * @param isSealedBehind is that one beyond what is open here?
     * @param isShown        does the leader's own word show the run beyond the window?
     */
    void onBehind(final long cursor, final long behind, final boolean isSealedBehind, final boolean isShown)
    {
        final boolean mayGoBack = isShown || !wasBehind || cursor != behindSinceBlock;
        final SyncMode next = switch (mode)
        {
            case LIVE -> !isSealedBehind || !mayGoBack || behind <= leaveBlocks ? SyncMode.LIVE :
                behind > enterBlocks ? SyncMode.SEALED_CATCH_UP : SyncMode.OPEN_CATCH_UP;
            case SEALED_CATCH_UP -> behind <= leaveBlocks ? SyncMode.OPEN_CATCH_UP : mode;
            case OPEN_CATCH_UP -> behind <= 1 ? SyncMode.LIVE :
                behind > enterBlocks && mayGoBack ? SyncMode.SEALED_CATCH_UP : mode;
        };
        if (next != mode)
        {
            mode(next, cursor);
        }
    }

    /** The only assignment of the mode. */
    private void mode(final SyncMode newMode, final long cursor)
    {
        if (SyncMode.SEALED_CATCH_UP == newMode || SyncMode.LIVE == mode)
        {
            wasBehind = true;
            behindSinceBlock = cursor;
        }
        mode = newMode;
        gauge.setRelease(newMode.ordinal());
    }
}
