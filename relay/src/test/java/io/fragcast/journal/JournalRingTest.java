package io.fragcast.journal;

import io.fragcast.AllocatedBytes;
import io.fragcast.codecs.JournalKind;
import io.fragcast.codecs.JournalRecordDecoder;
import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.codecs.SignalKind;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

class JournalRingTest
{
    private static final int RING_LENGTH = JournalConfig.MIN_RING_LENGTH;
    private static final int FRAME_LENGTH = 1_376;
    private static final int SESSION_ID = -77;
    private static final int LANE = 2;

    private final Counters counters = Counters.inMemory();
    private final JournalRing ring = new JournalRing(RING_LENGTH, counters);
    private final UnsafeBuffer frame = new UnsafeBuffer(ByteBuffer.allocateDirect(FRAME_LENGTH));

    private record Read(JournalKind kind, long count, int sourceId, int lane, long receiveTimeNs, byte[] frame)
    {
        int number()
        {
            return new UnsafeBuffer(frame).getInt(0);
        }
    }

    @Test
    void shouldCarryAFrameUnchanged()
    {
        for (int i = 0; i < FRAME_LENGTH; i++)
        {
            frame.putByte(i, (byte)(i * 31));
        }

        ring.onAccepted(frame, 100, 200, SESSION_ID, LANE, 123_456_789L);

        final List<Read> records = drain();
        assertThat(records).hasSize(1);
        final Read record = records.get(0);
        final byte[] expected = new byte[200];
        frame.getBytes(100, expected);
        assertThat(record.frame()).isEqualTo(expected);
        assertThat(record.kind()).isEqualTo(JournalKind.FRAME);
        assertThat(record.count()).isZero();
        assertThat(record.sourceId()).isEqualTo(SESSION_ID);
        assertThat(record.lane()).isEqualTo(LANE);
        assertThat(record.receiveTimeNs()).isEqualTo(123_456_789L);
    }

    @Test
    void shouldPutOneHoleInPlaceOfWhatDidNotFit()
    {
        final int accepted = fill(0);
        final int lost = 57;
        for (int i = 0; i < lost - 1; i++)
        {
            onAccepted(accepted + 1 + i);
        }
        assertThat(counters.value(FragcastCounter.JOURNAL_FRAMES_LOST)).isEqualTo(lost);

        final List<Read> records = drain();
        assertThat(records).hasSize(accepted).allMatch((record) -> JournalKind.FRAME == record.kind());

        onAccepted(accepted + lost);
        onAccepted(accepted + lost + 1);

        final List<Read> later = drain();
        assertThat(later).extracting(Read::kind)
            .containsExactly(JournalKind.HOLE, JournalKind.FRAME, JournalKind.FRAME);
        final Read hole = later.get(0);
        assertThat(hole.count()).isEqualTo(lost);
        assertThat(hole.number()).isEqualTo(accepted);
        assertThat(hole.frame()).hasSize(JournalRing.HOLE_FRAME_LENGTH);
        assertThat(hole.receiveTimeNs()).isEqualTo(accepted);
        assertThat(hole.sourceId()).isEqualTo(SESSION_ID);
        assertThat(later.get(1).number()).isEqualTo(accepted + lost);
        assertThat(later.get(2).number()).isEqualTo(accepted + lost + 1);
        assertThat(counters.value(FragcastCounter.JOURNAL_FRAMES_LOST)).isEqualTo(lost);
    }

    @Test
    void shouldReportAHoleThatNoFrameFollows()
    {
        fill(0);
        assertThat(ring.doWork()).isZero();

        drain();
        assertThat(ring.doWork()).isEqualTo(1);
        assertThat(ring.doWork()).isZero();

        final List<Read> records = drain();
        assertThat(records).hasSize(1);
        assertThat(records.get(0).kind()).isEqualTo(JournalKind.HOLE);
        assertThat(records.get(0).count()).isEqualTo(1);
    }

    @Test
    void shouldTakeEventsWhereNoFrameFits()
    {
        final int accepted = fill(0);
        for (int i = 0; i < 100; i++)
        {
            onEvent(i);
        }

        final List<Read> records = drain();
        assertThat(records).hasSize(accepted + 100);
        assertThat(records.subList(accepted, accepted + 100))
            .allMatch((record) -> JournalKind.EVENT == record.kind() && 0 == record.count());
        assertThat(counters.value(FragcastCounter.JOURNAL_EVENTS_LOST)).isZero();
    }

    @Test
    void shouldSayHowManyEventsWereLost()
    {
        fill(0);
        int written = 0;
        while (0 == counters.value(FragcastCounter.JOURNAL_EVENTS_LOST))
        {
            onEvent(written++);
        }
        onEvent(written);
        assertThat(written).isGreaterThan(800);
        drain();
        onEvent(written + 1);
        onEvent(written + 2);

        final List<Read> records = drain();
        assertThat(records).extracting(Read::kind).containsExactly(JournalKind.EVENT, JournalKind.EVENT);
        assertThat(records).extracting(Read::count).containsExactly(2L, 0L);
        assertThat(counters.value(FragcastCounter.JOURNAL_EVENTS_LOST)).isEqualTo(2);
    }

    @Test
    void shouldAllocateNothing()
    {
        final MessageHandler nobody = (type, buffer, offset, length) -> {};

        assertThat(AllocatedBytes.least(() ->
        {
            for (int i = 0; i < 200; i++)
            {
                fill(0);
                ring.doWork();
                ring.buffer().read(nobody);
            }
        })).isZero();
    }

    /**
     * Writes numbered frames until one is lost.
     */
    private int fill(final int from)
    {
        final long lostBefore = counters.value(FragcastCounter.JOURNAL_FRAMES_LOST);
        int number = from;
        while (counters.value(FragcastCounter.JOURNAL_FRAMES_LOST) == lostBefore)
        {
            onAccepted(number++);
        }

        return number - 1;
    }

    private void onAccepted(final int number)
    {
        frame.putInt(0, number);
        ring.onAccepted(frame, 0, FRAME_LENGTH, SESSION_ID, LANE, number);
    }

    private void onEvent(final int seq)
    {
        ring.onEvent(SignalKind.FRAG_VERIFIED, 10, 1, 7, 1_000, seq, 0, 0, null, seq);
    }

    private List<Read> drain()
    {
        final List<Read> records = new ArrayList<>();
        final MessageHeaderDecoder header = new MessageHeaderDecoder();
        final JournalRecordDecoder decoder = new JournalRecordDecoder();
        while (ring.buffer().size() > 0)
        {
            ring.buffer().read((type, buffer, offset, length) ->
            {
                assertThat(type).isEqualTo(JournalRecordDecoder.TEMPLATE_ID);
                decoder.wrapAndApplyHeader(buffer, offset, header);
                final long receiveTimeNs = decoder.receiveTimeNs();
                final int sourceId = decoder.sourceId();
                final int lane = decoder.lane();
                final JournalKind kind = decoder.kind();
                final long count = decoder.count();
                final byte[] bytes = new byte[decoder.frameLength()];
                decoder.getFrame(bytes, 0, bytes.length);
                assertThat(decoder.limit()).isEqualTo(offset + length);
                records.add(new Read(kind, count, sourceId, lane, receiveTimeNs, bytes));
            });
        }

        return records;
    }
}
