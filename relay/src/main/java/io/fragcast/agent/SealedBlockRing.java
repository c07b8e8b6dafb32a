package io.fragcast.agent;

import io.fragcast.protocol.block.SealedBlock;
import io.fragcast.protocol.block.SealedBlockConsumer;
import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.ControlledMessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;
import org.jspecify.annotations.Nullable;

import java.util.Objects;

/**
 * The way of sealed blocks from whoever hears of them to a thread that holds the Seals: an off-heap ring.
 * <pre>
 *   ChainAgent, CatchUpAgent --offer--> [ block 7 | block 8 ... ] --poll--> BlockLaneReceiver
 *
 *     0 number 8 | 8 gasUsed 8 | 16 gasLimit 8 | 24 five hashes 160 | 184 header length 4 | 188 signed length 4
 *     | 192 header | signed
 * </pre>
 * A block that is not due yet waits here, and those behind it; with the ring full whoever offers waits too.
 * {@link #offer} is for any thread, {@link #poll} for the consumer's.
 */
public final class SealedBlockRing
{
    /** Some 300 headers of Prague: ten minutes of 2 s blocks. */
    private static final int RING_LENGTH = 1 << 18;
    private static final int TYPE = 1;
    /** Blocks in a duty cycle: each costs a look at the fork tree, some microseconds. */
    private static final int POLL_LIMIT = 1;
    private static final int HASH_LENGTH = 32;
    private static final int HASHES_OFFSET = 3 * Long.BYTES;
    private static final int HEADER_LENGTH_OFFSET = HASHES_OFFSET + 5 * HASH_LENGTH;
    private static final int SIGNED_LENGTH_OFFSET = HEADER_LENGTH_OFFSET + Integer.BYTES;
    private static final int HEADER_OFFSET = SIGNED_LENGTH_OFFSET + Integer.BYTES;

    private final ManyToOneRingBuffer ring = new ManyToOneRingBuffer(new UnsafeBuffer(BufferUtil.allocateDirectAligned(
        RING_LENGTH + RingBufferDescriptor.TRAILER_LENGTH, BitUtil.CACHE_LINE_LENGTH)));
    private final ControlledMessageHandler handler = this::onRecord;
    private final SealedBlock block = new SealedBlock();
    private @Nullable SealedBlockConsumer consumer;

    /** A ring, empty. */
    public SealedBlockRing()
    {
    }

    /**
     * Hands a block over.
     *
     * @param sealed copied.
     * @return false if the ring is full: offer it again later.
     */
    public boolean offer(final SealedBlock sealed)
    {
        final int index = ring.tryClaim(TYPE, HEADER_OFFSET + sealed.headerLength + sealed.signedLength);
        if (index < 0)
        {
            return false;
        }
        final AtomicBuffer buffer = ring.buffer();
        buffer.putLong(index, sealed.number);
        buffer.putLong(index + Long.BYTES, sealed.gasUsed);
        buffer.putLong(index + 2 * Long.BYTES, sealed.gasLimit);
        buffer.putBytes(index + HASHES_OFFSET, sealed.hash);
        buffer.putBytes(index + HASHES_OFFSET + HASH_LENGTH, sealed.parentHash);
        buffer.putBytes(index + HASHES_OFFSET + 2 * HASH_LENGTH, sealed.transactionsRoot);
        buffer.putBytes(index + HASHES_OFFSET + 3 * HASH_LENGTH, sealed.receiptsRoot);
        buffer.putBytes(index + HASHES_OFFSET + 4 * HASH_LENGTH, sealed.stateRoot);
        buffer.putInt(index + HEADER_LENGTH_OFFSET, sealed.headerLength);
        buffer.putInt(index + SIGNED_LENGTH_OFFSET, sealed.signedLength);
        buffer.putBytes(index + HEADER_OFFSET, sealed.header, 0, sealed.headerLength);
        buffer.putBytes(index + HEADER_OFFSET + sealed.headerLength, sealed.signed, 0, sealed.signedLength);
        ring.commit(index);

        return true;
    }

    /**
     * Hands the next block to the consumer, once it is due there.
     *
     * @param to takes it.
     * @return blocks handed over.
     */
    public int poll(final SealedBlockConsumer to)
    {
        consumer = to;

        return ring.controlledRead(handler, POLL_LIMIT);
    }

    private ControlledMessageHandler.Action onRecord(
        final int type, final MutableDirectBuffer buffer, final int offset, final int length)
    {
        final SealedBlockConsumer to = Objects.requireNonNull(consumer);
        block.number = buffer.getLong(offset);
        if (!to.isSealedBlockDue(block.number))
        {
            return ControlledMessageHandler.Action.ABORT;
        }
        block.gasUsed = buffer.getLong(offset + Long.BYTES);
        block.gasLimit = buffer.getLong(offset + 2 * Long.BYTES);
        buffer.getBytes(offset + HASHES_OFFSET, block.hash);
        buffer.getBytes(offset + HASHES_OFFSET + HASH_LENGTH, block.parentHash);
        buffer.getBytes(offset + HASHES_OFFSET + 2 * HASH_LENGTH, block.transactionsRoot);
        buffer.getBytes(offset + HASHES_OFFSET + 3 * HASH_LENGTH, block.receiptsRoot);
        buffer.getBytes(offset + HASHES_OFFSET + 4 * HASH_LENGTH, block.stateRoot);
        block.headerLength = buffer.getInt(offset + HEADER_LENGTH_OFFSET);
        block.signedLength = buffer.getInt(offset + SIGNED_LENGTH_OFFSET);
        buffer.getBytes(offset + HEADER_OFFSET, block.header, 0, block.headerLength);
        buffer.getBytes(offset + HEADER_OFFSET + block.headerLength, block.signed, 0, block.signedLength);
        to.onSealedBlock(block);

        return ControlledMessageHandler.Action.COMMIT;
    }
}
