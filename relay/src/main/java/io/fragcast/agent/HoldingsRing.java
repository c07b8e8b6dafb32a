package io.fragcast.agent;

import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.codecs.SealDecoder;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.block.FrameDigest;
import io.fragcast.protocol.block.FrameForwarder;
import io.fragcast.protocol.block.FrameKind;
import io.fragcast.protocol.block.SignedFrame;
import io.fragcast.protocol.peer.PeerTable;
import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;
import org.agrona.concurrent.status.AtomicCounter;
import org.jspecify.annotations.Nullable;

import java.nio.ByteOrder;
import java.util.Objects;

/**
 * The way of what a node has from its hot agent to its peer agent: an off-heap ring of the heads of accepted Envs,
 * Frags and Aborts, and of whole Seals.
 * <pre>
 *   hot agent --onAccepted--> [ ENV FRAG FRAG ... SEAL ] --poll--> PeerTable --> Status, Have
 * </pre>
 * A frame is accepted once its signature holds, and before it is delivered: so nothing is announced that was not
 * checked, and nothing waits for delivery. The hot agent never waits either: what the ring cannot take is counted, and
 * no Have names it. {@link #onAccepted} belongs to the hot agent's thread, {@link #poll} to the peer agent's.
 */
public final class HoldingsRing implements FrameForwarder
{
    /** 136 bytes a record: some 7,000 messages, twice the most frags of a block with all its chunks at full speed. */
    private static final int RING_LENGTH = 1 << 20;
    /** So many in a turn: a millisecond at 4 us, most of it the digests of Seals. */
    private static final int POLL_LIMIT = 256;
    /** The common fields up to seq (schema, layout of a signed message). */
    private static final int HEAD_LENGTH = 128;
    /** A record of its own, no frame: the number of a block that is final. */
    private static final int FINALIZED = FrameKind.values().length + 64;
    private static final int BLOCK_NUMBER_OFFSET = 104;
    private static final int INCARNATION_OFFSET = 112;
    private static final int LEADER_TERM_OFFSET = 120;
    private static final int SEQ_OFFSET = 124;
    private static final int BLOCK_HASH_OFFSET =
        MessageHeaderDecoder.ENCODED_LENGTH + SealDecoder.blockHashEncodingOffset();

    private final @Nullable FrameForwarder next;
    private final AtomicCounter holdingsLost;
    private final OneToOneRingBuffer ring;
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final FrameDigest digests = new FrameDigest();
    private final byte[] digest = new byte[FrameDigest.DIGEST_LENGTH];
    private final MessageHandler handler = this::onMessage;
    private @Nullable PeerTable table;
    private long nowNs;

    /**
     * A ring, empty.
     *
     * @param next     who takes each frame first, or null for none.
     * @param counters of the node.
     */
    public HoldingsRing(final @Nullable FrameForwarder next, final Counters counters)
    {
        this(next, RING_LENGTH, counters);
    }

    /**
     * A ring of another length, empty.
     *
     * @param next     who takes each frame first, or null for none.
     * @param length   of the ring in bytes, a power of two.
     * @param counters of the node.
     */
    public HoldingsRing(final @Nullable FrameForwarder next, final int length, final Counters counters)
    {
        this.next = next;
        ring = new OneToOneRingBuffer(new UnsafeBuffer(BufferUtil.allocateDirectAligned(
            length + RingBufferDescriptor.TRAILER_LENGTH, BitUtil.CACHE_LINE_LENGTH)));
        holdingsLost = counters.get(FragcastCounter.HOLDINGS_LOST);
    }

    @Override
    public void onAccepted(final DirectBuffer buffer, final int offset, final int length, final int sessionId)
    {
        if (null != next)
        {
            next.onAccepted(buffer, offset, length, sessionId);
        }
        header.wrap(buffer, offset);
        final FrameKind kind = FrameKind.ofTemplate(header.templateId());
        if (FrameKind.ENV == kind || FrameKind.FRAG == kind || FrameKind.SEAL == kind || FrameKind.ABORT == kind)
        {
            final int copied = FrameKind.SEAL == kind ? length : HEAD_LENGTH;
            if (!ring.write(kind.templateId(), buffer, offset, copied))
            {
                holdingsLost.incrementRelease();
            }
        }
    }

    /**
     * A block is final.
     *
     * @param blockNumber of the block.
     * @return false if the ring is full: say it again.
     */
    public boolean onFinalized(final long blockNumber)
    {
        final int index = ring.tryClaim(FINALIZED, Long.BYTES);
        if (index < 0)
        {
            return false;
        }
        ring.buffer().putLong(index, blockNumber);
        ring.commit(index);

        return true;
    }

    @Override
    public boolean isReady()
    {
        return null == next || next.isReady();
    }

    /**
     * Tells the table what was accepted.
     *
     * @param peers     to tell.
     * @param monotonic nanoseconds.
     * @return messages told.
     */
    int poll(final PeerTable peers, final long monotonic)
    {
        table = peers;
        nowNs = monotonic;

        return ring.read(handler, POLL_LIMIT);
    }

    private void onMessage(final int templateId, final MutableDirectBuffer buffer, final int offset, final int length)
    {
        final PeerTable peers = Objects.requireNonNull(table);
        if (FINALIZED == templateId)
        {
            peers.onFinalized(buffer.getLong(offset));
            return;
        }
        final FrameKind kind = FrameKind.ofTemplate(templateId);
        assert null != kind : "a record of template " + templateId;

        final int term = buffer.getInt(offset + LEADER_TERM_OFFSET, ByteOrder.LITTLE_ENDIAN);
        final long block = buffer.getLong(offset + BLOCK_NUMBER_OFFSET, ByteOrder.LITTLE_ENDIAN);
        final long incarnation = buffer.getLong(offset + INCARNATION_OFFSET, ByteOrder.LITTLE_ENDIAN);
        if (FrameKind.ENV == kind)
        {
            peers.onEnv(term, block, incarnation, nowNs);
        }
        else if (FrameKind.FRAG == kind)
        {
            peers.onFrag(term, block, incarnation, buffer.getInt(offset + SEQ_OFFSET, ByteOrder.LITTLE_ENDIAN), nowNs);
        }
        else if (FrameKind.ABORT == kind)
        {
            peers.onAbort(term, block, incarnation, nowNs);
        }
        else
        {
            digests.ofFrame(buffer, offset, length - SignedFrame.SIGNED_OFFSET, digest);
            peers.onSeal(term, block, incarnation, buffer, offset + BLOCK_HASH_OFFSET, digest, nowNs);
        }
    }
}
