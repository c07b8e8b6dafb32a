package io.fragcast.journal.chronicle;

import io.fragcast.agent.JournalAgent;
import io.fragcast.codecs.SignalKind;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.journal.DiskGuard;
import io.fragcast.journal.FinalityFloor;
import io.fragcast.journal.Journal;
import io.fragcast.journal.JournalArchive;
import io.fragcast.journal.JournalConfig;
import io.fragcast.journal.JournalIndex;
import io.fragcast.journal.JournalKeeper;
import io.fragcast.journal.JournalNotes;
import io.fragcast.journal.JournalRing;
import io.fragcast.journal.JournalSignals;
import io.fragcast.journal.RecordConsumer;
import io.fragcast.journal.RecordView;
import io.fragcast.journal.Retention;
import io.fragcast.protocol.block.BlockSignal;
import io.fragcast.protocol.block.Finality;
import io.fragcast.protocol.block.FinalizedBlock;
import io.fragcast.protocol.block.TestBlock;
import io.fragcast.protocol.block.TestFrame;
import io.fragcast.protocol.block.TestSigner;
import io.fragcast.protocol.repair.FrameArchive;
import org.agrona.DirectBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A journal of several files: what is read when it is opened again, what is read across their boundaries, which of them
 * go and when. The journal's own clock is moved from file to file.
 */
class JournalKeeperTest
{
    private static final long FILE_MS = TimeUnit.MINUTES.toMillis(5);

    @TempDir
    private Path dir;

    private final Counters counters = Counters.inMemory();
    private final TestSigner leader = new TestSigner(1);
    private long epochMs = 1_795_235_700_000L;
    private long nowNs;
    private long floor = JournalKeeper.NO_FLOOR;
    private Retention retention = Retention.ALL;
    private JournalRing ring;
    private JournalAgent agent;
    private JournalIndex index;

    @AfterEach
    void closeAgent()
    {
        close();
    }

    @Test
    void shouldReadAcrossFilesInStepsHoweverSmall()
    {
        open();
        final List<String> written = new ArrayList<>();
        for (int file = 0; file < 4; file++)
        {
            written.addAll(journal(10 + file));
            nextFile();
        }
        close();
        assertThat(files(".cq4")).hasSize(4);

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
        open();
        for (int file = 0; file < 4; file++)
        {
            journal(10 + file);
            nextFile();
        }
        close();

        try (ChronicleJournal journal = ChronicleJournal.openReadOnly(dir); JournalNotes notes = journal.notes())
        {
            final Replayed replayed = new Replayed(journal);
            JournalIndex.open(replayed, notes);
            assertThat(replayed.records).isZero();
        }
        try (JournalArchive archive = archive())
        {
            assertThat(archive.oldestBlock()).isEqualTo(10);
            assertThat(archive.has(13)).isTrue();
            assertThat(archive.follow(1_000)).as("nothing is left to follow").isZero();
            assertThat(read(archive, 11)).isEqualTo(texts(block(11)));
            assertThat(read(archive, 13)).isEqualTo(texts(block(13)));
        }
    }

    @Test
    void shouldKnowTheLastBlockThatWasOver()
    {
        open();
        assertThat(index.endedBlock(TestBlock.CHAIN_ID)).isEqualTo(JournalIndex.NO_BLOCK);
        over(10);
        look();
        over(11);
        agent.doWork();
        close();

        open();
        assertThat(index.endedBlock(TestBlock.CHAIN_ID)).isEqualTo(11);
        assertThat(index.endedBlock(TestBlock.CHAIN_ID + 1)).isEqualTo(JournalIndex.NO_BLOCK);
        journal(12);
        close();
        open();
        assertThat(index.endedBlock(TestBlock.CHAIN_ID)).isEqualTo(11);
    }

    private void over(final long number)
    {
        ring.onEvent(SignalKind.VERIFIED, TestBlock.CHAIN_ID, 1, number, 1_000, 1, 0, 0, null, 1);
    }

    @Test
    void shouldReadTheTailAfterNotesThatWereCutOff() throws IOException
    {
        open();
        journal(10);
        nextFile();
        journal(11);
        agent.onClose();
        agent = null;
        final Path notes = dir.resolve(files(".notes").get(1));
        final long whole = Files.size(notes);
        Files.write(notes, new byte[]{9, 0, 0, 0, 1, 2}, StandardOpenOption.APPEND);

        open();
        journal(12);
        close();
        assertThat(Files.size(notes)).isGreaterThan(whole + 6);
        Files.write(notes, new byte[(int)whole - 1]);

        try (ChronicleJournal journal = ChronicleJournal.openReadOnly(dir); JournalNotes left = journal.notes())
        {
            final Replayed replayed = new Replayed(journal);
            JournalIndex.open(replayed, left);
            assertThat(replayed.records).as("the second file alone").isEqualTo(block(11).size() + block(12).size());
        }
    }

    @Test
    void shouldIndexAJournalWithoutNotes() throws IOException
    {
        open();
        journal(10);
        nextFile();
        journal(11);
        nextFile();
        journal(12);
        close();
        Files.delete(dir.resolve(files(".notes").get(0)));

        open();
        close();

        assertThat(files(".notes")).hasSize(3);
        try (JournalArchive archive = archive())
        {
            assertThat(read(archive, 10)).isEqualTo(texts(block(10)));
            assertThat(read(archive, 12)).isEqualTo(texts(block(12)));
        }
    }

    @Test
    void shouldDropFilesWhoseBlocksAreFarBelow()
    {
        retention = new Retention(1_000, 0, 0);
        open();
        journal(10);
        nextFile();
        journal(500);
        nextFile();
        journal(1_009);
        look();
        assertThat(files(".cq4")).hasSize(3);

        journal(1_010);
        look();
        assertThat(files(".cq4")).hasSize(2);
        assertThat(files(".notes")).hasSize(2);
        assertThat(counters.value(FragcastCounter.JOURNAL_FILES_DROPPED)).isEqualTo(1);
        assertThat(counters.value(FragcastCounter.JOURNAL_FILES)).isEqualTo(2);
        final List<String> kept = new ArrayList<>(texts(block(500)));
        kept.addAll(texts(block(1_009)));
        kept.addAll(texts(block(1_010)));
        assertThat(everything()).isEqualTo(kept);

        close();
        open();
        kept.addAll(journal(1_011));
        close();
        assertThat(everything()).isEqualTo(kept);
    }

    @Test
    void shouldDropFilesThatAreOldOrTooManyBytes()
    {
        retention = new Retention(0, 0, 2 * FILE_MS);
        open();
        journal(10);
        nextFile();
        journal(500);
        look();
        assertThat(files(".cq4")).hasSize(2);
        nextFile();
        journal(1_000);
        nextFile();
        journal(1_001);
        look();
        assertThat(files(".cq4")).hasSize(3);
        close();

        retention = new Retention(0, 1, 0);
        open();
        journal(1_002);
        look();
        assertThat(files(".cq4")).as("repair may ask for the last 64 blocks").hasSize(2);
        nextFile();
        journal(1_100);
        look();
        assertThat(files(".cq4")).as("the file that is written stays").hasSize(1);
    }

    @Test
    void shouldKeepWhatIsNotFinal()
    {
        retention = new Retention(0, 1, 0);
        floor = 400;
        open();
        journal(10);
        nextFile();
        journal(400);
        nextFile();
        journal(1_000);
        look();
        assertThat(files(".cq4")).hasSize(2);

        floor = 401;
        look();
        assertThat(files(".cq4")).hasSize(1);
    }

    /** Which of two files is kept before and after the source has spoken, and the first FINALIZED is journaled. */
    @Test
    void shouldKeepEverythingUntilTheSourceOfFinalityHasSpoken()
    {
        final Finality finality = new Finality();
        final FinalityFloor withoutSource = new FinalityFloor(finality, false);
        final FinalityFloor withSource = new FinalityFloor(finality, true);
        retention = new Retention(0, 1, 0);
        open();
        journal(10);
        nextFile();
        journal(400);
        nextFile();
        journal(1_000);
        floor = withSource.getAsLong();
        look();
        assertThat(files(".cq4")).as("nobody knows what is final").hasSize(3);

        finality.offer(new FinalizedBlock(400, new byte[32]));
        assertThat(withoutSource.getAsLong()).as("the limits alone").isEqualTo(JournalKeeper.NO_FLOOR);
        floor = withSource.getAsLong();
        look();
        assertThat(files(".cq4")).as("400 was called final").hasSize(2);

        final JournalSignals signals = new JournalSignals(ring, 10, () -> 1);
        withSource.signals(signals);
        withoutSource.signals(signals);
        finality.offer(new FinalizedBlock(500, new byte[32]));
        signals.onSignal(BlockSignal.FINALIZED, 1, 401, 1, 0, 0, 0, new byte[32]);
        assertThat(withSource.getAsLong()).as("what was found here counts").isEqualTo(401);
        floor = withoutSource.getAsLong();
        look();
        assertThat(files(".cq4")).hasSize(1);
    }

    @Test
    void shouldGoOnReadingWhenAFileGoes()
    {
        retention = new Retention(0, 1, 0);
        floor = 0;
        open();
        journal(10);
        nextFile();
        journal(500);
        nextFile();
        journal(1_000);
        look();
        try (JournalArchive archive = archive(); ChronicleJournalReader reader = ChronicleJournalReader.open(dir))
        {
            final List<String> read = new ArrayList<>();
            final List<Long> indexes = new ArrayList<>();
            final long at = reader.read(Journal.START, 1, collect(read, indexes));
            assertThat(archive.has(10)).isTrue();

            floor = JournalKeeper.NO_FLOOR;
            look();
            assertThat(files(".cq4")).hasSize(1);

            assertThat(read(archive, 10)).as("whole, for whoever has it mapped, or gone")
                .isIn(texts(block(10)), List.of());
            assertThat(read(archive, 1_000)).isEqualTo(texts(block(1_000)));
            assertThat(at).isEqualTo(indexes.get(0) + 1);
            final List<String> last = new ArrayList<>();
            long next = at;
            long before;
            do
            {
                before = next;
                next = reader.read(next, 1, collect(last, new ArrayList<>()));
            }
            while (before != next);
            assertThat(last).as("a follower is not held up").endsWith(texts(block(1_000)).toArray(new String[0]));
        }
        assertThat(everything()).isEqualTo(texts(block(1_000)));
        try (JournalArchive archive = archive())
        {
            assertThat(archive.has(10)).isFalse();
            assertThat(archive.oldestBlock()).isEqualTo(1_000);
        }
    }

    private void open()
    {
        final ChronicleJournal journal = ChronicleJournal.open(
            new JournalConfig(
                dir,
                JournalConfig.SMALL_BLOCK_LENGTH,
                JournalConfig.Roll.FIVE_MINUTES,
                JournalConfig.MIN_RING_LENGTH,
                retention),
            () -> epochMs);
        final JournalNotes notes = journal.notes();
        index = JournalIndex.open(journal, notes);
        ring = new JournalRing(JournalConfig.MIN_RING_LENGTH, counters);
        agent = new JournalAgent(
            new JournalRing[]{ring},
            journal,
            new JournalKeeper(
                notes, index, retention, () -> floor, () -> TimeUnit.MILLISECONDS.toNanos(epochMs), counters),
            new DiskGuard(() -> Long.MAX_VALUE, 0),
            () -> nowNs,
            counters);
    }

    private void close()
    {
        if (null != agent)
        {
            agent.onClose();
            agent = null;
        }
    }

    private void nextFile()
    {
        epochMs += FILE_MS;
    }

    /** The keeper looks once a second. */
    private void look()
    {
        nowNs += TimeUnit.SECONDS.toNanos(2);
        agent.doWork();
    }

    private List<TestFrame> block(final long number)
    {
        final TestBlock block = new TestBlock(leader, 1, number, 1_000);
        final List<TestFrame> frames = new ArrayList<>(List.of(block.env()));
        frames.addAll(block.frag(true, TestBlock.bodyOfLength(3_000), 1));
        frames.add(block.seal());

        return frames;
    }

    private List<String> journal(final long number)
    {
        final List<TestFrame> frames = block(number);
        for (final TestFrame frame : frames)
        {
            ring.onAccepted(
                frame.buffer(), 0, frame.buffer().capacity(), 1, 0, TimeUnit.MILLISECONDS.toNanos(epochMs));
        }
        while (0 < ring.buffer().size())
        {
            agent.doWork();
        }

        return texts(frames);
    }

    private JournalArchive archive()
    {
        final ChronicleJournalReader follower = ChronicleJournalReader.open(dir);
        final JournalArchive archive =
            new JournalArchive(follower, ChronicleJournalReader.open(dir), 2_048, counters);
        try (JournalNotes notes = follower.notes())
        {
            archive.follow(notes);
        }

        return archive;
    }

    private static List<String> read(final JournalArchive archive, final long number)
    {
        final List<String> read = new ArrayList<>();
        long at = FrameArchive.START;
        while (FrameArchive.END != at)
        {
            at = archive.read(number, at, 2, (name, buffer, offset, length) -> read.add(text(buffer, offset, length)));
        }

        return read;
    }

    private List<String> everything()
    {
        final List<String> read = new ArrayList<>();
        try (ChronicleJournal journal = ChronicleJournal.openReadOnly(dir))
        {
            journal.replay(Journal.START, collect(read, new ArrayList<>()));
        }

        return read;
    }

    private List<String> files(final String suffix)
    {
        try (Stream<Path> paths = Files.list(dir))
        {
            return paths.map((path) -> path.getFileName().toString())
                .filter((name) -> name.endsWith(suffix))
                .sorted()
                .toList();
        }
        catch (final IOException ex)
        {
            throw new AssertionError(ex);
        }
    }

    private static RecordConsumer collect(final List<String> texts, final List<Long> indexes)
    {
        final RecordView record = new RecordView();

        return (index, buffer, offset, length) ->
        {
            assertThat(record.tryWrap(buffer, offset, length)).isTrue();
            texts.add(text(buffer, record.frameOffset(), record.frameLength()));
            indexes.add(index);

            return true;
        };
    }

    private static List<String> texts(final List<TestFrame> frames)
    {
        return frames.stream().map((frame) -> text(frame.buffer(), 0, frame.buffer().capacity())).toList();
    }

    private static String text(final DirectBuffer buffer, final int offset, final int length)
    {
        final byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);

        return length + " bytes " + HexFormat.of().toHexDigits(Arrays.hashCode(bytes));
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
