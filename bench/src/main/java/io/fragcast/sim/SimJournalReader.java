package io.fragcast.sim;

import io.fragcast.journal.JournalReader;
import io.fragcast.journal.RecordConsumer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Reads what is on a {@link SimDisk} while it grows. The first record has index 1.
 */
final class SimJournalReader implements JournalReader
{
    private final SimDisk disk;
    private final UnsafeBuffer view = new UnsafeBuffer(0, 0);

    SimJournalReader(final SimDisk disk)
    {
        this.disk = disk;
    }

    @Override
    public long read(final long fromIndex, final int recordLimit, final RecordConsumer consumer)
    {
        int position = (int)Math.max(0, fromIndex - 1);
        final int end = (int)Math.min(disk.recordCount(), (long)position + recordLimit);
        if (position >= end)
        {
            return fromIndex;
        }
        while (position < end)
        {
            view.wrap(disk.record(position));
            if (!consumer.onRecord(position + 1L, view, 0, view.capacity()))
            {
                break;
            }
            position++;
        }

        return position + 1L;
    }

    @Override
    public void close()
    {
    }
}
