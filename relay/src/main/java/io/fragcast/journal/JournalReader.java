package io.fragcast.journal;

/**
 * Reads a journal in small steps while another thread, or another process, appends to it. Used by one thread. Made and
 * closed by its owner; reading it never changes the journal.
 */
public interface JournalReader extends AutoCloseable
{
    /**
     * Hands over the records from an index on, in order, up to the last there is.
     *
     * @param fromIndex   of the first record wanted; {@link Journal#START}: the first there is. What the last call
     *                    returned is found at once, any other index by a search.
     * @param recordLimit at most so many are handed over.
     * @param consumer    called for each; where it answers false, the record just handed over counts as not read.
     * @return index to go on from: of the first record that was not read, known or not; fromIndex itself if the journal
     * has nothing there, be it that it does not reach so far or that the file is gone.
     */
    long read(long fromIndex, int recordLimit, RecordConsumer consumer);

    @Override
    void close();
}
