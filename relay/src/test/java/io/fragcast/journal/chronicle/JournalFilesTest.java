package io.fragcast.journal.chronicle;

import io.fragcast.codecs.SignalKind;
import io.fragcast.journal.Journal;
import io.fragcast.journal.JournalArchive;
import io.fragcast.journal.JournalIndex;
import io.fragcast.journal.JournalNotes;
import io.fragcast.journal.RecordConsumer;
import io.fragcast.protocol.block.TestBlock;
import org.agrona.DirectBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

import static io.fragcast.journal.chronicle.JournalRig.collect;
import static io.fragcast.journal.chronicle.JournalRig.read;
import static io.fragcast.journal.chronicle.JournalRig.texts;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A journal of several files: what is read across their boundaries, and what is read when it is opened again, with
 * notes beside it or without.
 */
class JournalFilesTest
{
    @TempDir
    private Path dir;

    private JournalRig rig;

    @BeforeEach
    void makeRig()
    {
        rig = new JournalRig(dir);
    }

    @AfterEach
    void closeRig()
    {
        rig.close();
    }

    @Test
    void shouldReadAcrossFilesInStepsHoweverSmall()
    {
        rig.open();
        final List<String> written = new ArrayList<>();
        for (int file = 0; file < 4; file++)
        {
            written.addAll(rig.journal(10 + file));
            rig.nextFile();
        }
        rig.close();
        assertThat(rig.files(".cq4")).hasSize(4);

        for (final int step : new int[]{1, 2, 3, 1_000})
        {
            final List<String> read = new ArrayList<>();
            final List<Long> indexes = new ArrayList<>();
            try (ChronicleJournalReader reader = ChronicleJournalReader.open(dir))
            {
                long at = Journal.START;
                long before;
                do
                {
                    before = at;
                    at = reader.read(at, step, collect(read, indexes));
                }
                while (before != at);
            }
            assertThat(read).as("in steps of " + step).isEqualTo(written);

            // From any record on, and from where the next one would have been, by a search.
            try (ChronicleJournalReader reader = ChronicleJournalReader.open(dir))
            {
                for (int i = 0; i < indexes.size(); i++)
                {
                    final List<String> one = new ArrayList<>();
                    assertThat(reader.read(indexes.get(i), 1, collect(one, new ArrayList<>())))
                        .isEqualTo(indexes.get(i) + 1);
                    assertThat(one).containsExactly(written.get(i));
                }
                for (int i = indexes.size() - 2; i >= 0; i--)
                {
                    final List<String> next = new ArrayList<>();
                    reader.read(indexes.get(i) + 1, 1, collect(next, new ArrayList<>()));
                    assertThat(next).containsExactly(written.get(i + 1));
                }
            }
        }
    }

    @Test
    void shouldReadNothingAgainThatIsNoted()
    {
        rig.open();
        for (int file = 0; file < 4; file++)
        {
            rig.journal(10 + file);
            rig.nextFile();
        }
        rig.close();

        try (ChronicleJournal journal = ChronicleJournal.openReadOnly(dir); JournalNotes notes = journal.notes())
        {
            final Replayed replayed = new Replayed(journal);
            JournalIndex.open(replayed, notes);
            assertThat(replayed.records).isZero();
        }
        try (JournalArchive archive = rig.archive())
        {
            assertThat(archive.oldestBlock()).isEqualTo(10);
            assertThat(archive.has(13)).isTrue();
            assertThat(archive.follow(1_000)).as("nothing is left to follow").isZero();
            assertThat(read(archive, 11)).isEqualTo(texts(rig.block(11)));
            assertThat(read(archive, 13)).isEqualTo(texts(rig.block(13)));
        }
    }

    @Test
    void shouldKnowTheLastBlockThatWasOver()
    {
        rig.open();
        assertThat(rig.index.endedBlock(TestBlock.CHAIN_ID)).isEqualTo(JournalIndex.NO_BLOCK);
        over(10);
        rig.look();
        over(11);
        rig.doWork();
        rig.close();

        rig.open();
        assertThat(rig.index.endedBlock(TestBlock.CHAIN_ID)).isEqualTo(11);
        assertThat(rig.index.endedBlock(TestBlock.CHAIN_ID + 1)).isEqualTo(JournalIndex.NO_BLOCK);
        rig.journal(12);
        rig.close();
        rig.open();
        assertThat(rig.index.endedBlock(TestBlock.CHAIN_ID)).isEqualTo(11);
    }

    @Test
    void shouldReadTheTailAfterNotesThatWereCutOff() throws IOException
    {
        rig.open();
        rig.journal(10);
        rig.nextFile();
        rig.journal(11);
        rig.close();
        final Path notes = dir.resolve(rig.files(".notes").get(1));
        final long whole = Files.size(notes);
        Files.write(notes, new byte[]{9, 0, 0, 0, 1, 2}, StandardOpenOption.APPEND);

        rig.open();
        rig.journal(12);
        rig.close();
        assertThat(Files.size(notes)).isGreaterThan(whole + 6);
        Files.write(notes, new byte[(int)whole - 1]);

        try (ChronicleJournal journal = ChronicleJournal.openReadOnly(dir); JournalNotes left = journal.notes())
        {
            final Replayed replayed = new Replayed(journal);
            JournalIndex.open(replayed, left);
            assertThat(replayed.records).as("the second file alone")
                .isEqualTo(rig.block(11).size() + rig.block(12).size());
        }
    }

    @Test
    void shouldIndexAJournalWithoutNotes() throws IOException
    {
        rig.open();
        rig.journal(10);
        rig.nextFile();
        rig.journal(11);
        rig.nextFile();
        rig.journal(12);
        rig.close();
        Files.delete(dir.resolve(rig.files(".notes").get(0)));

        rig.open();
        rig.close();

        assertThat(rig.files(".notes")).hasSize(3);
        try (JournalArchive archive = rig.archive())
        {
            assertThat(read(archive, 10)).isEqualTo(texts(rig.block(10)));
            assertThat(read(archive, 12)).isEqualTo(texts(rig.block(12)));
        }
    }

    private void over(final long number)
    {
        rig.ring.onEvent(SignalKind.VERIFIED, TestBlock.CHAIN_ID, 1, number, 1_000, 1, 0, 0, null, 1);
    }

    /** Counts what is replayed. */
    private static final class Replayed implements Journal
    {
        private final Journal journal;
        private int records;

        private Replayed(final Journal journal)
        {
            this.journal = journal;
        }

        @Override
        public long append(final DirectBuffer buffer, final int offset, final int length)
        {
            throw new AssertionError("opening appends nothing");
        }

        @Override
        public long replay(final long fromIndex, final RecordConsumer consumer)
        {
            return journal.replay(fromIndex, (index, buffer, offset, length) ->
            {
                records++;

                return consumer.onRecord(index, buffer, offset, length);
            });
        }

        @Override
        public void close()
        {
            journal.close();
        }
    }
}
