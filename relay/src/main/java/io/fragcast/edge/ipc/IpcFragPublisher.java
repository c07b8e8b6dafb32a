package io.fragcast.edge.ipc;

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.FragmentAssembler;
import io.aeron.Publication;
import io.aeron.Subscription;
import io.aeron.logbuffer.BufferClaim;
import io.fragcast.FragPublisher;
import io.fragcast.PublishResult;
import io.fragcast.protocol.block.BlockLimits;
import io.fragcast.wire.PublishProxy;
import org.agrona.CloseHelper;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;

/**
 * A builder beside the sequencer: requests over Aeron IPC, replies back under the same session id. A request of one
 * Aeron frame is encoded where the sequencer reads it; a longer one travels in fragments, on this edge alone. The Aeron
 * client belongs to the caller. Used by one thread.
 */
public final class IpcFragPublisher extends PublishProxy
{
    private static final int REPLY_LIMIT = 64;

    private final ExclusivePublication requests;
    private final Subscription replies;
    private final FragmentAssembler assembler;
    private final BufferClaim bufferClaim = new BufferClaim();
    private final UnsafeBuffer large;
    private int largeLength;

    private IpcFragPublisher(
        final ExclusivePublication requests,
        final Subscription replies,
        final BlockLimits limits,
        final FragPublisher.Listener listener)
    {
        super(limits, listener);
        this.requests = requests;
        this.replies = replies;
        assembler = new FragmentAssembler((buffer, offset, length, header) -> onReply(buffer, offset, length));
        large = new UnsafeBuffer(ByteBuffer.allocateDirect(Math.min(MAX_REQUEST_LENGTH, requests.maxMessageLength())));
    }

    /**
     * Adds the two streams; {@link #isConnected()} tells when the sequencer has them.
     *
     * @param aeron    client to use, left open.
     * @param channel  IPC channel of the sequencer; terms are made large enough for 4 MiB bodies unless it names a
     *                 term-length, and then what is too long for it is refused as TOO_LARGE.
     * @param limits   of the network.
     * @param listener takes the replies.
     * @return the publisher.
     */
    public static IpcFragPublisher connect(
        final Aeron aeron, final String channel, final BlockLimits limits, final FragPublisher.Listener listener)
    {
        final ExclusivePublication requests = aeron.addExclusivePublication(
            IpcChannels.withLargeTerms(channel), IpcChannels.REQUEST_STREAM_ID);
        final Subscription replies = aeron.addSubscription(
            IpcChannels.replyChannel(channel, requests.sessionId()), IpcChannels.REPLY_STREAM_ID);

        return new IpcFragPublisher(requests, replies, limits, listener);
    }

    @Override
    public boolean isConnected()
    {
        return requests.isConnected();
    }

    @Override
    protected PublishResult claim(final int templateId, final int length)
    {
        largeLength = 0;
        if (length <= requests.maxPayloadLength())
        {
            return resultOf(requests.tryClaim(length, bufferClaim));
        }
        if (length > requests.maxMessageLength())
        {
            return PublishResult.TOO_LARGE;
        }

        largeLength = length;

        return PublishResult.OK;
    }

    @Override
    protected MutableDirectBuffer claimBuffer()
    {
        return 0 == largeLength ? bufferClaim.buffer() : large;
    }

    @Override
    protected int claimOffset()
    {
        return 0 == largeLength ? bufferClaim.offset() : 0;
    }

    @Override
    protected PublishResult publish()
    {
        if (0 != largeLength)
        {
            return resultOf(requests.offer(large, 0, largeLength));
        }

        bufferClaim.commit();

        return PublishResult.OK;
    }

    @Override
    protected void abandon()
    {
        if (0 == largeLength)
        {
            bufferClaim.abort();
        }
    }

    @Override
    protected int pollReplies()
    {
        return replies.poll(assembler, REPLY_LIMIT);
    }

    @Override
    protected void closeCarrier()
    {
        CloseHelper.closeAll(replies, requests);
    }

    private static PublishResult resultOf(final long position)
    {
        if (position > 0)
        {
            return PublishResult.OK;
        }
        if (Publication.BACK_PRESSURED == position || Publication.ADMIN_ACTION == position)
        {
            return PublishResult.BACK_PRESSURED;
        }

        return Publication.NOT_CONNECTED == position ? PublishResult.NOT_CONNECTED : PublishResult.CLOSED;
    }
}
