package io.fragcast.node;

import io.fragcast.journal.JournalRing;
import io.fragcast.protocol.block.FrameForwarder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.EpochNanoClock;
import org.jspecify.annotations.Nullable;

/**
 * Copies each accepted frame to the journal's ring, then hands it on to the sinks where there are any. Belongs to the
 * hot agent that accepts.
 */
public final class JournalTap implements FrameForwarder
{
    private final JournalRing ring;
    private final EpochNanoClock clock;
    private final @Nullable FrameForwarder sinks;

    /**
     * A tap.
     *
     * @param ring  to copy to.
     * @param clock for the time of acceptance.
     * @param sinks to hand on to, first; null for none.
     */
    public JournalTap(final JournalRing ring, final EpochNanoClock clock, final @Nullable FrameForwarder sinks)
    {
        this.ring = ring;
        this.clock = clock;
        this.sinks = sinks;
    }

    @Override
    public void onAccepted(final DirectBuffer buffer, final int offset, final int length, final int sessionId)
    {
        if (null != sinks)
        {
            sinks.onAccepted(buffer, offset, length, sessionId);
        }
        ring.onAccepted(buffer, offset, length, sessionId, Lane.BLOCK.portOffset(), clock.nanoTime());
    }

    @Override
    public boolean isReady()
    {
        return null == sinks || sinks.isReady();
    }
}
