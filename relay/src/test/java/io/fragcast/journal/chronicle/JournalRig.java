package io.fragcast.journal.chronicle;

import io.fragcast.agent.JournalAgent;
import io.fragcast.counter.Counters;
import io.fragcast.journal.DiskGuard;
import io.fragcast.journal.Journal;
import io.fragcast.journal.JournalArchive;
import io.fragcast.journal.JournalConfig;
import io.fragcast.journal.JournalIndex;
import io.fragcast.journal.JournalKeeper;
import io.fragcast.journal.JournalNotes;
import io.fragcast.journal.JournalRing;
import io.fragcast.journal.RecordConsumer;
import io.fragcast.journal.RecordView;
import io.fragcast.journal.Retention;
import io.fragcast.protocol.block.TestBlock;
import io.fragcast.protocol.block.TestFrame;
import io.fragcast.protocol.block.TestSigner;
import io.fragcast.protocol.repair.FrameArchive;
import org.agrona.DirectBuffer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A journal, its agent and what keeps it, with a file each five minutes of a clock that the test moves; blocks of a few
 * frames go in. Used by the test's thread.
 */
final class JournalRig implements AutoCloseable
{
    /** Of one file of the journal. */
    static final long FILE_MS = TimeUnit.MINUTES.toMillis(5);

    final Counters counters = Counters.inMemory();
    long floor = JournalKeeper.NO_FLOOR;
    /** Of a journal that is opened from now on. */
    Retention retention = Retention.ALL;
    JournalRing ring;
    JournalIndex index;
    private final Path dir;
    private final TestSigner leader = new TestSigner(1);
    private long epochMs = 1_795_235_700_000L;
    private long nowNs;
    private JournalAgent agent;

    JournalRig(final Path dir)
    {
        this.dir = dir;
    }

    void open()
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

    @Override
    public void close()
    {
        if (null != agent)
        {
            agent.onClose();
            agent = null;
        }
    }

    void nextFile()
    {
        epochMs += FILE_MS;
    }

    void doWork()
    {
        agent.doWork();
    }

    /** The keeper looks once a second. */
    void look()
    {
        nowNs += TimeUnit.SECONDS.toNanos(2);
        agent.doWork();
    }

    List<TestFrame> block(final long number)
    {
        final TestBlock block = new TestBlock(leader, 1, number, 1_000);
        final List<TestFrame> frames = new ArrayList<>(List.of(block.env()));
        frames.addAll(block.frag(true, TestBlock.bodyOfLength(3_000), 1));
        frames.add(block.seal());

        return frames;
    }

    List<String> journal(final long number)
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

    JournalArchive archive()
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

    List<String> everything()
    {
        final List<String> read = new ArrayList<>();
        try (ChronicleJournal journal = ChronicleJournal.openReadOnly(dir))
        {
            journal.replay(Journal.START, collect(read, new ArrayList<>()));
        }

        return read;
    }

    List<String> files(final String suffix)
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

    static List<String> read(final JournalArchive archive, final long number)
    {
        final List<String> read = new ArrayList<>();
        long at = FrameArchive.START;
        while (FrameArchive.END != at)
        {
            at = archive.read(number, at, 2, (name, buffer, offset, length) -> read.add(text(buffer, offset, length)));
        }

        return read;
    }

    static RecordConsumer collect(final List<String> texts, final List<Long> indexes)
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

    static List<String> texts(final List<TestFrame> frames)
    {
        return frames.stream().map((frame) -> text(frame.buffer(), 0, frame.buffer().capacity())).toList();
    }

    private static String text(final DirectBuffer buffer, final int offset, final int length)
    {
        final byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);

        return length + " bytes " + HexFormat.of().toHexDigits(Arrays.hashCode(bytes));
    }
}
