package io.fragcast.journal.chronicle;

import io.fragcast.agent.JournalAgent;
import io.fragcast.cli.JournalTool;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.journal.DiskGuard;
import io.fragcast.journal.JournalConfig;
import io.fragcast.journal.JournalIndex;
import io.fragcast.journal.JournalKeeper;
import io.fragcast.journal.JournalNotes;
import io.fragcast.journal.JournalRing;
import io.fragcast.journal.Retention;
import io.fragcast.protocol.block.TestBlock;
import io.fragcast.protocol.block.TestFrame;
import io.fragcast.protocol.block.TestSigner;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A disk that was full for a while: the keeper tells which heights lie in the hole until they are there again, to this
 * life and to the next.
 */
class LackingHeightsTest
{
    private static final long FULL_FROM = 11;
    private static final long FULL_TO = 40;

    @TempDir
    private Path dir;

    private final Counters counters = Counters.inMemory();
    private final TestSigner leader = new TestSigner(1);
    private final List<long[]> told = new ArrayList<>();
    private boolean hasRoom = true;
    private long nowNs;
    private JournalRing ring;
    private JournalAgent agent;

    @AfterEach
    void close()
    {
        if (null != agent)
        {
            agent.onClose();
            agent = null;
        }
    }

    @Test
    void shouldTellWhatIsLackingInThisLifeAndTheNextUntilItIsThere()
    {
        open();
        accept(FULL_FROM - 1, 3_000);
        hasRoom = false;
        for (long number = FULL_FROM; number <= FULL_TO; number++)
        {
            accept(number, 50_000);
        }
        assertThat(counters.value(FragcastCounter.JOURNAL_FRAMES_LOST)).isPositive();
        hasRoom = true;
        work();
        accept(FULL_TO + 1, 3_000);

        look();
        assertThat(told).as("memory may fill it yet").isEmpty();
        look();
        assertThat(told).hasSize(1);
        final long[] lacking = told.get(0);
        assertThat(lacking[0]).isGreaterThan(FULL_FROM);
        assertThat(lacking).isEqualTo(LongStream.rangeClosed(lacking[0], FULL_TO).toArray());
        assertThat(counters.value(FragcastCounter.JOURNAL_HEIGHTS_LACKING)).isEqualTo(lacking.length);
        look();
        assertThat(told).as("said once").hasSize(1);

        close();
        told.clear();
        open();
        look();
        look();
        assertThat(told).containsExactly(lacking);
        accept(lacking[0], 50_000);
        accept(lacking[2], 50_000);
        look();
        assertThat(told.get(1)).isEqualTo(
            LongStream.of(lacking).filter((number) -> lacking[0] != number && lacking[2] != number).toArray());
        for (final long number : told.get(1))
        {
            accept(number, 50_000);
        }
        look();
        assertThat(told).hasSize(3);
        assertThat(told.get(2)).isEmpty();
        assertThat(counters.value(FragcastCounter.JOURNAL_HEIGHTS_LACKING)).isZero();

        close();
        told.clear();
        open();
        look();
        look();
        assertThat(told).isEmpty();
        close();
        final StringWriter said = new StringWriter();
        assertThat(JournalTool.run(said, said, "verify", dir.toString())).as(said.toString()).isZero();
        final int heights = lacking.length + 1;
        assertThat(said.toString())
            .contains("heights in holes " + heights + "  whole again " + heights + "  problems 0");
    }

    private void open()
    {
        final ChronicleJournal journal =
            ChronicleJournal.open(JournalConfig.small(dir, JournalConfig.MIN_RING_LENGTH));
        final JournalNotes notes = journal.notes();
        final JournalKeeper keeper = new JournalKeeper(
            notes, JournalIndex.open(journal, notes), Retention.ALL, () -> JournalKeeper.NO_FLOOR, () -> 1, counters);
        keeper.lackingTo(told::add);
        ring = new JournalRing(JournalConfig.MIN_RING_LENGTH, counters);
        agent = new JournalAgent(
            new JournalRing[]{ring}, journal, keeper, new DiskGuard(() -> hasRoom ? 1 : 0, 1), () -> nowNs, counters);
    }

    /** The keeper looks once a second. */
    private void look()
    {
        work();
        nowNs += TimeUnit.SECONDS.toNanos(2);
        agent.doWork();
    }

    /** Time stands still, so that the keeper looks once at most. */
    private void work()
    {
        int work;
        do
        {
            work = ring.doWork() + agent.doWork();
        }
        while (0 < work);
    }

    private void accept(final long number, final int bodyLength)
    {
        final TestBlock block = new TestBlock(leader, 1, number, 1_000);
        final List<TestFrame> frames = new ArrayList<>(List.of(block.env()));
        frames.addAll(block.frag(true, TestBlock.bodyOfLength(bodyLength), 1));
        frames.add(block.seal());
        for (final TestFrame frame : frames)
        {
            ring.onAccepted(frame.buffer(), 0, frame.buffer().capacity(), 7, 0, 1);
        }
        work();
    }
}
