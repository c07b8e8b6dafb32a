package io.fragcast.journal;

import io.fragcast.codecs.JournalKind;
import io.fragcast.codecs.JournalRecordEncoder;
import io.fragcast.codecs.MessageHeaderEncoder;
import io.fragcast.codecs.SignalEncoder;
import io.fragcast.codecs.SignalKind;
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
import org.jspecify.annotations.Nullable;

/**
 * The way from one hot agent to the journal agent, or to the memory that repair is served from: an off-heap ring buffer
 * of JournalRecord messages.
 * <pre>
 *   hot agent --onAccepted--> [ FRAME FRAME ... HOLE FRAME ] --controlledRead--> JournalAgent --append--> Journal
 * </pre>
 * The hot agent never waits. What the ring cannot take is counted, and one HOLE record stands in its place once there
 * is room again: how many frames, and the first 128 bytes of the first, which name its attempt and seq. Events have
 * room of their own behind that of the frames.
 * <p>
 * {@link #onAccepted}, {@link #onEvent} and {@link #doWork} belong to the hot agent's thread, {@link #buffer} is for
 * the journal agent.
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

    /**
     * The last eighth of the ring is for events: they are what no peer can give back. At 64 MiB that is 60,000 of them,
     * a minute of blocks of 100 frags every 200 ms.
     */
    private static final int EVENT_FRACTION = 8;

    private static final int SIGNAL_LENGTH = MessageHeaderEncoder.ENCODED_LENGTH + SignalEncoder.BLOCK_LENGTH;

    private static final int HASH_OFFSET = MessageHeaderEncoder.ENCODED_LENGTH + SignalEncoder.hashEncodingOffset();

    private final OneToOneRingBuffer ring;
    private final MessageHeaderEncoder headerEncoder = new MessageHeaderEncoder();
    private final JournalRecordEncoder recordEncoder = new JournalRecordEncoder();
    private final UnsafeBuffer firstLost = new UnsafeBuffer(new byte[HOLE_FRAME_LENGTH]);
    private final SignalEncoder signalEncoder = new SignalEncoder();
    private final UnsafeBuffer signal = new UnsafeBuffer(new byte[SIGNAL_LENGTH]);
    private final AtomicCounter framesLost;
    private final @Nullable AtomicCounter eventsLost;
    private final int resumeLength;
    private final int eventLength;
    private long consumerPosition;
    private long lostEvents;

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
        this(
            length,
            length / EVENT_FRACTION,
            counters.get(FragcastCounter.JOURNAL_FRAMES_LOST),
            counters.get(FragcastCounter.JOURNAL_EVENTS_LOST));
    }

    /**
     * A ring to another reader than the journal, empty, its memory touched; it takes no events.
     *
     * @param length     bytes, a power of two.
     * @param framesLost counts what does not fit.
     */
    public JournalRing(final int length, final AtomicCounter framesLost)
    {
        this(length, 0, framesLost, null);
    }

    private JournalRing(
        final int length,
        final int eventLength,
        final AtomicCounter framesLost,
        final @Nullable AtomicCounter eventsLost)
    {
        ring = new OneToOneRingBuffer(new UnsafeBuffer(BufferUtil.allocateDirectAligned(
            length + RingBufferDescriptor.TRAILER_LENGTH, BitUtil.CACHE_LINE_LENGTH)));
        this.eventLength = eventLength;
        resumeLength = eventLength + length / RESUME_FRACTION;
        this.framesLost = framesLost;
        this.eventsLost = eventsLost;
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
            !isRoomForFrame(length) ||
            !tryWrite(JournalKind.FRAME, buffer, offset, length, sessionId, (short)lane, receiveTimeNs, 0))
        {
            onLost(buffer, offset, length, sessionId, (short)lane, receiveTimeNs);
        }
    }

    /**
     * Writes down what happened to a block, or counts it as lost: the next event then says how many were.
     *
     * @param kind        what happened.
     * @param chainId     of the attempt.
     * @param leaderTerm  of the attempt.
     * @param blockNumber of the attempt.
     * @param incarnation of the attempt.
     * @param seq         of the frag, or frags delivered before.
     * @param reason      code.
     * @param missing     count.
     * @param hash        of 32 bytes; null: none.
     * @param timeNs      epoch nanoseconds when it happened.
     */
    public void onEvent(
        final SignalKind kind,
        final long chainId,
        final int leaderTerm,
        final long blockNumber,
        final long incarnation,
        final int seq,
        final int reason,
        final int missing,
        final byte @Nullable [] hash,
        final long timeNs)
    {
        signalEncoder.wrapAndApplyHeader(signal, 0, headerEncoder)
            .chainId(chainId)
            .blockNumber(blockNumber)
            .incarnation(incarnation)
            .leaderTerm(Integer.toUnsignedLong(leaderTerm))
            .seq(Integer.toUnsignedLong(seq))
            .missing(Integer.toUnsignedLong(missing))
            .signal(kind)
            .reason((short)reason)
            .reserved(0);
        if (null == hash)
        {
            signal.setMemory(HASH_OFFSET, SignalEncoder.hashLength(), (byte)0);
        }
        else
        {
            signal.putBytes(HASH_OFFSET, hash);
        }
        if (tryWrite(JournalKind.EVENT, signal, 0, SIGNAL_LENGTH, 0, (short)0, timeNs, lostEvents))
        {
            lostEvents = 0;
        }
        else
        {
            lostEvents++;
            if (null != eventsLost)
            {
                eventsLost.incrementRelease();
            }
        }
    }

    /**
     * A process begins: its first record, so that a reader does not take what an earlier one accepted for what this one
     * did. A leader may have signed two messages for one place, and each process holds on to the first that it hears.
     *
     * @param chainId of the node.
     * @param timeNs  epoch nanoseconds.
     */
    public void onStarted(final long chainId, final long timeNs)
    {
        onEvent(SignalKind.STARTED, chainId, 0, 0, 0, 0, 0, 0, null, timeNs);
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

    /** Where the reader stands is looked up only when it must have moved: its cache line is the other thread's. */
    private boolean isRoomForFrame(final int length)
    {
        if (0 == eventLength)
        {
            return true;
        }

        final long needed = ring.producerPosition() + RECORD_OVERHEAD + length + eventLength - ring.capacity();
        if (needed > consumerPosition)
        {
            consumerPosition = ring.consumerPosition();
        }

        return needed <= consumerPosition;
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
