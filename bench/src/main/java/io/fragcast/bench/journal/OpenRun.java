package io.fragcast.bench.journal;

import io.fragcast.counter.Counters;
import io.fragcast.journal.JournalArchive;
import io.fragcast.journal.JournalConfig;
import io.fragcast.journal.JournalIndex;
import io.fragcast.journal.JournalNotes;
import io.fragcast.journal.chronicle.ChronicleJournal;
import io.fragcast.journal.chronicle.ChronicleJournalReader;
import io.fragcast.protocol.repair.FrameArchive;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;

/**
 * A process that does nothing but open a journal as a node does: for appending, with its index, and as the archive that
 * repair is served from; then reads one height. Prints the milliseconds since the JVM's start.
 */
public final class OpenRun
{
    private static final int FOLLOW_RECORDS = 1_000;

    private OpenRun()
    {
    }

    /**
     * Runs.
     *
     * @param args folder of the journal, and a height that it holds.
     */
    public static void main(final String[] args)
    {
        final Path dir = Path.of(args[0]);
        final long height = Long.parseLong(args[1]);
        final JournalConfig config = JournalConfig.production(dir);
        long frames = 0;
        try (ChronicleJournal journal = ChronicleJournal.open(config); JournalNotes notes = journal.notes())
        {
            JournalIndex.open(journal, notes);
            try (JournalArchive archive = archive(dir))
            {
                while (0 < archive.follow(FOLLOW_RECORDS))
                {
                    Thread.onSpinWait();
                }
                final long[] count = new long[1];
                long at = FrameArchive.START;
                while (FrameArchive.END != at)
                {
                    at = archive.read(height, at, FOLLOW_RECORDS, (name, buffer, offset, length) ->
                    {
                        count[0]++;

                        return true;
                    });
                }
                frames = count[0];
            }
        }
        final long upMs = System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().getStartTime();
        System.out.println(upMs + " " + frames);
    }

    private static JournalArchive archive(final Path dir)
    {
        final ChronicleJournalReader follower = ChronicleJournalReader.open(dir);
        final JournalArchive archive = new JournalArchive(
            follower, ChronicleJournalReader.open(dir), JournalArchive.DEFAULT_CAPACITY, Counters.inMemory());
        try (JournalNotes notes = follower.notes())
        {
            archive.follow(notes);
        }

        return archive;
    }
}
