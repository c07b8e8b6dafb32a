package io.fragcast.bench.journal;

import io.fragcast.codecs.JournalKind;
import io.fragcast.codecs.JournalRecordEncoder;
import io.fragcast.codecs.MessageHeaderEncoder;
import io.fragcast.journal.Journal;
import io.fragcast.journal.JournalConfig;
import io.fragcast.journal.JournalIndex;
import io.fragcast.journal.JournalNotes;
import io.fragcast.journal.JournalRing;
import io.fragcast.journal.chronicle.ChronicleJournal;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.bytes.PointerBytesStore;
import net.openhft.chronicle.queue.ChronicleQueue;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.queue.RollCycles;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.wire.DocumentContext;
import org.agrona.IoUtil;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;

/**
 * One run: appends records, then reads them all again, in slices that are timed each. Used by one thread.
 */
final class RateRun
{
    /** 0.1 ms of appending: few are interrupted. */
    private static final int SLICE = 50;

    private final Path folder;
    private final int records;
    private final UnsafeBuffer record;
    private final PointerBytesStore source = new PointerBytesStore();
    private final long[] slices;
    private long sum;
    private int read;
    private long sliceStartNs;

    /**
     * What a record took.
     *
     * @param appendNs to append, nanoseconds.
     * @param replayNs to read again, nanoseconds.
     */
    record Rates(double appendNs, double replayNs)
    {
    }

    RateRun(final Path folder, final int recordLength, final int records)
    {
        final int frameLength = recordLength - JournalRing.RECORD_OVERHEAD;
        if (frameLength < 1 || records < SLICE)
        {
            throw new IllegalArgumentException(records + " records of " + recordLength + " bytes: at least " + SLICE +
                " of " + (1 + JournalRing.RECORD_OVERHEAD));
        }
        this.folder = folder;
        this.records = records;
        slices = new long[records / SLICE];
        record = new UnsafeBuffer(ByteBuffer.allocateDirect(recordLength));
        new JournalRecordEncoder().wrapAndApplyHeader(record, 0, new MessageHeaderEncoder())
            .receiveTimeNs(1)
            .sourceId(7)
            .lane((short)0)
            .kind(JournalKind.FRAME)
            .reserved(0)
            .count(0)
            .putFrame(new byte[frameLength], 0, frameLength);
        source.set(record.addressOffset(), recordLength);
    }

    /** By plain Chronicle Queue. */
    Rates plain(final String name)
    {
        final Path dir = folder.resolve(name);
        try (ChronicleQueue queue = SingleChronicleQueueBuilder.binary(dir)
            .blockSize(JournalConfig.PRODUCTION_BLOCK_LENGTH)
            .rollCycle(RollCycles.FAST_HOURLY)
            .checkInterrupts(false)
            .build();
            ExcerptAppender appender = queue.createAppender())
        {
            for (int slice = 0; slice < slices.length; slice++)
            {
                final long startNs = System.nanoTime();
                for (int i = 0; i < SLICE; i++)
                {
                    appender.writeBytes(source);
                }
                slices[slice] = System.nanoTime() - startNs;
            }
            final double appendNs = median();
            begin();
            try (ExcerptTailer tailer = queue.createTailer())
            {
                boolean isPresent = true;
                while (isPresent)
                {
                    try (DocumentContext document = tailer.readingDocument())
                    {
                        isPresent = document.isPresent();
                        if (isPresent)
                        {
                            final Bytes<?> bytes = Objects.requireNonNull(document.wire()).bytes();
                            onRead(bytes.readLong(bytes.readPosition()), (int)bytes.readRemaining());
                        }
                    }
                }
            }

            return new Rates(appendNs, end());
        }
        finally
        {
            IoUtil.delete(dir.toFile(), true);
        }
    }

    /** By the journal, with its index. */
    Rates journal(final String name)
    {
        final Path dir = folder.resolve(name);
        try (ChronicleJournal journal = ChronicleJournal.open(JournalConfig.production(dir));
            JournalNotes notes = journal.notes())
        {
            final JournalIndex index = JournalIndex.open(journal, notes);
            for (int slice = 0; slice < slices.length; slice++)
            {
                final long startNs = System.nanoTime();
                for (int i = 0; i < SLICE; i++)
                {
                    index.onAppended(journal.append(record, 0, record.capacity()), record, 0, record.capacity());
                }
                slices[slice] = System.nanoTime() - startNs;
            }
            final double appendNs = median();
            begin();
            journal.replay(Journal.START, (at, buffer, offset, length) ->
            {
                onRead(buffer.getLong(offset), length);

                return true;
            });

            return new Rates(appendNs, end());
        }
        finally
        {
            IoUtil.delete(dir.toFile(), true);
        }
    }

    private void begin()
    {
        sum = 0;
        read = 0;
        sliceStartNs = System.nanoTime();
    }

    private void onRead(final long firstBytes, final int length)
    {
        sum += firstBytes ^ length;
        read++;
        if (0 == read % SLICE)
        {
            final long nowNs = System.nanoTime();
            slices[read / SLICE - 1] = nowNs - sliceStartNs;
            sliceStartNs = nowNs;
        }
    }

    private double end()
    {
        final int expected = slices.length * SLICE;
        final long each = record.getLong(0) ^ record.capacity();
        if (expected != read || sum != expected * each)
        {
            throw new IllegalStateException("read " + read + " of " + records + " records, or other bytes");
        }

        return median();
    }

    private double median()
    {
        final long[] sorted = slices.clone();
        Arrays.sort(sorted);

        return (double)sorted[sorted.length / 2] / SLICE;
    }
}
