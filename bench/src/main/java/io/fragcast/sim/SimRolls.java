package io.fragcast.sim;

import io.fragcast.journal.Journal;
import io.fragcast.journal.JournalNotes;
import io.fragcast.journal.JournalReader;
import io.fragcast.journal.RecordConsumer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * A journal in memory that is cut into files, of which old ones may be deleted, and the notes beside them. For one
 * process that never crashes.
 */
final class SimRolls implements Journal, JournalNotes
{
    /** Some 50 blocks a file. */
    private static final int ROLL_RECORDS = 512;

    private static final class Roll
    {
        private final long number;
        private final List<byte[]> records = new ArrayList<>(ROLL_RECORDS);
        private final List<byte[]> notes = new ArrayList<>();
        private long bytes;

        private Roll(final long number)
        {
            this.number = number;
        }
    }

    private final ArrayDeque<Roll> rolls = new ArrayDeque<>();
    private long lastIndex;

    @Override
    public long append(final DirectBuffer buffer, final int offset, final int length)
    {
        final long index = ++lastIndex;
        if (rolls.isEmpty() || rolls.getLast().number != rollOf(index))
        {
            rolls.add(new Roll(rollOf(index)));
        }
        final Roll roll = rolls.getLast();
        roll.records.add(copy(buffer, offset, length));
        roll.bytes += length;

        return index;
    }

    @Override
    public long replay(final long fromIndex, final RecordConsumer consumer)
    {
        final long[] count = new long[1];
        read(fromIndex, Integer.MAX_VALUE, (index, buffer, offset, length) ->
        {
            count[0]++;
            return consumer.onRecord(index, buffer, offset, length);
        });

        return count[0];
    }

    /** Reads on while it grows; what is deleted meanwhile is passed over. */
    JournalReader reader()
    {
        return new JournalReader()
        {
            @Override
            public long read(final long fromIndex, final int recordLimit, final RecordConsumer consumer)
            {
                return SimRolls.this.read(fromIndex, recordLimit, consumer);
            }

            @Override
            public void close()
            {
                // The journal is whoever's that made it.
            }
        };
    }

    @Override
    public long rollOf(final long index)
    {
        return (index - 1) / ROLL_RECORDS;
    }

    @Override
    public long[] rolls()
    {
        return rolls.stream().mapToLong((roll) -> roll.number).toArray();
    }

    @Override
    public long bytesOf(final long roll)
    {
        for (final Roll known : rolls)
        {
            if (roll == known.number)
            {
                return known.bytes;
            }
        }

        return 0;
    }

    @Override
    public void append(final long roll, final DirectBuffer buffer, final int offset, final int length)
    {
        for (final Roll known : rolls)
        {
            if (roll == known.number)
            {
                known.notes.add(copy(buffer, offset, length));
            }
        }
    }

    @Override
    public void read(final Consumer consumer)
    {
        for (final Roll roll : rolls)
        {
            for (final byte[] note : roll.notes)
            {
                consumer.onNote(roll.number, new UnsafeBuffer(note), 0, note.length);
            }
        }
    }

    @Override
    public void delete(final long roll)
    {
        if (rolls.size() < 2 || roll != rolls.getFirst().number)
        {
            throw new IllegalArgumentException("roll " + roll + " is not the oldest, or is appended to");
        }
        rolls.removeFirst();
    }

    @Override
    public void close()
    {
        // It is memory.
    }

    /** Files deleted so far. */
    long deleted()
    {
        return rolls.isEmpty() ? 0 : rolls.getFirst().number;
    }

    private long read(final long fromIndex, final int recordLimit, final RecordConsumer consumer)
    {
        long index = Math.max(1, fromIndex);
        if (!rolls.isEmpty())
        {
            index = Math.max(index, rolls.getFirst().number * ROLL_RECORDS + 1);
        }
        long left = recordLimit;
        final UnsafeBuffer view = new UnsafeBuffer(0, 0);
        for (final Roll roll : rolls)
        {
            while (left > 0 && rollOf(index) == roll.number && index <= lastIndex)
            {
                view.wrap(roll.records.get((int)((index - 1) % ROLL_RECORDS)));
                if (!consumer.onRecord(index, view, 0, view.capacity()))
                {
                    return index;
                }
                index++;
                left--;
            }
        }

        return index;
    }

    private static byte[] copy(final DirectBuffer buffer, final int offset, final int length)
    {
        final byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);

        return bytes;
    }
}
