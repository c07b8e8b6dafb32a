package io.fragcast.node;

import io.fragcast.journal.JournalRing;
import io.fragcast.protocol.block.FrameForwarder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.EpochNanoClock;
import org.jspecify.annotations.Nullable;

/**
 * Hands each accepted frame on to the sinks where there are any, then copies it to the rings of those who keep it: the
 * journal, and the memory that repair is served from. Waits for none of them. Belongs to the hot agent that accepts.
 */
public final class JournalTap implements FrameForwarder
{
    private final JournalRing[] rings;
    private final EpochNanoClock clock;
    private final @Nullable FrameForwarder sinks;
    private int lane = Lane.BLOCK.portOffset();

    /**
     * A tap to one ring.
     *
     * @param ring  to copy to.
     * @param clock for the time of acceptance.
     * @param sinks to hand on to, first; null for none.
     */
    public JournalTap(final JournalRing ring, final EpochNanoClock clock, final @Nullable FrameForwarder sinks)
    {
        this(new JournalRing[]{ring}, clock, sinks);
    }

    /**
     * A tap.
     *
     * @param rings to copy to.
     * @param clock for the time of acceptance.
     * @param sinks to hand on to, first; null for none.
     */
    public JournalTap(final JournalRing[] rings, final EpochNanoClock clock, final @Nullable FrameForwarder sinks)
    {
        this.rings = rings.clone();
        this.clock = clock;
        this.sinks = sinks;
    }

    /**
     * By which lane the frames come that follow.
     *
     * @param value offset of the lane.
     */
    public void lane(final int value)
    {
        lane = value;
    }

    @Override
    public void onAccepted(final DirectBuffer buffer, final int offset, final int length, final int sessionId)
    {
        if (null != sinks)
        {
            sinks.onAccepted(buffer, offset, length, sessionId);
        }
        final long nowNs = clock.nanoTime();
        for (final JournalRing ring : rings)
        {
            ring.onAccepted(buffer, offset, length, sessionId, lane, nowNs);
        }
    }

    @Override
    public boolean isReady()
    {
        return null == sinks || sinks.isReady();
    }
}
