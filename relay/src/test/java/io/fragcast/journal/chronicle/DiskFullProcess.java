package io.fragcast.journal.chronicle;

import io.fragcast.agent.JournalAgent;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.journal.DiskGuard;
import io.fragcast.journal.Journal;
import io.fragcast.journal.JournalConfig;
import io.fragcast.journal.JournalIndex;
import io.fragcast.journal.JournalKeeper;
import io.fragcast.journal.JournalNotes;
import io.fragcast.journal.JournalRing;
import io.fragcast.journal.RecordView;
import io.fragcast.journal.Retention;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.SystemEpochNanoClock;
import org.agrona.concurrent.SystemNanoClock;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * What {@link DiskFullSystemTest} runs where a small disk is mounted: fills it by journaling until the guard stops
 * that, goes on accepting, frees the disk, and sees journaling resume. Ends with 0 if all of it was so.
 */
final class DiskFullProcess
{
    private static final int FRAME_LENGTH = 1_376;
    private static final int RING_LENGTH = 4 << 20;
    private static final long DEADLINE_NS = TimeUnit.SECONDS.toNanos(60);
    private static final long INTERVAL_NS = TimeUnit.MICROSECONDS.toNanos(50);

    private final Counters counters = Counters.inMemory();
    private final JournalRing ring = new JournalRing(RING_LENGTH, counters);
    private final UnsafeBuffer frame = new UnsafeBuffer(ByteBuffer.allocateDirect(FRAME_LENGTH));
    private final List<Throwable> errors = Collections.synchronizedList(new ArrayList<>());
    private long accepted;

    private DiskFullProcess()
    {
    }

    public static void main(final String[] args) throws IOException
    {
        new DiskFullProcess().run(Path.of(args[0]), Path.of(args[1]));
    }

    private void run(final Path dir, final Path ballast) throws IOException
    {
        final JournalConfig config = JournalConfig.small(dir, RING_LENGTH);
        final ChronicleJournal journal = ChronicleJournal.open(config);
        final JournalNotes notes = journal.notes();
        final JournalAgent agent = new JournalAgent(
            new JournalRing[]{ring},
            journal,
            new JournalKeeper(
                notes,
                JournalIndex.open(journal, notes),
                Retention.ALL,
                () -> JournalKeeper.NO_FLOOR,
                SystemEpochNanoClock.INSTANCE,
                counters),
            DiskGuard.of(config),
            SystemNanoClock.INSTANCE,
            counters);
        try (AgentRunner runner = new AgentRunner(
            new BackoffIdleStrategy(1, 1, 1_000, 1_000_000), errors::add, null, agent))
        {
            AgentRunner.startOnThread(runner);
            acceptUntil("alarm", () -> 1 == counters.value(FragcastCounter.JOURNAL_DISK_ALARM));
            acceptUntil("frames lost", () -> 1_000 < counters.value(FragcastCounter.JOURNAL_FRAMES_LOST));
            final long journaled = counters.value(FragcastCounter.JOURNAL_FRAMES);
            require("no frame is journaled while the disk is full",
                journaled == counters.value(FragcastCounter.JOURNAL_FRAMES));

            Files.delete(ballast);
            acceptUntil("alarm off", () -> 0 == counters.value(FragcastCounter.JOURNAL_DISK_ALARM));
            acceptUntil("journaling", () -> journaled + 1_000 < counters.value(FragcastCounter.JOURNAL_FRAMES));
            acceptUntil("the hole", () -> 0 < counters.value(FragcastCounter.JOURNAL_HOLES));
        }

        require("nothing went wrong: " + errors, errors.isEmpty());
        final long[] frames = new long[2];
        final RecordView record = new RecordView();
        try (ChronicleJournal read = ChronicleJournal.openReadOnly(dir))
        {
            read.replay(Journal.START, (index, buffer, offset, length) ->
            {
                require("record " + index + " is whole", record.tryWrap(buffer, offset, length));
                frames[0] += 0 == record.count() ? 1 : 0;
                frames[1] += record.count();

                return true;
            });
        }
        require(accepted + " accepted, " + frames[0] + " journaled, " + frames[1] + " in holes",
            accepted == frames[0] + frames[1]);
        System.out.println(accepted + " accepted, " + frames[1] + " of them in holes");
    }

    /** Accepts at a pace, whatever the disk does: no call may wait for it. */
    private void acceptUntil(final String what, final BooleanSupplier condition)
    {
        final long startNs = System.nanoTime();
        while (!condition.getAsBoolean())
        {
            require("waited in vain for " + what, System.nanoTime() - startNs < DEADLINE_NS);
            frame.putLong(0, accepted);
            ring.onAccepted(frame, 0, FRAME_LENGTH, 7, 0, accepted);
            ring.doWork();
            accepted++;
            LockSupport.parkNanos(INTERVAL_NS);
        }
    }

    private static void require(final String fact, final boolean holds)
    {
        if (!holds)
        {
            throw new IllegalStateException("not so: " + fact);
        }
    }
}
