package io.fragcast.edge.ipc;

import io.fragcast.PublishResult;
import io.fragcast.protocol.block.BlockLimits;
import io.fragcast.wire.PublishProxy;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBuffer;

/**
 * The builder's end of a {@link PublishRing}: requests are encoded where the sequencer reads them.
 */
final class RingFragPublisher extends PublishProxy
{
    private final PublishRing ring;
    private final OneToOneRingBuffer requests;
    private final OneToOneRingBuffer replies;
    private final MessageHandler onMessage =
        (messageTypeId, buffer, offset, length) -> onReply(buffer, offset, length);
    private int claimIndex;

    RingFragPublisher(final PublishRing ring, final BlockLimits limits, final Listener listener)
    {
        super(limits, listener);
        this.ring = ring;
        requests = ring.requests();
        replies = ring.replies();
    }

    @Override
    public boolean isConnected()
    {
        return !ring.isNodeClosed();
    }

    @Override
    protected PublishResult claim(final int templateId, final int length)
    {
        if (ring.isNodeClosed())
        {
            return PublishResult.NOT_CONNECTED;
        }

        claimIndex = requests.tryClaim(templateId, length);

        return RingBuffer.INSUFFICIENT_CAPACITY == claimIndex ? PublishResult.BACK_PRESSURED : PublishResult.OK;
    }

    @Override
    protected MutableDirectBuffer claimBuffer()
    {
        return requests.buffer();
    }

    @Override
    protected int claimOffset()
    {
        return claimIndex;
    }

    @Override
    protected PublishResult publish()
    {
        requests.commit(claimIndex);
        ring.ringBell();

        return PublishResult.OK;
    }

    @Override
    protected void abandon()
    {
        requests.abort(claimIndex);
    }

    @Override
    protected int pollReplies()
    {
        return replies.read(onMessage);
    }

    @Override
    protected void closeCarrier()
    {
        ring.closeBuilder();
    }
}
