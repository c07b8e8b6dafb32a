package io.fragcast.agent;

import io.fragcast.codecs.JournalKind;
import io.fragcast.codecs.JournalRecordDecoder;
import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.journal.DiskGuard;
import io.fragcast.journal.Journal;
import io.fragcast.journal.JournalConfig;
import io.fragcast.journal.JournalRing;
import io.fragcast.journal.RecordConsumer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import static io.fragcast.counter.FragcastCounter.JOURNAL_BYTES;
import static io.fragcast.counter.FragcastCounter.JOURNAL_DISK_ALARM;
import static io.fragcast.counter.FragcastCounter.JOURNAL_FRAMES;
import static io.fragcast.counter.FragcastCounter.JOURNAL_FRAMES_LOST;
import static io.fragcast.counter.FragcastCounter.JOURNAL_HOLES;
import static io.fragcast.counter.FragcastCounter.JOURNAL_RING_HIGH_WATER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class JournalAgentTest
{
    private static final int FRAME_LENGTH = 1_000;
    private static final long RESERVE_BYTES = 1_000;

    private final Counters counters = Counters.inMemory();
    private final JournalRing ring = new JournalRing(JournalConfig.MIN_RING_LENGTH, counters);
    private final RecordingJournal journal = new RecordingJournal();
    private long usableBytes = RESERVE_BYTES;
    private long nowNs = Long.MAX_VALUE - 10;
    private final JournalAgent agent = new JournalAgent(
        new JournalRing[]{ ring },
        journal,
        new DiskGuard(() -> usableBytes, RESERVE_BYTES),
        () -> nowNs,
        counters);
    private final UnsafeBuffer frame = new UnsafeBuffer(new byte[FRAME_LENGTH]);

    @Test
    void shouldJournalInOrderAndCount()
    {
        accept(0, 600);
        final long waitingBytes = ring.buffer().size();
        drain();

        assertThat(journal.numbers).containsExactlyElementsOf(range(0, 600));
        assertThat(value(JOURNAL_FRAMES)).isEqualTo(600);
        assertThat(value(JOURNAL_BYTES)).isEqualTo(600L * (FRAME_LENGTH + JournalRing.RECORD_OVERHEAD));
        assertThat(value(JOURNAL_HOLES)).isZero();
        assertThat(value(JOURNAL_RING_HIGH_WATER)).isEqualTo(waitingBytes);
    }

    @Test
    void shouldLimitABatchByBytes()
    {
        accept(0, 600);

        assertThat(agent.doWork()).isBetween(200, 300);
        assertThat(agent.doWork()).isBetween(200, 300);
    }

    @Test
    void shouldStopBeforeTheDiskIsFullAndResume()
    {
        usableBytes = RESERVE_BYTES - 1;
        accept(0, 2_000);

        assertThat(agent.doWork()).isZero();
        assertThat(journal.numbers).isEmpty();
        assertThat(value(JOURNAL_DISK_ALARM)).isEqualTo(1);
        final long lost = value(JOURNAL_FRAMES_LOST);
        assertThat(lost).isBetween(1_000L, 1_250L);

        usableBytes = RESERVE_BYTES;
        drain();
        accept(2_000, 1);
        drain();

        assertThat(value(JOURNAL_DISK_ALARM)).isZero();
        assertThat(value(JOURNAL_HOLES)).isEqualTo(1);
        assertThat(journal.lostInHoles).isEqualTo(lost);
        final List<Integer> expected = range(0, 2_000 - (int)lost);
        expected.add(2_000);
        assertThat(journal.numbers).containsExactlyElementsOf(expected);
    }

    @Test
    void shouldKeepARecordWhoseAppendFailedAndTryAgainLater()
    {
        accept(0, 3);
        journal.failAt = 1;

        assertThatThrownBy(agent::doWork).isInstanceOf(IllegalStateException.class).hasMessage("append failed");
        assertThat(journal.numbers).containsExactly(0);
        assertThat(value(JOURNAL_FRAMES)).isEqualTo(1);

        assertThat(agent.doWork()).isZero();
        journal.failAt = -1;
        assertThat(agent.doWork()).isZero();

        nowNs += TimeUnit.SECONDS.toNanos(1);
        assertThat(agent.doWork()).isEqualTo(2);
        assertThat(journal.numbers).containsExactly(0, 1, 2);
    }

    @Test
    void shouldDrainWhatIsLeftWhenClosed()
    {
        accept(0, 2_000);
        final long lost = value(JOURNAL_FRAMES_LOST);
        assertThat(lost).isPositive();

        agent.onClose();

        assertThat(journal.numbers).hasSize(2_000 - (int)lost);
        assertThat(journal.lostInHoles).isEqualTo(lost);
        assertThat(journal.isClosed).isTrue();
    }

    @Test
    void shouldCountWhatAFullDiskLeavesBehindWhenClosed()
    {
        accept(0, 10);
        usableBytes = 0;

        agent.onClose();

        assertThat(journal.numbers).isEmpty();
        assertThat(value(JOURNAL_FRAMES_LOST)).isEqualTo(10);
        assertThat(journal.isClosed).isTrue();
    }

    private void accept(final int from, final int count)
    {
        for (int i = from; i < from + count; i++)
        {
            frame.putInt(0, i);
            ring.onAccepted(frame, 0, FRAME_LENGTH, 0, 0, i);
        }
    }

    private void drain()
    {
        long position;
        do
        {
            position = ring.buffer().consumerPosition();
            agent.doWork();
        }
        while (position != ring.buffer().consumerPosition());
    }

    private long value(final FragcastCounter counter)
    {
        return counters.value(counter);
    }

    private static List<Integer> range(final int from, final int to)
    {
        final List<Integer> numbers = new ArrayList<>();
        for (int i = from; i < to; i++)
        {
            numbers.add(i);
        }

        return numbers;
    }

    private static final class RecordingJournal implements Journal
    {
        private final MessageHeaderDecoder header = new MessageHeaderDecoder();
        private final JournalRecordDecoder decoder = new JournalRecordDecoder();
        private final List<Integer> numbers = new ArrayList<>();
        private long lostInHoles;
        private int failAt = -1;
        private boolean isClosed;

        @Override
        public long append(final DirectBuffer buffer, final int offset, final int length)
        {
            decoder.wrapAndApplyHeader(buffer, offset, header);
            decoder.receiveTimeNs();
            decoder.sourceId();
            decoder.lane();
            final JournalKind kind = decoder.kind();
            final long count = decoder.count();
            final int number = buffer.getInt(decoder.limit() + JournalRecordDecoder.frameHeaderLength());
            if (failAt == number)
            {
                throw new IllegalStateException("append failed");
            }
            if (JournalKind.HOLE == kind)
            {
                lostInHoles += count;
            }
            else
            {
                numbers.add(number);
            }

            return numbers.size();
        }

        @Override
        public long replay(final long fromIndex, final RecordConsumer consumer)
        {
            throw new UnsupportedOperationException("never replayed here");
        }

        @Override
        public void close()
        {
            isClosed = true;
        }
    }
}
