package io.fragcast.protocol.block;

/**
 * By which sessions the last {@link #CAPACITY} headers of frags came, first or again. A stream sends a header before
 * its pieces, so a piece that fails under the header that its own session sent is that session's fault. One that fails
 * under a header of another session proves nothing: where a leader's key signed two, the session may have sent the
 * other, and lost it on the way.
 */
final class HeadersSeen
{
    /** Of 32 sessions, 32 frags each: what is on its way at once. A power of two. */
    static final int CAPACITY = 1_024;

    private final int[] sessionIds = new int[CAPACITY];
    private final int[] leaderTerms = new int[CAPACITY];
    private final long[] blockNumbers = new long[CAPACITY];
    private final long[] incarnations = new long[CAPACITY];
    private final int[] seqs = new int[CAPACITY];
    private int count;
    private int next;

    /** The header of a frag came; the oldest is forgotten for it. */
    void add(final SignedFrame header, final int sessionId)
    {
        sessionIds[next] = sessionId;
        leaderTerms[next] = header.leaderTerm;
        blockNumbers[next] = header.blockNumber;
        incarnations[next] = header.incarnation;
        seqs[next] = header.seq;
        next = next + 1 & CAPACITY - 1;
        count = Math.min(count + 1, CAPACITY);
    }

    /** Did the header of a piece come by this session? Asked of pieces that fail only. */
    boolean isSeen(final PieceFrame piece, final int sessionId)
    {
        for (int i = 0; i < count; i++)
        {
            if (sessionId == sessionIds[i] &&
                seqs[i] == piece.seq &&
                blockNumbers[i] == piece.blockNumber &&
                incarnations[i] == piece.incarnation &&
                leaderTerms[i] == piece.leaderTerm)
            {
                return true;
            }
        }

        return false;
    }
}
