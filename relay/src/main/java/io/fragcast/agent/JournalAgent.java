package io.fragcast.agent;

import io.fragcast.codecs.JournalKind;
import io.fragcast.codecs.JournalRecordDecoder;
import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.journal.DiskGuard;
import io.fragcast.journal.Journal;
import io.fragcast.journal.JournalKeeper;
import io.fragcast.journal.JournalRing;
import org.agrona.CloseHelper;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.ControlledMessageHandler;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.ringbuffer.RingBuffer;
import org.agrona.concurrent.status.AtomicCounter;
import org.jspecify.annotations.Nullable;

import java.util.concurrent.TimeUnit;

/**
 * Moves records from the rings of the hot agents to the journal, in batches.
 * <p>
 * Without room on the disk nothing is read, so that the rings fill and the hot agents count what they lose; the same
 * after an append that failed, which is tried again after a second: a record leaves the ring only when it is journaled.
 * <p>
 * Owns the journal: {@link #onClose} drains what is left, counts as lost what the disk has no room for, and closes the
 * journal. The hot agents must have been closed before.
 */
public final class JournalAgent implements Agent
{
    /** A batch frees its part of the ring when it ends: 1/256 of the default ring, about 1 ms of disk. */
    private static final int BATCH_BYTES = 256 << 10;

    /** Records of a batch: 128 bytes each fill {@link #BATCH_BYTES}; hardly a frame is shorter. */
    private static final int BATCH_RECORDS = 2_048;

    /** A failed disk is asked again at the pace at which a human notices. */
    private static final long RETRY_NS = TimeUnit.SECONDS.toNanos(1);

    private static final int KIND_OFFSET =
        MessageHeaderDecoder.ENCODED_LENGTH + JournalRecordDecoder.kindEncodingOffset();

    private final JournalRing[] rings;
    private final Journal journal;
    private final @Nullable JournalKeeper keeper;
    private final DiskGuard diskGuard;
    private final NanoClock clock;
    private final ControlledMessageHandler handler = this::onRecord;
    private final AtomicCounter framesCounter;
    private final AtomicCounter framesLostCounter;
    private final AtomicCounter bytesCounter;
    private final AtomicCounter holesCounter;
    private final AtomicCounter highWaterCounter;
    private final AtomicCounter diskAlarmCounter;

    private @Nullable RuntimeException failure;
    private boolean isFailed;
    private long retryDeadlineNs;
    private long batchFrames;
    private long batchHoles;
    private long batchBytes;

    /**
     * An agent over the rings of one node, of whose journal nothing is indexed or dropped.
     *
     * @param rings     one for each hot agent.
     * @param journal   to append to; closed by this agent.
     * @param diskGuard of the journal's disk.
     * @param clock     for the retry after a failed append.
     * @param counters  of the node.
     */
    public JournalAgent(
        final JournalRing[] rings,
        final Journal journal,
        final DiskGuard diskGuard,
        final NanoClock clock,
        final Counters counters)
    {
        this(rings, journal, null, diskGuard, clock, counters);
    }

    /**
     * An agent over the rings of one node.
     *
     * @param rings     one for each hot agent.
     * @param journal   to append to; closed by this agent.
     * @param keeper    of the journal; closed by this agent; null: none.
     * @param diskGuard of the journal's disk.
     * @param clock     for the retry after a failed append.
     * @param counters  of the node.
     */
    public JournalAgent(
        final JournalRing[] rings,
        final Journal journal,
        final @Nullable JournalKeeper keeper,
        final DiskGuard diskGuard,
        final NanoClock clock,
        final Counters counters)
    {
        this.rings = rings.clone();
        this.journal = journal;
        this.keeper = keeper;
        this.diskGuard = diskGuard;
        this.clock = clock;
        framesCounter = counters.get(FragcastCounter.JOURNAL_FRAMES);
        framesLostCounter = counters.get(FragcastCounter.JOURNAL_FRAMES_LOST);
        bytesCounter = counters.get(FragcastCounter.JOURNAL_BYTES);
        holesCounter = counters.get(FragcastCounter.JOURNAL_HOLES);
        highWaterCounter = counters.get(FragcastCounter.JOURNAL_RING_HIGH_WATER);
        diskAlarmCounter = counters.get(FragcastCounter.JOURNAL_DISK_ALARM);
    }

    @Override
    public int doWork()
    {
        if (isFailed && clock.nanoTime() - retryDeadlineNs < 0)
        {
            return 0;
        }

        int workCount = 0;
        for (final JournalRing ring : rings)
        {
            workCount += drainBatch(ring.buffer());
        }

        if (null != keeper)
        {
            workCount += keeper.doWork(clock.nanoTime());
        }

        return workCount;
    }

    @Override
    public void onClose()
    {
        try
        {
            for (final JournalRing ring : rings)
            {
                drainAll(ring.buffer());
                // The hot agent is gone, so the hole that it could not write any more is written for it.
                ring.doWork();
                drainAll(ring.buffer());
                framesLostCounter.getAndAddRelease(ring.buffer().read((type, buffer, offset, length) -> {}));
            }
        }
        finally
        {
            CloseHelper.closeAll(keeper, journal);
        }
    }

    @Override
    public String roleName()
    {
        return "journal";
    }

    private void drainAll(final RingBuffer ring)
    {
        long position;
        do
        {
            position = ring.consumerPosition();
            drainBatch(ring);
        }
        while (ring.consumerPosition() != position);
    }

    private int drainBatch(final RingBuffer ring)
    {
        final int waitingBytes = ring.size();
        if (0 == waitingBytes)
        {
            return 0;
        }

        highWaterCounter.proposeMaxRelease(waitingBytes);
        if (!diskGuard.hasRoom())
        {
            diskAlarmCounter.setRelease(1);
            return 0;
        }
        diskAlarmCounter.setRelease(0);

        isFailed = false;
        batchFrames = 0;
        batchHoles = 0;
        batchBytes = 0;
        final int records = ring.controlledRead(handler, BATCH_RECORDS);
        framesCounter.getAndAddRelease(batchFrames);
        holesCounter.getAndAddRelease(batchHoles);
        bytesCounter.getAndAddRelease(batchBytes);

        final RuntimeException failure = this.failure;
        if (null != failure)
        {
            this.failure = null;
            throw failure;
        }

        return records;
    }

    private ControlledMessageHandler.Action onRecord(
        final int msgTypeId, final MutableDirectBuffer buffer, final int offset, final int length)
    {
        try
        {
            final long index = journal.append(buffer, offset, length);
            if (null != keeper)
            {
                keeper.onAppended(index, buffer, offset, length);
            }
        }
        catch (final RuntimeException ex)
        {
            // Thrown on by drainBatch: an exception from here would drop the record out of the ring.
            failure = ex;
            isFailed = true;
            retryDeadlineNs = clock.nanoTime() + RETRY_NS;

            return ControlledMessageHandler.Action.ABORT;
        }

        final short kind = (short)(buffer.getByte(offset + KIND_OFFSET) & 0xFF);
        if (JournalKind.FRAME.value() == kind)
        {
            batchFrames++;
        }
        else if (JournalKind.HOLE.value() == kind)
        {
            batchHoles++;
        }
        batchBytes += length;

        return batchBytes < BATCH_BYTES ?
            ControlledMessageHandler.Action.CONTINUE : ControlledMessageHandler.Action.BREAK;
    }
}
