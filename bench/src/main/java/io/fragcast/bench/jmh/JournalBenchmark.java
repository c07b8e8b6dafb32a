package io.fragcast.bench.jmh;

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
import org.agrona.CloseHelper;
import org.agrona.IoUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * What does a record of one chunk cost to append, and to read again? Floors: the same bytes by plain Chronicle Queue.
 * The difference is the port and the index.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class JournalBenchmark
{
    /** Up to 41 MB: what is read again is in the page cache. */
    private static final int RECORDS = 10_000;

    /** Of a frame: a full one at MTU 1408, and 4 KB. */
    @Param({ "1376", "4096" })
    public int frame;

    private UnsafeBuffer record;
    private int recordLength;
    private final PointerBytesStore source = new PointerBytesStore();
    private Path dir;
    private ChronicleJournal journal;
    private JournalNotes notes;
    private JournalIndex index;
    private ChronicleQueue queue;
    private ExcerptAppender appender;
    private ChronicleJournal written;
    private ChronicleQueue writtenQueue;
    private ExcerptAppender filler;
    private long sum;

    /**
     * Begins journals anew, so that no run meets the files of another.
     *
     * @throws IOException if there is no room for them.
     */
    @Setup(Level.Iteration)
    public void setup() throws IOException
    {
        dir = Files.createTempDirectory("fragcast-jmh-journal-");
        recordLength = frame + JournalRing.RECORD_OVERHEAD;
        record = new UnsafeBuffer(ByteBuffer.allocateDirect(recordLength));
        new JournalRecordEncoder().wrapAndApplyHeader(record, 0, new MessageHeaderEncoder())
            .receiveTimeNs(1)
            .sourceId(7)
            .lane((short)0)
            .kind(JournalKind.FRAME)
            .reserved(0)
            .count(0)
            .putFrame(new byte[frame], 0, frame);
        source.set(record.addressOffset(), recordLength);
        journal = ChronicleJournal.open(config("journal"));
        notes = journal.notes();
        index = JournalIndex.open(journal, notes);
        queue = queue("queue");
        appender = queue.createAppender();
        written = ChronicleJournal.open(config("written-journal"));
        writtenQueue = queue("written-queue");
        // Open until the end, as the journal's is: with the last appender of a file go its pages, and whoever reads it
        // then has them mapped anew.
        filler = writtenQueue.createAppender();
        for (int i = 0; i < RECORDS; i++)
        {
            written.append(record, 0, recordLength);
            filler.writeBytes(source);
        }
    }

    /**
     * Deletes them.
     */
    @TearDown(Level.Iteration)
    public void tearDown()
    {
        CloseHelper.closeAll(notes, journal, appender, queue, written, filler, writtenQueue);
        IoUtil.delete(dir.toFile(), true);
    }

    /**
     * Appends by plain Chronicle Queue.
     */
    @Benchmark
    public void appendFloor()
    {
        appender.writeBytes(source);
    }

    /**
     * Appends by the journal, and indexes.
     *
     * @return the record's index.
     */
    @Benchmark
    public long append()
    {
        final long at = journal.append(record, 0, recordLength);
        index.onAppended(at, record, 0, recordLength);

        return at;
    }

    /**
     * Reads by plain Chronicle Queue: each record's place, length and first byte.
     *
     * @return something of each record.
     */
    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public long replayFloor()
    {
        sum = 0;
        int records = 0;
        try (ExcerptTailer tailer = writtenQueue.createTailer())
        {
            boolean isPresent = true;
            while (isPresent)
            {
                try (DocumentContext document = tailer.readingDocument())
                {
                    isPresent = document.isPresent();
                    if (isPresent)
                    {
                        final Bytes<?> bytes = document.wire().bytes();
                        sum += document.index() + bytes.readRemaining() + bytes.peekUnsignedByte();
                        records++;
                    }
                }
            }
        }
        checkAllRead(records);

        return sum;
    }

    /**
     * Reads the same by the journal.
     *
     * @return something of each record.
     */
    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public long replay()
    {
        sum = 0;
        checkAllRead(written.replay(Journal.START, (at, buffer, offset, length) ->
        {
            sum += at + length + buffer.getByte(offset);

            return true;
        }));

        return sum;
    }

    private static void checkAllRead(final long records)
    {
        if (RECORDS != records)
        {
            throw new IllegalStateException(records + " records of " + RECORDS);
        }
    }

    private JournalConfig config(final String name)
    {
        return JournalConfig.production(dir.resolve(name));
    }

    private ChronicleQueue queue(final String name)
    {
        return SingleChronicleQueueBuilder.binary(dir.resolve(name))
            .blockSize(JournalConfig.PRODUCTION_BLOCK_LENGTH)
            .rollCycle(RollCycles.FAST_HOURLY)
            .checkInterrupts(false)
            .build();
    }
}
