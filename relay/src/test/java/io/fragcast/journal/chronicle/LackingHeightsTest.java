package io.fragcast.journal.chronicle;

import io.fragcast.agent.JournalAgent;
import io.fragcast.cli.JournalTool;
import io.fragcast.codecs.SignalKind;
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
 * A disk that was full for a while, or a run that went on unheard: the keeper tells which heights lie in the hole until
 * they are there again, to this life and to the next.
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
        final int heights = lacking.length + 1;
        assertThat(verify())
            .contains("heights in holes " + heights + "  whole again " + heights + "  problems 0");
    }

    @Test
    void shouldTellWhatPassedByWhileNoProcessRan()
    {
        start();
        block(1);
        block(2);
        // Begun, and never over here.
        accept(3, 3_000);
        happen(SignalKind.ENV_OPENED, 3);
        close();

        start();
        close();
        start();
        lookTwice();
        assertThat(told).as("nobody knows yet how far the run is").isEmpty();
        // Of the next block before this one's: no hole.
        accept(9, 3_000);
        block(8);
        block(9);
        block(10);
        lookTwice();
        assertThat(told).containsExactly(LongStream.rangeClosed(3, 7).toArray());
        close();

        told.clear();
        start();
        block(11);
        lookTwice();
        assertThat(told).as("nothing passed by this time").containsExactly(LongStream.rangeClosed(3, 7).toArray());
        for (long number = 3; number <= 7; number++)
        {
            accept(number, 3_000);
        }
        lookTwice();
        assertThat(told.get(1)).isEmpty();
        close();
        assertThat(verify()).contains("holes 0 ").contains("heights in holes 5  whole again 5  problems 0");
    }

    @Test
    void shouldTellWhatTheRunPassedByInOneLife()
    {
        start();
        block(1);
        block(2);
        happen(SignalKind.MISSED, 6);
        block(6);
        block(7);
        happen(SignalKind.REORG, 5);
        block(5);
        block(6);
        block(8);
        lookTwice();
        assertThat(told).containsExactly(new long[]{3, 4});
        close();
        assertThat(verify())
            .contains("heights in holes 3  whole again 1  problems 0")
            .contains("heights that are not whole: [3, 4]");
    }

    private void start()
    {
        open();
        ring.onStarted(TestBlock.CHAIN_ID, 1);
        work();
    }

    private void block(final long number)
    {
        accept(number, 3_000);
        happen(SignalKind.ENV_OPENED, number);
        happen(SignalKind.VERIFIED, number);
    }

    private void happen(final SignalKind kind, final long number)
    {
        ring.onEvent(kind, TestBlock.CHAIN_ID, 1, number, 1_000, 0, 0, 0, null, 1);
        work();
    }

    private void lookTwice()
    {
        look();
        look();
    }

    private String verify()
    {
        final StringWriter said = new StringWriter();
        assertThat(JournalTool.run(said, said, "verify", dir.toString())).as(said.toString()).isZero();

        return said.toString();
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
