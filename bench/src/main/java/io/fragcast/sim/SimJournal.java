package io.fragcast.sim;

import io.fragcast.journal.Journal;
import io.fragcast.journal.RecordConsumer;
import io.fragcast.sim.checker.SimFailure;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A journal over a {@link SimDisk}. What a crash tore is cut off when it is opened, so that a replay sees whole records
 * only.
 */
public class SimJournal implements Journal
{
    private final SimDisk disk;
    private boolean isClosed;

    /**
     * Opens the journal: cuts off a torn tail.
     *
     * @param disk that holds it.
     */
    public SimJournal(final SimDisk disk)
    {
        this.disk = disk;
        recover(disk);
    }

    /**
     * Makes what is on the disk whole again.
     *
     * @param disk after a crash.
     */
    protected void recover(final SimDisk disk)
    {
        disk.cutTornTail();
    }

    @Override
    public final long append(final DirectBuffer buffer, final int offset, final int length)
    {
        if (isClosed)
        {
            throw new SimFailure("an append to a closed journal");
        }

        return disk.append(buffer, offset, length);
    }

    @Override
    public final long replay(final long fromIndex, final RecordConsumer consumer)
    {
        // One for each call: who reads a record may replay what is behind it.
        final UnsafeBuffer view = new UnsafeBuffer(0, 0);
        long count = 0;
        for (int i = (int)Math.max(0, fromIndex - 1); i < disk.recordCount(); i++)
        {
            view.wrap(disk.record(i));
            count++;
            if (!consumer.onRecord(i + 1L, view, 0, view.capacity()))
            {
                break;
            }
        }

        return count;
    }

    @Override
    public final void close()
    {
        isClosed = true;
    }
}
