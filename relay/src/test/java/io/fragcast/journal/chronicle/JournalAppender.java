package io.fragcast.journal.chronicle;

import io.fragcast.journal.Journal;
import io.fragcast.journal.JournalConfig;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * The process that a test kills: appends numbered records at full speed until then, and says on stdout how far it is.
 */
final class JournalAppender
{
    private static final int MAX_LENGTH = 4_000;
    private static final int REPORT_EVERY = 500;

    private JournalAppender()
    {
    }

    /**
     * Runs until killed.
     *
     * @param args folder of the journal, number of the first record.
     */
    public static void main(final String[] args)
    {
        final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(MAX_LENGTH + 8));
        try (Journal journal = ChronicleJournal.open(
            JournalConfig.small(Path.of(args[0]), JournalConfig.MIN_RING_LENGTH)))
        {
            for (long number = Long.parseLong(args[1]); true; number++)
            {
                journal.append(buffer, 0, write(buffer, number));
                if (0 == number % REPORT_EVERY)
                {
                    System.out.println(number);
                    System.out.flush();
                }
            }
        }
    }

    /**
     * Writes the record of a number: the number, then bytes that follow from it, as many as follow from it.
     *
     * @param buffer to write to.
     * @param number of the record.
     * @return length of the record.
     */
    static int write(final MutableDirectBuffer buffer, final long number)
    {
        final int length = length(number);
        buffer.putLong(0, number);
        for (int i = 8; i < length; i++)
        {
            buffer.putByte(i, (byte)(number + i));
        }

        return length;
    }

    /**
     * Is it the record of this number, whole?
     *
     * @param number expected.
     * @param buffer holding the record.
     * @param offset of its first byte.
     * @param length in bytes.
     * @return true if every byte is right.
     */
    static boolean isWhole(final long number, final DirectBuffer buffer, final int offset, final int length)
    {
        if (length(number) != length || buffer.getLong(offset) != number)
        {
            return false;
        }
        for (int i = 8; i < length; i++)
        {
            if (buffer.getByte(offset + i) != (byte)(number + i))
            {
                return false;
            }
        }

        return true;
    }

    private static int length(final long number)
    {
        return 8 + (int)Math.floorMod(number * 2_654_435_761L, (long)MAX_LENGTH);
    }
}
