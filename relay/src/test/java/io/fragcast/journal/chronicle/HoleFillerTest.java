package io.fragcast.journal.chronicle;

import io.fragcast.agent.JournalAgent;
import io.fragcast.cli.JournalTool;
import io.fragcast.codecs.JournalKind;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.journal.AcceptedFrames;
import io.fragcast.journal.DiskGuard;
import io.fragcast.journal.HoleFiller;
import io.fragcast.journal.Journal;
import io.fragcast.journal.JournalArchive;
import io.fragcast.journal.JournalConfig;
import io.fragcast.journal.JournalRing;
import io.fragcast.journal.RecordView;
import io.fragcast.protocol.block.TestBlock;
import io.fragcast.protocol.block.TestFrame;
import io.fragcast.protocol.block.TestSigner;
import io.fragcast.protocol.repair.RecentFrames;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A disk that is full for a while: what the journal's ring could not take then is journaled from the memory of the
 * repair lane when there is room again.
 */
class HoleFillerTest
{
    private static final int REPAIR_LANE = 2;

    @TempDir
    private Path dir;

    private final Counters counters = Counters.inMemory();
    private final TestSigner leader = new TestSigner(1);
    private final JournalRing ring = new JournalRing(JournalConfig.MIN_RING_LENGTH, counters);
    private final JournalRing fillRing = new JournalRing(
        JournalConfig.MIN_RING_LENGTH, counters.get(FragcastCounter.JOURNAL_FRAMES_LOST));
    private final JournalRing memoryRing = new JournalRing(
        JournalConfig.MIN_RING_LENGTH, counters.get(FragcastCounter.REPAIR_MEMORY_LOST));
    private final RecentFrames memory = new RecentFrames(16 << 20, counters);
    private final AcceptedFrames accepted = new AcceptedFrames(memoryRing, memory);
    private final HoleFiller filler = new HoleFiller(memory, fillRing, () -> 1, counters);
    private final Set<String> offered = new HashSet<>();
    private boolean hasRoom = true;
    private long lost;
    private long repaired;
    private JournalAgent agent;

    @BeforeEach
    void open()
    {
        agent = new JournalAgent(
            new JournalRing[]{ring, fillRing},
            ChronicleJournal.open(JournalConfig.small(dir, JournalConfig.MIN_RING_LENGTH)),
            new DiskGuard(() -> hasRoom ? 1 : 0, 1),
            () -> 0,
            counters);
    }

    @AfterEach
    void close()
    {
        agent.onClose();
    }

    @Test
    void shouldFillWhatAFullDiskLeftOut()
    {
        try (JournalArchive archive = archive())
        {
            accept(block(10, 3_000));
            work(archive);

            hasRoom = false;
            for (int number = 11; number < 41; number++)
            {
                accept(block(number, 50_000));
                work(archive);
            }
            assertThat(counters.value(FragcastCounter.JOURNAL_DISK_ALARM)).isEqualTo(1);
            assertThat(counters.value(FragcastCounter.JOURNAL_FRAMES_LOST)).isPositive();

            hasRoom = true;
            work(archive);
            accept(block(41, 3_000));
            work(archive);

            assertThat(counters.value(FragcastCounter.JOURNAL_DISK_ALARM)).isZero();
            assertThat(counters.value(FragcastCounter.JOURNAL_HOLES)).isEqualTo(1);
            assertThat(counters.value(FragcastCounter.JOURNAL_FRAMES_FILLED)).isPositive();
            assertThat(lost).isPositive();
        }
        final Set<String> journaled = journaled();
        assertThat(journaled).isEqualTo(offered);
        assertThat(repaired).as("records of the repair lane").isPositive();
        final StringWriter said = new StringWriter();
        assertThat(JournalTool.run(said, said, "verify", dir.toString())).as(said.toString()).isZero();
        assertThat(said.toString()).contains("holes 1 ")
            .containsPattern("heights in holes ([1-9]\\d*)  whole again \\1  problems 0");
    }

    @Test
    void shouldFillNothingWithoutAHole()
    {
        try (JournalArchive archive = archive())
        {
            for (int number = 10; number < 20; number++)
            {
                accept(block(number, 20_000));
                work(archive);
            }
        }
        assertThat(journaled()).isEqualTo(offered);
        assertThat(repaired).isZero();
    }

    private JournalArchive archive()
    {
        final JournalArchive archive = new JournalArchive(
            ChronicleJournalReader.open(dir), ChronicleJournalReader.open(dir), 64, counters);
        archive.holes(filler);

        return archive;
    }

    /** Each thread has its turn until there is nothing left to do. */
    private void work(final JournalArchive archive)
    {
        int work;
        do
        {
            work = ring.doWork() + agent.doWork() + accepted.drain(100) + archive.follow(100) + filler.doWork();
            lost = counters.value(FragcastCounter.JOURNAL_FRAMES_LOST);
        }
        while (0 < work);
    }

    private List<TestFrame> block(final long number, final int bodyLength)
    {
        final TestBlock block = new TestBlock(leader, 1, number, 1_000);
        final List<TestFrame> frames = new ArrayList<>(List.of(block.env()));
        frames.addAll(block.frag(true, TestBlock.bodyOfLength(bodyLength), 1));
        frames.add(block.seal());

        return frames;
    }

    private void accept(final List<TestFrame> frames)
    {
        for (final TestFrame frame : frames)
        {
            final UnsafeBuffer buffer = frame.buffer();
            ring.onAccepted(buffer, 0, buffer.capacity(), 7, 0, 1);
            memoryRing.onAccepted(buffer, 0, buffer.capacity(), 7, 0, 1);
            final byte[] bytes = new byte[buffer.capacity()];
            buffer.getBytes(0, bytes);
            offered.add(text(bytes));
        }
    }

    private Set<String> journaled()
    {
        final Set<String> frames = new HashSet<>();
        final RecordView record = new RecordView();
        repaired = 0;
        try (ChronicleJournal journal = ChronicleJournal.openReadOnly(dir))
        {
            journal.replay(Journal.START, (index, buffer, offset, length) ->
            {
                assertThat(record.tryWrap(buffer, offset, length)).isTrue();
                if (JournalKind.FRAME == record.kind())
                {
                    final byte[] bytes = new byte[record.frameLength()];
                    buffer.getBytes(record.frameOffset(), bytes);
                    frames.add(text(bytes));
                    repaired += REPAIR_LANE == record.lane() ? 1 : 0;
                }

                return true;
            });
        }

        return frames;
    }

    private static String text(final byte[] bytes)
    {
        return bytes.length + " bytes " + HexFormat.of().toHexDigits(Arrays.hashCode(bytes));
    }
}
