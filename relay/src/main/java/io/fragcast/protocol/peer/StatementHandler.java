package io.fragcast.protocol.peer;

/**
 * Owns one kind of statement: says whose signature one must bear, and takes those that do. Called by the thread of the
 * peers; what a hot agent must know goes there through a ring.
 */
public interface StatementHandler
{
    /**
     * Looks at a statement whose signature is not checked. Nothing it says is to be believed yet.
     *
     * @param statement valid during the call; gets its place and key by {@link Statement#signedBy}.
     * @param nowNs     monotonic nanoseconds.
     * @return what it claims to be.
     */
    StatementClaim onClaim(Statement statement, long nowNs);

    /**
     * Takes a statement that was signed, or proved. It is kept and passed on after this.
     *
     * @param statement valid during the call.
     * @param nowNs     monotonic nanoseconds.
     */
    void onAccepted(Statement statement, long nowNs);

    /**
     * Does what is due without a statement.
     *
     * @param nowNs monotonic nanoseconds.
     * @return work done.
     */
    default int doWork(final long nowNs)
    {
        return 0;
    }
}
