package io.fragcast.wire;

import io.fragcast.protocol.block.FrameForwarder;
import org.agrona.DirectBuffer;

/**
 * Lets a leader's node follow its own run as it follows the others': each frame published goes on to those who keep
 * it, then to the node's own receiver, which so knows what the next leader builds on. Used by the broadcasting thread,
 * which is the receiving one.
 */
public final class OwnFrames implements FrameForwarder
{
    /** Names no stream: nothing is received by it. */
    public static final int SESSION_ID = 0;

    private final FrameForwarder keepers;
    private final BlockLaneAdapter receiver;

    /**
     * Frames of a leader.
     *
     * @param keepers  take each first: journal, repair memory, those who watch.
     * @param receiver of the node.
     */
    public OwnFrames(final FrameForwarder keepers, final BlockLaneAdapter receiver)
    {
        this.keepers = keepers;
        this.receiver = receiver;
    }

    /**
     * What the receiver accepts of what others say; of its own it was kept when it was published.
     *
     * @param others takes the frames of others.
     * @return the forwarder for the receiver.
     */
    public static FrameForwarder without(final FrameForwarder others)
    {
        return new FrameForwarder()
        {
            @Override
            public void onAccepted(
                final DirectBuffer buffer, final int offset, final int length, final int sessionId)
            {
                if (SESSION_ID != sessionId)
                {
                    others.onAccepted(buffer, offset, length, sessionId);
                }
            }

            @Override
            public boolean isReady()
            {
                return others.isReady();
            }
        };
    }

    @Override
    public void onAccepted(final DirectBuffer buffer, final int offset, final int length, final int sessionId)
    {
        keepers.onAccepted(buffer, offset, length, sessionId);
        // A receiver that is busy for once misses a frame of ours: the holders are asked for it, as for any other.
        receiver.onFrame(buffer, offset, length, SESSION_ID);
    }

    @Override
    public boolean isReady()
    {
        return keepers.isReady();
    }
}
