package io.fragcast.wire;

import io.fragcast.codecs.BlockEventEncoder;
import io.fragcast.codecs.BlockEventKind;
import io.fragcast.codecs.MessageHeaderEncoder;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.block.BlockConsumer;
import io.fragcast.protocol.block.BlockLimits;
import io.fragcast.protocol.block.Delivery;
import org.agrona.BitUtil;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RecordDescriptor;
import org.agrona.concurrent.ringbuffer.RingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;
import org.agrona.concurrent.status.AtomicCounter;

import java.nio.ByteBuffer;

/**
 * Hands deliveries from the hot agent to the edge agent: each is encoded as a BlockEvent where the other reads it.
 * While the ring buffer is full the delivery is not taken, and the receiver waits. Used by the receiving thread.
 */
public final class BlockEventProxy implements BlockConsumer
{
    /** Type of the ring buffer's messages. */
    public static final int EVENT_TYPE_ID = BlockEventEncoder.TEMPLATE_ID;

    private static final int FIXED_LENGTH = MessageHeaderEncoder.ENCODED_LENGTH + BlockEventEncoder.BLOCK_LENGTH +
        BlockEventEncoder.frameHeaderLength() + BlockEventEncoder.bodyHeaderLength();
    /** A ring takes messages of up to an eighth of itself. */
    private static final int LARGEST_MESSAGES = 8;

    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final BlockEventEncoder event = new BlockEventEncoder();
    private final RingBuffer ring;
    private final EpochNanoClock clock;
    private final AtomicCounter events;
    private final AtomicCounter backPressured;
    private final AtomicCounter highWater;
    private long deliverTimeNs;

    /**
     * A proxy into one ring buffer.
     *
     * @param ring     read by the edge agent.
     * @param clock    for the time of delivery.
     * @param counters of the node.
     */
    public BlockEventProxy(final RingBuffer ring, final EpochNanoClock clock, final Counters counters)
    {
        this.ring = ring;
        this.clock = clock;
        events = counters.get(FragcastCounter.EDGE_EVENTS);
        backPressured = counters.get(FragcastCounter.EDGE_BACK_PRESSURED);
        highWater = counters.get(FragcastCounter.EDGE_RING_HIGH_WATER);
    }

    /**
     * Longest event within the limits.
     *
     * @param limits         of the network.
     * @param maxFrameLength of the block lane.
     * @return bytes.
     */
    public static int maxEventLength(final BlockLimits limits, final int maxFrameLength)
    {
        return FIXED_LENGTH + maxFrameLength + limits.maxBodyLength();
    }

    /**
     * A ring buffer off the heap that takes the longest event; its pages are touched as events need them.
     *
     * @param limits         of the network.
     * @param maxFrameLength of the block lane.
     * @return an empty ring.
     */
    public static OneToOneRingBuffer newRing(final BlockLimits limits, final int maxFrameLength)
    {
        final int capacity = BitUtil.findNextPositivePowerOfTwo(
            LARGEST_MESSAGES * (maxEventLength(limits, maxFrameLength) + RecordDescriptor.HEADER_LENGTH));

        return new OneToOneRingBuffer(
            new UnsafeBuffer(ByteBuffer.allocateDirect(capacity + RingBufferDescriptor.TRAILER_LENGTH)));
    }

    @Override
    public boolean onDelivery(final Delivery delivery)
    {
        final int length = FIXED_LENGTH + delivery.frameLength() + delivery.bodyLength();
        final int index = ring.tryClaim(EVENT_TYPE_ID, length);
        if (RingBuffer.INSUFFICIENT_CAPACITY == index)
        {
            backPressured.incrementRelease();
            return false;
        }

        encode(ring.buffer(), index, delivery);
        ring.commit(index);
        events.incrementRelease();
        highWater.proposeMaxRelease(ring.size());

        return true;
    }

    /**
     * When the last delivery was taken.
     *
     * @return epoch nanoseconds, as in its event; 0 before the first.
     */
    public long deliverTimeNs()
    {
        return deliverTimeNs;
    }

    private void encode(final MutableDirectBuffer buffer, final int offset, final Delivery delivery)
    {
        deliverTimeNs = clock.nanoTime();
        event.wrapAndApplyHeader(buffer, offset, header)
            .chainId(delivery.chainId())
            .blockNumber(delivery.blockNumber())
            .incarnation(delivery.incarnation())
            .publishTimeNs(delivery.publishTimeNs())
            .deliverTimeNs(deliverTimeNs)
            .leaderTerm(Integer.toUnsignedLong(delivery.leaderTerm()))
            .seq(Integer.toUnsignedLong(delivery.seq()))
            .kind(BlockEventKind.get((short) delivery.kind()))
            .reason((short) delivery.reason())
            .hopCount((short) delivery.hopCount())
            .reserved((short) 0)
            .missing(Integer.toUnsignedLong(delivery.missing()))
            .putFrame(delivery.frameBuffer(), delivery.frameOffset(), delivery.frameLength())
            .putBody(delivery.bodyBuffer(), delivery.bodyOffset(), delivery.bodyLength());
    }
}
