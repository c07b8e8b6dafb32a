package io.fragcast.edge.ipc;

import io.fragcast.FragPublisher;
import io.fragcast.protocol.block.BlockLimits;
import io.fragcast.wire.PublishProxy;
import io.fragcast.wire.PublishSource;
import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.ControlledMessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RecordDescriptor;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

import java.nio.ByteBuffer;

/**
 * A builder and a sequencer in one process: two ring buffers off the heap, requests one way, replies the other. The
 * node makes it and polls it on the broadcasting thread; one other thread publishes through {@link #publisher}.
 */
public final class PublishRing implements PublishSource
{
    /** 2,048 replies of 32 bytes, headers included: two blocks of the most frags a block may have. */
    private static final int REPLY_CAPACITY = 64 << 10;
    /** A ring takes messages of up to an eighth of itself. */
    private static final int LARGEST_MESSAGES = 8;
    private static final int REPLY_TYPE_ID = 1;

    private final BlockLimits limits;
    private final Runnable bell;
    private final OneToOneRingBuffer requests;
    private final OneToOneRingBuffer replies;
    private final ControlledMessageHandler onMessage = this::onMessage;
    private Handler handler = (buffer, offset, length, clientId, source) -> false;
    private volatile boolean isNodeClosed;
    private volatile boolean isBuilderClosed;

    /**
     * An empty ring; the largest request fits it eight times. Memory is touched as requests need it.
     *
     * @param limits of the network.
     * @param bell   rung on the builder's thread for each request, to wake who polls.
     */
    public PublishRing(final BlockLimits limits, final Runnable bell)
    {
        this.bell = bell;
        this.limits = limits;
        final int longestRequest =
            PublishProxy.MAX_REQUEST_LENGTH - BlockLimits.MAX_BODY_LENGTH + limits.maxBodyLength();
        requests = ring(BitUtil.findNextPositivePowerOfTwo(
            LARGEST_MESSAGES * (longestRequest + RecordDescriptor.HEADER_LENGTH)));
        replies = ring(REPLY_CAPACITY);
    }

    /**
     * The builder's end; there is one.
     *
     * @param listener takes the replies, on the builder's thread.
     * @return the publisher.
     */
    public FragPublisher publisher(final FragPublisher.Listener listener)
    {
        return new RingFragPublisher(this, limits, listener);
    }

    @Override
    public int poll(final Handler handler, final int limit)
    {
        this.handler = handler;

        return requests.controlledRead(onMessage, limit);
    }

    @Override
    public boolean reply(final int clientId, final DirectBuffer buffer, final int offset, final int length)
    {
        return isBuilderClosed || replies.write(REPLY_TYPE_ID, buffer, offset, length);
    }

    /** {@inheritDoc} The builder rings. */
    @Override
    public boolean isSilent()
    {
        return false;
    }

    @Override
    public void close()
    {
        isNodeClosed = true;
    }

    OneToOneRingBuffer requests()
    {
        return requests;
    }

    OneToOneRingBuffer replies()
    {
        return replies;
    }

    void ringBell()
    {
        bell.run();
    }

    boolean isNodeClosed()
    {
        return isNodeClosed;
    }

    void closeBuilder()
    {
        isBuilderClosed = true;
    }

    private ControlledMessageHandler.Action onMessage(
        final int messageTypeId, final MutableDirectBuffer buffer, final int offset, final int length)
    {
        // COMMIT frees the room at once: the builder may go on while the rest of this batch is read.
        return handler.onRequest(buffer, offset, length, 0, this) ?
            ControlledMessageHandler.Action.COMMIT : ControlledMessageHandler.Action.ABORT;
    }

    private static OneToOneRingBuffer ring(final int capacity)
    {
        return new OneToOneRingBuffer(
            new UnsafeBuffer(ByteBuffer.allocateDirect(capacity + RingBufferDescriptor.TRAILER_LENGTH)));
    }
}
