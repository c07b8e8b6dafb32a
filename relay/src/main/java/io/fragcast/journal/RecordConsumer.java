package io.fragcast.journal;

import org.agrona.DirectBuffer;

/**
 * Takes the records of a journal in the order in which they were appended.
 */
@FunctionalInterface
public interface RecordConsumer
{
    /**
     * The next record. The bytes are valid during the call.
     *
     * @param index  of the record; ascending, with gaps where the journal began a new file.
     * @param buffer holding the record.
     * @param offset of its first byte.
     * @param length in bytes.
     * @return true to be given the next one; false to end the replay after this one.
     */
    boolean onRecord(long index, DirectBuffer buffer, int offset, int length);
}
