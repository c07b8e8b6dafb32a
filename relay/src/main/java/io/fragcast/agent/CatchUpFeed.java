package io.fragcast.agent;

import io.fragcast.protocol.block.BlockLaneReceiver;
import io.fragcast.protocol.block.FrameLane;
import io.fragcast.protocol.block.RunProgress;
import io.fragcast.protocol.block.Verdict;
import io.fragcast.protocol.sync.SyncMode;
import io.fragcast.protocol.sync.SyncOutlook;
import io.fragcast.wire.BlockLaneAdapter;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.ControlledMessageHandler;
import org.jspecify.annotations.Nullable;

/**
 * The hot agent's side of catch-up: takes fetched frames from the ring through the same adapter and receiver as live
 * ones, tells which did not hold, and how far the node is. Used by the hot agent's thread; allocates nothing.
 */
public final class CatchUpFeed implements SyncOutlook
{
    /** Frames in a duty cycle: at 6 us each some 400 us, so that sources have their turn. */
    private static final int FRAME_LIMIT = 64;
    /** What the machine needs to know is never older than that. */
    private static final long TELL_INTERVAL_NS = 1_000_000L;
    /** Sessions of the receiver's books, one a holder, unlike any that a transport gives. */
    private static final int FIRST_SESSION = Integer.MIN_VALUE;
    private static final int NO_BROKEN = -1;

    private final CatchUpRing ring;
    private final BlockLaneReceiver receiver;
    private final RunProgress progress;
    private final BlockLaneAdapter adapter;
    private final ControlledMessageHandler handler = this::onRecord;
    private SyncMode mode = SyncMode.LIVE;
    private long stopBlock;
    private int brokenHolder = NO_BROKEN;
    private long brokenBlock;
    private long tellNs;
    private boolean isTold;
    private long toldCursor;
    private long toldHeard;
    private int toldSeq;
    private boolean isToldSuspended;
    private int toldTerm;

    /**
     * A feed.
     *
     * @param ring     to the machine.
     * @param receiver that takes the frames.
     * @param adapter  before it.
     */
    public CatchUpFeed(final CatchUpRing ring, final BlockLaneReceiver receiver, final BlockLaneAdapter adapter)
    {
        this.ring = ring;
        this.receiver = receiver;
        progress = receiver.progress();
        this.adapter = adapter;
    }

    /**
     * Takes what was fetched, and tells how far the node is.
     *
     * @param nowNs monotonic nanoseconds.
     * @return work done.
     */
    public int doWork(final long nowNs)
    {
        if (NO_BROKEN != brokenHolder && ring.tellBroken(brokenHolder, brokenBlock))
        {
            brokenHolder = NO_BROKEN;
        }
        receiver.onLane(FrameLane.BULK);
        final int taken = NO_BROKEN == brokenHolder ? ring.poll(handler, FRAME_LIMIT) : 0;
        receiver.onLane(FrameLane.LIVE);
        if (progress.isPlaced() && (!isTold || nowNs - tellNs >= 0))
        {
            tell(nowNs);
        }

        return taken;
    }

    @Override
    public boolean isRunHeld()
    {
        return true;
    }

    @Override
    public boolean isFetching(final long blockNumber)
    {
        return SyncMode.LIVE != mode && blockNumber < stopBlock;
    }

    private ControlledMessageHandler.Action onRecord(
        final int kind, final MutableDirectBuffer buffer, final int index, final int length)
    {
        switch (kind)
        {
            case CatchUpRing.FRAME ->
            {
                if (!onFrame(buffer, index, length))
                {
                    return ControlledMessageHandler.Action.ABORT;
                }
            }
            case CatchUpRing.GIVEN_UP -> receiver.onGivenUp(buffer.getLong(index));
            case CatchUpRing.MODE ->
            {
                mode = SyncMode.of(buffer.getInt(index));
                stopBlock = buffer.getLong(index + CatchUpRing.FRAME_OFFSET);
            }
            default -> throw new IllegalStateException("a record of kind " + kind);
        }

        return NO_BROKEN == brokenHolder ?
            ControlledMessageHandler.Action.CONTINUE : ControlledMessageHandler.Action.BREAK;
    }

    private boolean onFrame(final MutableDirectBuffer buffer, final int index, final int length)
    {
        final int holder = buffer.getInt(index);
        if (!adapter.onFrame(
            buffer, index + CatchUpRing.FRAME_OFFSET, length - CatchUpRing.FRAME_OFFSET, FIRST_SESSION + holder))
        {
            return false;
        }
        if (isBroken(adapter.lastVerdict()))
        {
            brokenHolder = holder;
            brokenBlock = progress.cursor();
        }

        return true;
    }

    /** Does a verdict show that a holder sent what no honest one has? */
    static boolean isBroken(final @Nullable Verdict verdict)
    {
        if (null == verdict)
        {
            return true;
        }

        return switch (verdict)
        {
            case BAD_SIGNATURE, BAD_HASH, FOREIGN_CHAIN, NOT_LEADER, OVER_LIMIT -> true;
            case ACCEPTED, DUPLICATE, HELD, STALE, FAR_FUTURE, OUT_OF_STATE, CONTROL_STALE, OVER_BUDGET,
                WITHOUT_HEADER, NO_ROOM, EQUIVOCATION -> false;
        };
    }

    private void tell(final long nowNs)
    {
        final long cursor = progress.cursor();
        final long heard = progress.heardBlock();
        final int seq = progress.openSeq();
        final boolean isSuspended = progress.isRefused();
        final int term = progress.heardTerm();
        tellNs = nowNs + TELL_INTERVAL_NS;
        if (isTold && cursor == toldCursor && heard == toldHeard && seq == toldSeq && term == toldTerm &&
            isSuspended == isToldSuspended && !isSuspended)
        {
            return;
        }
        if (ring.tellProgress(cursor, heard, seq, isSuspended, term))
        {
            isTold = true;
            toldCursor = cursor;
            toldHeard = heard;
            toldSeq = seq;
            toldTerm = term;
            isToldSuspended = isSuspended;
        }
    }
}
