package io.fragcast.journal;

import io.fragcast.codecs.JournalKind;
import io.fragcast.codecs.JournalRecordEncoder;
import io.fragcast.codecs.MessageHeaderEncoder;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;
import org.agrona.concurrent.status.AtomicCounter;

/**
 * The way from one hot agent to the journal agent, or to the memory that repair is served from: an off-heap ring buffer
 * of JournalRecord messages.
 * <pre>
 *   hot agent --onAccepted--> [ FRAME FRAME ... HOLE FRAME ] --controlledRead--> JournalAgent --append--> Journal
 * </pre>
 * The hot agent never waits. What the ring cannot take is counted, and one HOLE record stands in its place once there
 * is room again: how many frames, and the first 128 bytes of the first, which name its attempt and seq.
 * <p>
 * {@link #onAccepted} and {@link #doWork} belong to the hot agent's thread, {@link #buffer} is for the journal agent.
 */
public final class JournalRing
{
    /** Bytes of the first lost frame that a HOLE keeps: the common fields up to seq end at 128. */
    public static final int HOLE_FRAME_LENGTH = 128;

    /** What a record is longer than its frame. */
    public static final int RECORD_OVERHEAD = MessageHeaderEncoder.ENCODED_LENGTH + JournalRecordEncoder.BLOCK_LENGTH +
        JournalRecordEncoder.frameHeaderLength();

    /**
     * After a loss an eighth of the ring must be free again, else a short HOLE slips in where no frame fits and every
     * lost frame gets a HOLE of its own.
     */
    private static final int RESUME_FRACTION = 8;

    private final OneToOneRingBuffer ring;
    private final MessageHeaderEncoder headerEncoder = new MessageHeaderEncoder();
    private final JournalRecordEncoder recordEncoder = new JournalRecordEncoder();
    private final UnsafeBuffer firstLost = new UnsafeBuffer(new byte[HOLE_FRAME_LENGTH]);
    private final AtomicCounter framesLost;
    private final int resumeLength;

    private long lostCount;
    private int firstLostLength;
    private int firstLostSessionId;
    private short firstLostLane;
    private long firstLostTimeNs;

    /**
     * A ring, empty, its memory touched.
     *
     * @param length   bytes, a power of two ({@link JournalConfig#DEFAULT_RING_LENGTH}).
     * @param counters of the node.
     */
    public JournalRing(final int length, final Counters counters)
    {
        this(length, counters.get(FragcastCounter.JOURNAL_FRAMES_LOST));
    }

    /**
     * A ring to another reader than the journal, empty, its memory touched.
     *
     * @param length     bytes, a power of two.
     * @param framesLost counts what does not fit.
     */
    public JournalRing(final int length, final AtomicCounter framesLost)
    {
        ring = new OneToOneRingBuffer(new UnsafeBuffer(BufferUtil.allocateDirectAligned(
            length + RingBufferDescriptor.TRAILER_LENGTH, BitUtil.CACHE_LINE_LENGTH)));
        resumeLength = length / RESUME_FRACTION;
        this.framesLost = framesLost;
    }

    /**
     * Copies one accepted frame into the ring, or counts it as lost.
     *
     * @param buffer        holding the frame.
     * @param offset        of its first byte.
     * @param length        in bytes.
     * @param sessionId     of the stream that it came by; 0 for this node's own.
     * @param lane          offset of the lane: 0 block, 2 repair, 3 bulk.
     * @param receiveTimeNs epoch nanoseconds when it was accepted.
     */
    public void onAccepted(
        final DirectBuffer buffer,
        final int offset,
        final int length,
        final int sessionId,
        final int lane,
        final long receiveTimeNs)
    {
        if (0 != lostCount && !tryWriteHole() ||
            !tryWrite(JournalKind.FRAME, buffer, offset, length, sessionId, (short)lane, receiveTimeNs, 0))
        {
            onLost(buffer, offset, length, sessionId, (short)lane, receiveTimeNs);
        }
    }

    /**
     * Writes the HOLE record that is due, if there is one and room for it; so that a hole is reported even where no
     * frame follows it. Once a duty cycle; costs a comparison.
     *
     * @return records written.
     */
    public int doWork()
    {
        return 0 != lostCount && tryWriteHole() ? 1 : 0;
    }

    /**
     * The ring itself, for the journal agent to read.
     *
     * @return the ring buffer.
     */
    public RingBuffer buffer()
    {
        return ring;
    }

    private boolean tryWriteHole()
    {
        if (ring.capacity() - ring.size() < resumeLength)
        {
            return false;
        }

        final boolean isWritten = tryWrite(
            JournalKind.HOLE,
            firstLost,
            0,
            firstLostLength,
            firstLostSessionId,
            firstLostLane,
            firstLostTimeNs,
            lostCount);
        if (isWritten)
        {
            lostCount = 0;
        }

        return isWritten;
    }

    private boolean tryWrite(
        final JournalKind kind,
        final DirectBuffer buffer,
        final int offset,
        final int length,
        final int sessionId,
        final short lane,
        final long receiveTimeNs,
        final long count)
    {
        final int index = ring.tryClaim(JournalRecordEncoder.TEMPLATE_ID, RECORD_OVERHEAD + length);
        if (index < 0)
        {
            return false;
        }

        recordEncoder
            .wrapAndApplyHeader(ring.buffer(), index, headerEncoder)
            .receiveTimeNs(receiveTimeNs)
            .sourceId(sessionId)
            .lane(lane)
            .kind(kind)
            .reserved(0)
            .count(count)
            .putFrame(buffer, offset, length);
        ring.commit(index);

        return true;
    }

    private void onLost(
        final DirectBuffer buffer,
        final int offset,
        final int length,
        final int sessionId,
        final short lane,
        final long receiveTimeNs)
    {
        if (0 == lostCount)
        {
            firstLostLength = Math.min(length, HOLE_FRAME_LENGTH);
            firstLost.putBytes(0, buffer, offset, firstLostLength);
            firstLostSessionId = sessionId;
            firstLostLane = lane;
            firstLostTimeNs = receiveTimeNs;
        }

        lostCount++;
        framesLost.incrementRelease();
    }
}
