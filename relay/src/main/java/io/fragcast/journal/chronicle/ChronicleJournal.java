package io.fragcast.journal.chronicle;

import io.fragcast.journal.Journal;
import io.fragcast.journal.JournalConfig;
import io.fragcast.journal.JournalNotes;
import io.fragcast.journal.RecordConsumer;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.bytes.PointerBytesStore;
import net.openhft.chronicle.core.time.SystemTimeProvider;
import net.openhft.chronicle.core.time.TimeProvider;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.queue.RollCycle;
import net.openhft.chronicle.queue.RollCycles;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.wire.DocumentContext;
import net.openhft.chronicle.wire.Wires;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.LangUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

import static java.util.Objects.requireNonNull;

/**
 * A journal in a Chronicle Queue: memory-mapped files of raw records, one file a roll.
 * <pre>
 *   20261121-13F.cq4   [len|record][len|record] ... [EOF]
 *   20261121-14F.cq4   [len|record][len|record][not complete
 *   metadata.cq4t      roll cycle, write lock
 *   fragcast.lock      held by the one process that appends
 * </pre>
 * A record's length word is set with release order after its bytes, so a process that dies within an append leaves a
 * word that says "not complete", which readers stop at and the next append takes over. Nothing is synced to the disk:
 * the page cache outlives the process, a power cut costs the tail that the kernel had not written.
 * <p>
 * Appending allocates nothing in steady state. One thread at a time; {@link #open} may be called on another one.
 */
public final class ChronicleJournal implements Journal
{
    /** Ends the names of the files that hold records. */
    public static final String FILE_SUFFIX = SingleChronicleQueue.SUFFIX;

    private static final String LOCK_FILE = "fragcast.lock";
    private static final String METADATA_FILE = "metadata.cq4t";

    /**
     * How long Chronicle waits for whoever holds its lock or has begun a file: by our own lock that is a process that
     * died, so it need not be long.
     */
    private static final long WRITER_TIMEOUT_MS = 100;

    /** A reader may wait for the living writer, which begins a file in milliseconds. */
    private static final long READER_TIMEOUT_MS = 2_000;

    private final SingleChronicleQueue queue;
    private final @Nullable FileChannel lock;
    private final @Nullable ExcerptAppender appender;
    private final PointerBytesStore source = new PointerBytesStore();
    private UnsafeBuffer copy = new UnsafeBuffer(ByteBuffer.allocateDirect(0));

    private ChronicleJournal(
        final SingleChronicleQueue queue, final @Nullable FileChannel lock, final @Nullable ExcerptAppender appender)
    {
        this.queue = queue;
        this.lock = lock;
        this.appender = appender;
    }

    /**
     * Opens a journal for appending, as what the last process left behind, or begins one.
     *
     * @param config of the journal.
     * @return the journal, to be closed by the caller.
     * @throws IllegalStateException if another process appends to it.
     */
    public static ChronicleJournal open(final JournalConfig config)
    {
        return open(config, SystemTimeProvider.INSTANCE);
    }

    /** With a clock of its own that says when a new file is begun. */
    static ChronicleJournal open(final JournalConfig config, final TimeProvider clock)
    {
        FileChannel lock = null;
        SingleChronicleQueue queue = null;
        try
        {
            Files.createDirectories(config.dir());
            lock = lock(config.dir());
            deleteUnfinished(config.dir().resolve(METADATA_FILE));
            queue = builder(config.dir(), config.blockLength(), WRITER_TIMEOUT_MS)
                .rollCycle(rollCycle(config.roll()))
                .timeProvider(clock)
                .build();
            final ExcerptAppender appender = queue.createAppender();
            appender.singleThreadedCheckDisabled(true);

            return new ChronicleJournal(queue, lock, appender);
        }
        catch (final IOException | RuntimeException ex)
        {
            CloseHelper.quietCloseAll(queue, lock);
            LangUtil.rethrowUnchecked(ex);
            throw new AssertionError(ex);
        }
    }

    /**
     * Opens a journal for replay alone; a node may be appending to it meanwhile.
     *
     * @param dir folder of the files.
     * @return the journal, to be closed by the caller.
     * @throws IllegalArgumentException if there is no journal in the folder.
     */
    public static ChronicleJournal openReadOnly(final Path dir)
    {
        return new ChronicleJournal(readOnlyQueue(dir), null, null);
    }

    static SingleChronicleQueue readOnlyQueue(final Path dir)
    {
        if (!Files.isRegularFile(dir.resolve(METADATA_FILE)))
        {
            throw new IllegalArgumentException(dir + ": no journal here");
        }

        return builder(dir, JournalConfig.MIN_BLOCK_LENGTH, READER_TIMEOUT_MS).readOnly(true).build();
    }

    @Override
    public long append(final DirectBuffer buffer, final int offset, final int length)
    {
        final ExcerptAppender appender = this.appender;
        if (null == appender)
        {
            throw new IllegalStateException("opened for replay alone");
        }

        // Chronicle copies from an address; bytes on the heap have none that holds still.
        long address = buffer.addressOffset() + offset;
        if (null != buffer.byteArray())
        {
            if (copy.capacity() < length)
            {
                copy = new UnsafeBuffer(ByteBuffer.allocateDirect(length));
            }
            copy.putBytes(0, buffer, offset, length);
            address = copy.addressOffset();
        }

        source.set(address, length);
        appender.writeBytes(source);

        return appender.lastIndexAppended();
    }

    @Override
    public long replay(final long fromIndex, final RecordConsumer consumer)
    {
        long count = 0;
        // Of its own, for a consumer may replay something else while it looks at a record.
        final UnsafeBuffer record = new UnsafeBuffer(0, 0);
        try (ExcerptTailer tailer = queue.createTailer())
        {
            moveTo(tailer, fromIndex);

            boolean isWanted = true;
            while (isWanted)
            {
                try (DocumentContext document = tailer.readingDocument())
                {
                    if (!document.isPresent())
                    {
                        break;
                    }
                    final long index = document.index();
                    if (index >= fromIndex)
                    {
                        final Bytes<?> bytes = requireNonNull(document.wire()).bytes();
                        final int length = (int)bytes.readRemaining();
                        record.wrap(bytes.addressForRead(bytes.readPosition()), length);
                        isWanted = consumer.onRecord(index, record, 0, length);
                        count++;
                    }
                }
            }
        }

        return count;
    }

    /**
     * Name of the file that holds a record.
     *
     * @param index of the record.
     * @return the file's name.
     */
    public String fileName(final long index)
    {
        final RollCycle rollCycle = queue.rollCycle();

        return RollNames.name(rollCycle, rollCycle.toCycle(index)) + FILE_SUFFIX;
    }

    /**
     * The notes beside the files of this journal. Whoever reads them is not told of what is written later.
     *
     * @return the notes, to be closed by the caller, before the journal.
     */
    public JournalNotes notes()
    {
        return new ChronicleNotes(queue.file().toPath(), queue.rollCycle(), queue::refreshDirectoryListing);
    }

    @Override
    public void close()
    {
        CloseHelper.closeAll(appender, queue, lock);
    }

    /**
     * To a record; else behind the one before it, which is where the end of the journal is; else to the start: whoever
     * reads on passes over what is not wanted.
     */
    private static void moveTo(final ExcerptTailer tailer, final long index)
    {
        if (START != index && (tailer.moveToIndex(index) || tailer.moveToIndex(index - 1)))
        {
            return;
        }
        tailer.toStart();
    }

    private static SingleChronicleQueueBuilder builder(
        final Path dir, final int blockLength, final long timeoutMs)
    {
        return SingleChronicleQueueBuilder.binary(dir)
            .blockSize(blockLength)
            .timeoutMS(timeoutMs)
            .checkInterrupts(false);
    }

    /**
     * Deletes the metadata file of a process that died making it: Chronicle would wait for that process for ever. It
     * holds nothing yet that a new one would not.
     */
    private static void deleteUnfinished(final Path metadata) throws IOException
    {
        if (!Files.isRegularFile(metadata))
        {
            return;
        }

        final ByteBuffer lengthWord = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        try (FileChannel channel = FileChannel.open(metadata, StandardOpenOption.READ))
        {
            channel.read(lengthWord, 0);
        }
        if (0 != (lengthWord.getInt(0) & Wires.NOT_COMPLETE))
        {
            Files.delete(metadata);
        }
    }

    private static FileChannel lock(final Path dir) throws IOException
    {
        final FileChannel channel = FileChannel.open(
            dir.resolve(LOCK_FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try
        {
            if (null != channel.tryLock())
            {
                return channel;
            }
        }
        catch (final OverlappingFileLockException ex)
        {
            CloseHelper.quietClose(channel);
            throw new IllegalStateException(dir + ": this process appends to this journal already", ex);
        }

        CloseHelper.quietClose(channel);
        throw new IllegalStateException(dir + ": another process appends to this journal");
    }

    private static RollCycle rollCycle(final JournalConfig.Roll roll)
    {
        return switch (roll)
        {
            case FIVE_MINUTES -> RollCycles.FIVE_MINUTELY;
            case HOUR -> RollCycles.FAST_HOURLY;
            case DAY -> RollCycles.FAST_DAILY;
        };
    }
}
