package io.fragcast.protocol.block;

import org.agrona.DirectBuffer;

/**
 * Leads accepted frames to the one who takes them by the lane that they came by: what came with whole heights goes to
 * nobody's sinks, for the signatures of most of it were not looked at.
 */
final class LaneForwarder implements FrameForwarder
{
    private final FrameForwarder live;
    private FrameForwarder bulk;
    private FrameForwarder current;

    LaneForwarder(final FrameForwarder live)
    {
        this.live = live;
        bulk = live;
        current = live;
    }

    void bulk(final FrameForwarder bulk)
    {
        this.bulk = bulk;
    }

    void onLane(final FrameLane lane)
    {
        current = FrameLane.BULK == lane ? bulk : live;
    }

    @Override
    public void onAccepted(final DirectBuffer buffer, final int offset, final int length, final int sessionId)
    {
        current.onAccepted(buffer, offset, length, sessionId);
    }

    @Override
    public boolean isReady()
    {
        return current.isReady();
    }
}
