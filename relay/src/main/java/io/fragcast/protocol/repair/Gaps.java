package io.fragcast.protocol.repair;

/**
 * Who knows what is missing: the receive side of the block lane. Called by the thread that owns it.
 */
public interface Gaps
{
    /**
     * Looks for what is evidently missing, lowest height first. Evidence counts once a sample has seen it: what has
     * come late by less than the time between two samples is never asked for.
     *
     * @param nowNs     monotonic nanoseconds.
     * @param isSample  is this a sample, or a look in between?
     * @param isStalled does the transport hold back what follows a hole, so that nothing here can show it?
     * @param missing   emptied, then filled.
     */
    void scan(long nowNs, boolean isSample, boolean isStalled, GapList missing);

    /**
     * Is a run followed yet?
     *
     * @return false before the first verified message.
     */
    boolean hasRun();

    /**
     * Has nothing of the run been heard for longer than a frag takes to follow another?
     *
     * @param nowNs monotonic nanoseconds.
     * @return true if nothing came.
     */
    boolean isSilent(long nowNs);

    /**
     * Does a holder's hint name something that is not here and could be taken?
     *
     * @param leaderTerm  of its newest attempt.
     * @param blockNumber of the attempt.
     * @param incarnation of the attempt.
     * @param seq         frags of it that the holder knows of.
     * @return true if so.
     */
    boolean isBehind(int leaderTerm, long blockNumber, long incarnation, int seq);

    /**
     * Adds what is missing if a holder's hint is true.
     *
     * @param leaderTerm  of its newest attempt.
     * @param blockNumber of the attempt.
     * @param incarnation of the attempt.
     * @param seq         frags of it that the holder knows of.
     * @param isExact     whether the frags below seq are asked for by name, or whatever there is from here on.
     * @param missing     added to.
     */
    void addHinted(
        int leaderTerm, long blockNumber, long incarnation, int seq, boolean isExact, GapList missing);
}
