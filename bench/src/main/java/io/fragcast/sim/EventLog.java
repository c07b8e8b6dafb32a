package io.fragcast.sim;

import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

import java.io.PrintStream;
import java.util.Locale;

/**
 * Everything that happens in a run, folded into one number: two runs with the same hash had the same events at the same
 * times in the same order. Prints them as well, if asked to.
 */
public final class EventLog
{
    /**
     * What happened; the subject is a node, or a path as from * 1,000 + to.
     */
    public enum Kind
    {
        /** A frame left. */
        SEND,
        /** A frame was handed to its receiver. */
        RECEIVE,
        /** A frame went nowhere. */
        DROP,
        /** A node delivered. */
        DELIVER,
        /** A builder asked for something. */
        BUILD,
        /** Something was broken. */
        FAULT,
        /** Something was mended. */
        HEAL,
        /** A node stored a proof of equivocation, or rejected a session. */
        ACCUSE
    }

    private static final long FNV_PRIME = 0x100000001B3L;
    private static final long FNV_OFFSET = 0xCBF29CE484222325L;
    /** Hop fields: two stamps and the count, after the 8-byte header. */
    private static final int HOP_FIELDS_OFFSET = 8;
    private static final int SUBJECT_BASE = 1_000;

    private final EventQueue events;
    private final @Nullable PrintStream trace;
    private final FrameText frameText = new FrameText();
    private long hash = FNV_OFFSET;
    private long count;

    /**
     * An empty log.
     *
     * @param events that hold the time.
     * @param trace  to print to; null: nothing is printed.
     */
    public EventLog(final EventQueue events, final @Nullable PrintStream trace)
    {
        this.events = events;
        this.trace = trace;
    }

    /**
     * The subject that stands for a path.
     *
     * @param from index of the sending node.
     * @param to   index of the receiving node.
     * @return the subject.
     */
    public static int path(final int from, final int to)
    {
        return (from + 1) * SUBJECT_BASE + to;
    }

    /**
     * Something without a frame.
     *
     * @param kind    of event.
     * @param subject node or path.
     * @param text    constant part, for the trace.
     * @param value   that goes with it.
     */
    public void on(final Kind kind, final int subject, final String text, final long value)
    {
        mix(kind, subject);
        for (int i = 0; i < text.length(); i++)
        {
            mix(text.charAt(i));
        }
        mix(value);
        if (null != trace)
        {
            print(kind, subject, text + ' ' + value);
        }
    }

    /**
     * Something that happened to a frame.
     *
     * @param kind    of event.
     * @param subject node or path.
     * @param text    constant part, for the trace; not hashed.
     * @param buffer  holding the frame.
     * @param offset  of its first byte.
     * @param length  in bytes.
     */
    public void on(
        final Kind kind,
        final int subject,
        final String text,
        final DirectBuffer buffer,
        final int offset,
        final int length)
    {
        mix(kind, subject);
        mix(contentHash(buffer, offset, length));
        if (null != trace)
        {
            print(kind, subject, text + ' ' + frameText.describe(buffer, offset, length));
        }
    }

    /**
     * A node delivered.
     *
     * @param subject node.
     * @param buffer  holding the BlockEvent message.
     * @param offset  of its first byte.
     * @param length  in bytes.
     */
    public void onDelivered(final int subject, final DirectBuffer buffer, final int offset, final int length)
    {
        mix(Kind.DELIVER, subject);
        mix(contentHash(buffer, offset, length));
        if (null != trace)
        {
            print(Kind.DELIVER, subject, frameText.describeEvent(buffer, offset));
        }
    }

    /**
     * The events so far in one number.
     *
     * @return the hash.
     */
    public long hash()
    {
        return hash;
    }

    /**
     * The events so far.
     *
     * @return count.
     */
    public long count()
    {
        return count;
    }

    /**
     * A number for bytes, all of them.
     *
     * @param buffer holding them.
     * @param offset of the first.
     * @param length how many.
     * @return the number.
     */
    public static long contentHash(final DirectBuffer buffer, final int offset, final int length)
    {
        long result = FNV_OFFSET ^ length;
        int i = 0;
        for (final int end = length - Long.BYTES; i <= end; i += Long.BYTES)
        {
            result = (result ^ buffer.getLong(offset + i)) * FNV_PRIME;
            result ^= result >>> 29;
        }
        for (; i < length; i++)
        {
            result = (result ^ buffer.getByte(offset + i)) * FNV_PRIME;
        }

        return result;
    }

    /**
     * A number for the bytes of a frame that its way does not change.
     *
     * @param buffer holding it.
     * @param offset of its first byte.
     * @param length in bytes.
     * @return the number.
     */
    public static long hopFreeHash(final DirectBuffer buffer, final int offset, final int length)
    {
        final int hopFieldsEnd = HOP_FIELDS_OFFSET + 2 * Long.BYTES + 1;

        return contentHash(buffer, offset, HOP_FIELDS_OFFSET) * FNV_PRIME ^
            contentHash(buffer, offset + hopFieldsEnd, length - hopFieldsEnd);
    }

    private void mix(final Kind kind, final int subject)
    {
        count++;
        mix(events.nowNs());
        mix((long)kind.ordinal() << Integer.SIZE | subject);
    }

    private void mix(final long value)
    {
        hash = (hash ^ value) * FNV_PRIME;
        hash ^= hash >>> 32;
    }

    private void print(final Kind kind, final int subject, final String text)
    {
        final String who = subject < SUBJECT_BASE ?
            "node " + subject : subject / SUBJECT_BASE - 1 + " > " + subject % SUBJECT_BASE;
        trace.printf(Locale.ROOT, "%14.6f ms  %-8s %-7s %s%n", events.nowNs() / 1e6, who, kind, text);
    }
}
