package io.fragcast.journal.chronicle;

import io.fragcast.journal.Journal;
import io.fragcast.journal.JournalNotes;
import io.fragcast.journal.JournalReader;
import io.fragcast.journal.RecordConsumer;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.wire.DocumentContext;
import org.agrona.CloseHelper;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.file.Path;

import static java.util.Objects.requireNonNull;

/**
 * Reads the files of a {@link ChronicleJournal} over mappings of its own, so that nothing is shared with whoever
 * appends but the files. One thread at a time; {@link #open} may be called on another one.
 */
public final class ChronicleJournalReader implements JournalReader
{
    private static final long NOWHERE = -1;

    private final SingleChronicleQueue queue;
    private final ExcerptTailer tailer;
    private final UnsafeBuffer record = new UnsafeBuffer(0, 0);
    private long standsAt = NOWHERE;

    private ChronicleJournalReader(final SingleChronicleQueue queue)
    {
        this.queue = queue;
        tailer = queue.createTailer();
        tailer.singleThreadedCheckDisabled(true);
    }

    /**
     * Opens a journal for reading; whoever appends to it must have opened it before.
     *
     * @param dir folder of the files.
     * @return the reader, to be closed by the caller.
     * @throws IllegalArgumentException if there is no journal in the folder.
     */
    public static ChronicleJournalReader open(final Path dir)
    {
        return new ChronicleJournalReader(ChronicleJournal.readOnlyQueue(dir));
    }

    @Override
    public long read(final long fromIndex, final int recordLimit, final RecordConsumer consumer)
    {
        if (fromIndex != standsAt && !isMovedTo(fromIndex))
        {
            standsAt = NOWHERE;
            return fromIndex;
        }

        standsAt = fromIndex;
        for (int i = 0; i < recordLimit; i++)
        {
            try (DocumentContext document = tailer.readingDocument())
            {
                if (!document.isPresent())
                {
                    break;
                }

                final long index = document.index();
                final Bytes<?> bytes = requireNonNull(document.wire()).bytes();
                final int length = (int)bytes.readRemaining();
                record.wrap(bytes.addressForRead(bytes.readPosition()), length);
                if (!consumer.onRecord(index, record, 0, length))
                {
                    standsAt = NOWHERE;
                    return index;
                }
                standsAt = index + 1;
            }
        }

        return standsAt;
    }

    /**
     * The notes beside the files of this journal.
     *
     * @return the notes, to be read, and closed by the caller.
     */
    public JournalNotes notes()
    {
        return new ChronicleNotes(queue.file().toPath(), queue.rollCycle(), () -> {});
    }

    @Override
    public void close()
    {
        CloseHelper.closeAll(tailer, queue);
    }

    /** To a record, or, where a file ends before it, past the record before it, so that the next file is gone on to. */
    private boolean isMovedTo(final long index)
    {
        if (Journal.START == index)
        {
            tailer.toStart();
            return true;
        }
        if (tailer.moveToIndex(index))
        {
            return true;
        }
        if (!tailer.moveToIndex(index - 1))
        {
            return false;
        }
        try (DocumentContext document = tailer.readingDocument())
        {
            return document.isPresent();
        }
    }
}
