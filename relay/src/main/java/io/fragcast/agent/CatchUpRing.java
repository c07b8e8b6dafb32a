package io.fragcast.agent;

import io.fragcast.protocol.sync.CatchUp;
import io.fragcast.protocol.sync.CatchUpConsumer;
import io.fragcast.protocol.sync.SyncMode;
import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.ControlledMessageHandler;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;
import org.jspecify.annotations.Nullable;

import java.util.Objects;

/**
 * The way of fetched heights from the thread of {@link CatchUp} to a node's hot agent, and of its progress back: two
 * off-heap rings.
 * <pre>
 *   CatchUp ──CatchUpConsumer──▶ [ FRAME FRAME ... | GIVEN_UP | MODE ] ──poll──▶ hot agent
 *   CatchUp ◀──pollProgress──    [ PROGRESS | BROKEN ]                 ◀──────── hot agent
 *
 *   FRAME     0 holder i32 | 8 frame            GIVEN_UP  0 height i64         MODE  0 mode i32 | 8 stop i64
 *   PROGRESS  0 cursor i64 | 8 heard i64 | 16 seq i32 | 20 suspended i32 | 24 term i32
 *   BROKEN    0 height i64 | 8 holder i32
 * </pre>
 * What a ring cannot take is refused and offered again.
 */
public final class CatchUpRing implements CatchUpConsumer
{
    /** 1 MiB: some 750 frames, what the hot agent takes up in a few ms. */
    private static final int FRAMES_LENGTH = 1 << 20;
    /** 40 bytes a record: some 100, of which one is written in a millisecond. */
    private static final int PROGRESS_LENGTH = 1 << 12;
    static final int FRAME = 1;
    static final int GIVEN_UP = 2;
    static final int MODE = 3;
    static final int FRAME_OFFSET = 8;
    private static final int PROGRESS = 1;
    private static final int BROKEN = 2;
    private static final int PROGRESS_RECORD_LENGTH = 32;
    private static final int SECOND_LONG_OFFSET = 8;
    private static final int SEQ_OFFSET = 16;
    private static final int SUSPENDED_OFFSET = 20;
    private static final int TERM_OFFSET = 24;
    private static final int PROGRESS_LIMIT = 16;

    private final OneToOneRingBuffer frames = newRing(FRAMES_LENGTH);
    private final OneToOneRingBuffer progress = newRing(PROGRESS_LENGTH);
    private final MessageHandler progressHandler = this::onProgress;
    private @Nullable CatchUp catchUp;
    private long nowNs;

    /** Rings, empty. */
    public CatchUpRing()
    {
    }

    @Override
    public boolean onFrame(final int holder, final DirectBuffer buffer, final int offset, final int length)
    {
        final int index = frames.tryClaim(FRAME, FRAME_OFFSET + length);
        if (index < 0)
        {
            return false;
        }
        final AtomicBuffer target = frames.buffer();
        target.putInt(index, holder);
        target.putBytes(index + FRAME_OFFSET, buffer, offset, length);
        frames.commit(index);

        return true;
    }

    @Override
    public boolean onGivenUp(final long blockNumber)
    {
        final int index = frames.tryClaim(GIVEN_UP, Long.BYTES);
        if (index < 0)
        {
            return false;
        }
        frames.buffer().putLong(index, blockNumber);
        frames.commit(index);

        return true;
    }

    @Override
    public boolean onMode(final SyncMode mode, final long stopBlock)
    {
        final int index = frames.tryClaim(MODE, SECOND_LONG_OFFSET + Long.BYTES);
        if (index < 0)
        {
            return false;
        }
        frames.buffer().putInt(index, mode.ordinal());
        frames.buffer().putLong(index + SECOND_LONG_OFFSET, stopBlock);
        frames.commit(index);

        return true;
    }

    /**
     * Tells the machine what the hot agent says. For the thread of the machine.
     *
     * @param machine   to tell.
     * @param monotonic nanoseconds.
     * @return records told.
     */
    public int pollProgress(final CatchUp machine, final long monotonic)
    {
        catchUp = machine;
        nowNs = monotonic;

        return progress.read(progressHandler, PROGRESS_LIMIT);
    }

    int poll(final ControlledMessageHandler handler, final int limit)
    {
        return frames.controlledRead(handler, limit);
    }

    boolean tellProgress(
        final long cursor, final long heardBlock, final int openSeq, final boolean isSuspended, final int term)
    {
        final int index = progress.tryClaim(PROGRESS, PROGRESS_RECORD_LENGTH);
        if (index < 0)
        {
            return false;
        }
        final AtomicBuffer target = progress.buffer();
        target.putLong(index, cursor);
        target.putLong(index + SECOND_LONG_OFFSET, heardBlock);
        target.putInt(index + SEQ_OFFSET, openSeq);
        target.putInt(index + SUSPENDED_OFFSET, isSuspended ? 1 : 0);
        target.putInt(index + TERM_OFFSET, term);
        progress.commit(index);

        return true;
    }

    boolean tellBroken(final int holder, final long blockNumber)
    {
        final int index = progress.tryClaim(BROKEN, SECOND_LONG_OFFSET + Integer.BYTES);
        if (index < 0)
        {
            return false;
        }
        progress.buffer().putLong(index, blockNumber);
        progress.buffer().putInt(index + SECOND_LONG_OFFSET, holder);
        progress.commit(index);

        return true;
    }

    private void onProgress(final int kind, final MutableDirectBuffer buffer, final int index, final int length)
    {
        final CatchUp machine = Objects.requireNonNull(catchUp);
        switch (kind)
        {
            case PROGRESS ->
            {
                machine.onProgress(
                    buffer.getLong(index),
                    buffer.getInt(index + SEQ_OFFSET),
                    buffer.getLong(index + SECOND_LONG_OFFSET),
                    1 == buffer.getInt(index + SUSPENDED_OFFSET),
                    nowNs);
                machine.onLeaderTerm(buffer.getInt(index + TERM_OFFSET));
            }
            case BROKEN ->
                machine.onBroken(buffer.getInt(index + SECOND_LONG_OFFSET), buffer.getLong(index), nowNs);
            default -> throw new IllegalStateException("a record of kind " + kind);
        }
    }

    private static OneToOneRingBuffer newRing(final int length)
    {
        return new OneToOneRingBuffer(new UnsafeBuffer(BufferUtil.allocateDirectAligned(
            length + RingBufferDescriptor.TRAILER_LENGTH, BitUtil.CACHE_LINE_LENGTH)));
    }
}
