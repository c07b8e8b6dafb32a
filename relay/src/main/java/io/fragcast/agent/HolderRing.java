package io.fragcast.agent;

import io.fragcast.protocol.peer.HolderConsumer;
import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;
import org.jspecify.annotations.Nullable;

import java.util.Objects;

/**
 * The way of what peers have from a node's peer agent to its hot agent: an off-heap ring of three kinds of records.
 * <pre>
 *   PeerTable --HolderConsumer--> [ HOLDER | STATUS | HAS ... ] --poll--> HolderConsumer of the hot agent
 *
 *     0 holder i32 | 4 three i32 | 16 three i64
 * </pre>
 * With the ring full a record is not taken, and the table counts it: the next Status says the same. The consumer's side
 * is {@link #poll}, on the hot agent's thread, everything else is for the peer agent's.
 */
public final class HolderRing implements HolderConsumer
{
    /** 48 bytes a record: some 1,300, all that 128 attempts of 10 words are told of at once. */
    private static final int RING_LENGTH = 1 << 16;
    private static final int HOLDER = 1;
    private static final int STATUS = 2;
    private static final int HAS = 3;
    private static final int INTS_OFFSET = Integer.BYTES;
    private static final int LONGS_OFFSET = 4 * Integer.BYTES;
    private static final int RECORD_LENGTH = LONGS_OFFSET + 3 * Long.BYTES;

    private final OneToOneRingBuffer ring = new OneToOneRingBuffer(new UnsafeBuffer(BufferUtil.allocateDirectAligned(
        RING_LENGTH + RingBufferDescriptor.TRAILER_LENGTH, BitUtil.CACHE_LINE_LENGTH)));
    private final MessageHandler handler = this::onRecord;
    private @Nullable HolderConsumer consumer;

    /** A ring, empty. */
    public HolderRing()
    {
    }

    @Override
    public boolean onHolder(final int holder, final boolean isReady, final long rttNs, final long capabilities)
    {
        return write(HOLDER, holder, isReady ? 1 : 0, 0, 0, rttNs, capabilities, 0);
    }

    @Override
    public boolean onHolderStatus(
        final int holder,
        final long sealedBlock,
        final int openTerm,
        final long openBlock,
        final long openIncarnation,
        final int openNextSeq)
    {
        return write(STATUS, holder, openTerm, openNextSeq, 0, sealedBlock, openBlock, openIncarnation);
    }

    @Override
    public boolean onHolderHas(
        final int holder,
        final int leaderTerm,
        final long blockNumber,
        final long incarnation,
        final int firstSeq,
        final long bits,
        final int parts)
    {
        return write(HAS, holder, leaderTerm, firstSeq, parts, blockNumber, incarnation, bits);
    }

    /**
     * Hands records over.
     *
     * @param target takes them; what it does not take is gone.
     * @param limit  at most so many.
     * @return records handed over.
     */
    public int poll(final HolderConsumer target, final int limit)
    {
        consumer = target;

        return ring.read(handler, limit);
    }

    private boolean write(
        final int kind,
        final int holder,
        final int int0,
        final int int1,
        final int int2,
        final long long0,
        final long long1,
        final long long2)
    {
        final int index = ring.tryClaim(kind, RECORD_LENGTH);
        if (index < 0)
        {
            return false;
        }
        final AtomicBuffer buffer = ring.buffer();
        buffer.putInt(index, holder);
        buffer.putInt(index + INTS_OFFSET, int0);
        buffer.putInt(index + INTS_OFFSET + Integer.BYTES, int1);
        buffer.putInt(index + INTS_OFFSET + 2 * Integer.BYTES, int2);
        buffer.putLong(index + LONGS_OFFSET, long0);
        buffer.putLong(index + LONGS_OFFSET + Long.BYTES, long1);
        buffer.putLong(index + LONGS_OFFSET + 2 * Long.BYTES, long2);
        ring.commit(index);

        return true;
    }

    private void onRecord(final int kind, final MutableDirectBuffer buffer, final int index, final int length)
    {
        final HolderConsumer target = Objects.requireNonNull(consumer);
        assert RECORD_LENGTH == length : "a record of " + length + " bytes";

        final int holder = buffer.getInt(index);
        final int int0 = buffer.getInt(index + INTS_OFFSET);
        final int int1 = buffer.getInt(index + INTS_OFFSET + Integer.BYTES);
        final int int2 = buffer.getInt(index + INTS_OFFSET + 2 * Integer.BYTES);
        final long long0 = buffer.getLong(index + LONGS_OFFSET);
        final long long1 = buffer.getLong(index + LONGS_OFFSET + Long.BYTES);
        final long long2 = buffer.getLong(index + LONGS_OFFSET + 2 * Long.BYTES);
        switch (kind)
        {
            case HOLDER -> target.onHolder(holder, 1 == int0, long0, long1);
            case STATUS -> target.onHolderStatus(holder, long0, int0, long1, long2, int1);
            case HAS -> target.onHolderHas(holder, int0, long0, long1, int1, long2, int2);
            default -> throw new IllegalStateException("a record of kind " + kind);
        }
    }
}
