package io.fragcast.journal.chronicle;

import io.fragcast.agent.JournalAgent;
import io.fragcast.codecs.JournalKind;
import io.fragcast.codecs.JournalRecordDecoder;
import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.journal.DiskGuard;
import io.fragcast.journal.Journal;
import io.fragcast.journal.JournalConfig;
import io.fragcast.journal.JournalRing;
import org.agrona.concurrent.SystemNanoClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Stops the journal agent for two seconds under load: the hot side goes on at its pace, what the ring could not take
 * stands as a hole in its place, and every frame is either journaled or counted by a hole.
 */
class JournalStallSystemTest
{
    private static final long STALL_NS = TimeUnit.SECONDS.toNanos(2);
    private static final long LOAD_NS = TimeUnit.SECONDS.toNanos(3);
    private static final long INTERVAL_NS = TimeUnit.MICROSECONDS.toNanos(100);
    private static final int FRAME_LENGTH = 1_376;

    @TempDir
    Path dir;

    private final Counters counters = Counters.inMemory();
    private final JournalRing ring = new JournalRing(4 << 20, counters);

    @Test
    @Timeout(60)
    void shouldCountAHoleAndNeverHoldUpTheHotSide() throws InterruptedException, ExecutionException
    {
        final JournalConfig config = JournalConfig.small(dir, 4 << 20);
        final AtomicBoolean isHotDone = new AtomicBoolean();
        final ExecutorService executor = Executors.newSingleThreadExecutor();
        final long startNs = System.nanoTime();
        final Future<?> journalThread = executor.submit(() -> stallThenDrain(config, startNs, isHotDone));

        final long accepted = acceptAtFixedRate(startNs);
        isHotDone.set(true);
        journalThread.get();
        executor.shutdown();

        final long lost = counters.value(FragcastCounter.JOURNAL_FRAMES_LOST);
        assertThat(lost).isPositive();
        assertThat(accepted).as("the hot side kept its pace").isEqualTo(LOAD_NS / INTERVAL_NS);
        assertThat(counters.value(FragcastCounter.JOURNAL_HOLES)).isEqualTo(1);
        assertThat(counters.value(FragcastCounter.JOURNAL_FRAMES)).isEqualTo(accepted - lost);
        assertThat(counters.value(FragcastCounter.JOURNAL_RING_HIGH_WATER))
            .isGreaterThan((4 << 20) / 8 * 7 - 2 * 1_440);
        try (ChronicleJournal journal = ChronicleJournal.openReadOnly(dir))
        {
            assertEveryFrameIsThereOrInTheHole(journal, accepted, lost);
        }
    }

    /**
     * The pace counts from the start, so a call that waited would show as a late end.
     */
    private long acceptAtFixedRate(final long startNs)
    {
        final UnsafeBuffer frame = new UnsafeBuffer(ByteBuffer.allocateDirect(FRAME_LENGTH));
        long number = 0;
        long slowestNs = 0;
        while (number < LOAD_NS / INTERVAL_NS)
        {
            final long nowNs = System.nanoTime();
            if (nowNs - (startNs + number * INTERVAL_NS) < 0)
            {
                LockSupport.parkNanos(INTERVAL_NS);
                continue;
            }
            frame.putLong(0, number);
            ring.onAccepted(frame, 0, FRAME_LENGTH, 7, 0, number);
            slowestNs = Math.max(slowestNs, System.nanoTime() - nowNs);
            number++;
        }
        assertThat(slowestNs).as("no call waited for the journal").isLessThan(STALL_NS / 2);
        assertThat(System.nanoTime() - startNs).isLessThan(LOAD_NS + STALL_NS / 2);

        return number;
    }

    private void stallThenDrain(final JournalConfig config, final long startNs, final AtomicBoolean isHotDone)
    {
        final JournalAgent agent = new JournalAgent(
            new JournalRing[]{ ring },
            ChronicleJournal.open(config),
            DiskGuard.of(config),
            SystemNanoClock.INSTANCE,
            counters);
        while (System.nanoTime() - (startNs + STALL_NS) < 0)
        {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
        while (!isHotDone.get())
        {
            if (0 == agent.doWork())
            {
                LockSupport.parkNanos(INTERVAL_NS);
            }
        }
        agent.onClose();
    }

    private static void assertEveryFrameIsThereOrInTheHole(
        final Journal journal, final long accepted, final long lost)
    {
        final MessageHeaderDecoder header = new MessageHeaderDecoder();
        final JournalRecordDecoder decoder = new JournalRecordDecoder();
        final long[] nextNumber = { 0 };
        journal.replay(Journal.START, (index, buffer, offset, length) ->
        {
            decoder.wrapAndApplyHeader(buffer, offset, header);
            decoder.receiveTimeNs();
            decoder.sourceId();
            decoder.lane();
            final JournalKind kind = decoder.kind();
            final long count = decoder.count();
            final long number = buffer.getLong(decoder.limit() + JournalRecordDecoder.frameHeaderLength());
            assertThat(number).isEqualTo(nextNumber[0]);
            nextNumber[0] += JournalKind.HOLE == kind ? count : 1;
            if (JournalKind.HOLE == kind)
            {
                assertThat(count).isEqualTo(lost);
            }

            return true;
        });
        assertThat(nextNumber[0]).isEqualTo(accepted);
    }
}
