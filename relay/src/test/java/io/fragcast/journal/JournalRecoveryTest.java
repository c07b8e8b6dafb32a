package io.fragcast.journal;

import io.fragcast.codecs.EnvEncoder;
import io.fragcast.codecs.JournalKind;
import io.fragcast.codecs.JournalRecordEncoder;
import io.fragcast.codecs.MessageHeaderEncoder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class JournalRecoveryTest
{
    private static final int OWN = 0;
    private static final int PEER = 77;

    private final RecordingJournal journal = new RecordingJournal();

    @Test
    void shouldTellNothingOfAnEmptyJournal()
    {
        assertThat(JournalRecovery.read(journal).highestIncarnation()).isZero();
    }

    @Test
    void shouldTellTheHighestIncarnationOfItsOwn()
    {
        append(JournalKind.FRAME, env(5, 1_000), OWN);
        append(JournalKind.FRAME, env(5, 3_000), OWN);
        append(JournalKind.FRAME, env(6, 2_000), OWN);
        append(JournalKind.FRAME, env(7, 9_000), PEER);

        assertThat(JournalRecovery.read(journal).highestIncarnation()).isEqualTo(3_000);
    }

    @Test
    void shouldPassOverHolesAndPieces()
    {
        append(JournalKind.HOLE, env(5, 3_000), OWN);
        append(JournalKind.FRAME, new UnsafeBuffer(new byte[MessageHeaderEncoder.ENCODED_LENGTH]), OWN);

        assertThat(JournalRecovery.read(journal).highestIncarnation()).isZero();
    }

    @Test
    void shouldRefuseARecordThatIsCutOff()
    {
        append(JournalKind.FRAME, env(8, 1), PEER);
        final byte[] whole = journal.records.remove(0);
        journal.records.add(Arrays.copyOf(whole, whole.length - 1));

        assertThatThrownBy(() -> JournalRecovery.read(journal))
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("record 1 is cut off");
    }

    private static UnsafeBuffer env(final long blockNumber, final long incarnation)
    {
        final UnsafeBuffer frame =
            new UnsafeBuffer(new byte[MessageHeaderEncoder.ENCODED_LENGTH + EnvEncoder.BLOCK_LENGTH]);
        new EnvEncoder().wrapAndApplyHeader(frame, 0, new MessageHeaderEncoder())
            .blockNumber(blockNumber)
            .incarnation(incarnation);

        return frame;
    }

    private void append(final JournalKind kind, final UnsafeBuffer frame, final int sourceId)
    {
        final UnsafeBuffer record =
            new UnsafeBuffer(new byte[JournalRing.RECORD_OVERHEAD + frame.capacity()]);
        new JournalRecordEncoder().wrapAndApplyHeader(record, 0, new MessageHeaderEncoder())
            .receiveTimeNs(1)
            .sourceId(sourceId)
            .lane((short)0)
            .kind(kind)
            .reserved(0)
            .count(0)
            .putFrame(frame, 0, frame.capacity());
        journal.append(record, 0, record.capacity());
    }

    private static final class RecordingJournal implements Journal
    {
        private final List<byte[]> records = new ArrayList<>();

        @Override
        public long append(final DirectBuffer buffer, final int offset, final int length)
        {
            final byte[] record = new byte[length];
            buffer.getBytes(offset, record);
            records.add(record);

            return records.size();
        }

        @Override
        public long replay(final long fromIndex, final RecordConsumer consumer)
        {
            for (int i = 0; i < records.size(); i++)
            {
                final byte[] record = records.get(i);
                consumer.onRecord(i + 1L, new UnsafeBuffer(record), 0, record.length);
            }

            return records.size();
        }

        @Override
        public void close()
        {
        }
    }
}
