package io.fragcast.journal;

import org.agrona.DirectBuffer;

/**
 * Keeps records on disk in the order in which they were appended, each whole or not at all.
 * <p>
 * A record that {@link #append} returned for survives the death of the process at any moment; what a power cut leaves
 * is up to the operating system. A record is an SBE JournalRecord, which the journal does not look into.
 * Used by one thread at a time. Opened by the implementation's factory, closed by whoever opened it.
 */
public interface Journal extends AutoCloseable
{
    /** Where a replay of everything starts. */
    long START = 0;

    /**
     * Appends one record.
     *
     * @param buffer holding it.
     * @param offset of its first byte.
     * @param length in bytes, at least 1.
     * @return its index, greater than every index before.
     */
    long append(DirectBuffer buffer, int offset, int length);

    /**
     * Hands over the records from an index on, up to the last there is when the replay reaches it.
     *
     * @param fromIndex of the first record wanted; if there is none of that index, the next one. {@link #START}: all.
     * @param consumer  called for each.
     * @return records handed over.
     */
    long replay(long fromIndex, RecordConsumer consumer);

    @Override
    void close();
}
