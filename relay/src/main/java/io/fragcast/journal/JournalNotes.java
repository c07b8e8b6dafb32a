package io.fragcast.journal;

import org.agrona.DirectBuffer;

/**
 * The files of a journal, and what is noted beside each by whoever knows what the records mean. A note that
 * {@link #append} returned for survives the death of the process, as records do; one that was cut off is not read.
 * Used by one thread.
 */
public interface JournalNotes extends AutoCloseable
{
    /**
     * Takes notes.
     */
    @FunctionalInterface
    interface Consumer
    {
        /**
         * The next note.
         *
         * @param roll   number of the file that it stands beside.
         * @param buffer holding it; valid during the call.
         * @param offset of its first byte.
         * @param length in bytes.
         */
        void onNote(long roll, DirectBuffer buffer, int offset, int length);
    }

    /**
     * Which file holds a record?
     *
     * @param index of the record.
     * @return number of the file; ascending in time.
     */
    long rollOf(long index);

    /**
     * The files that there are.
     *
     * @return their numbers, ascending.
     */
    long[] rolls();

    /**
     * How long a file is.
     *
     * @param roll number of the file.
     * @return bytes, what is sparse counted; 0 if there is no such file.
     */
    long bytesOf(long roll);

    /**
     * Writes a note beside a file, behind those that are there.
     *
     * @param roll   number of the file.
     * @param buffer holding the note.
     * @param offset of its first byte.
     * @param length in bytes.
     */
    void append(long roll, DirectBuffer buffer, int offset, int length);

    /**
     * Hands over all notes, those of one file after those of the file before, each file's in the order in which they
     * were written.
     *
     * @param consumer takes them.
     */
    void read(Consumer consumer);

    /**
     * Deletes the oldest file with its notes.
     *
     * @param roll number of the file; not the one that is appended to.
     */
    void delete(long roll);

    @Override
    void close();
}
