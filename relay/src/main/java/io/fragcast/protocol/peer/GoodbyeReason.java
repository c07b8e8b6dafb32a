package io.fragcast.protocol.peer;

/**
 * Why a node ends or refuses a session: EOSIO's twelve, then ours. Ordinals are those of the wire's GoodbyeReason.
 */
public enum GoodbyeReason
{
    /** None given. */
    NO_REASON(RetryClass.BACKOFF),
    /** The peer is this node. */
    SELF(RetryClass.NEVER),
    /** Another session with the same node is kept. */
    DUPLICATE(RetryClass.SLOW),
    /** Another chain id. */
    WRONG_CHAIN(RetryClass.NEVER),
    /** No version of the schema that both speak. */
    WRONG_VERSION(RetryClass.ONCE),
    /** The peer follows another branch below what is final here. */
    FORKED(RetryClass.NEVER, true),
    /** The peer sent a block that links to nothing. */
    UNLINKABLE(RetryClass.NEVER, true),
    /** The peer sent a transaction that cannot be one. */
    BAD_TRANSACTION(RetryClass.NEVER, true),
    /** The peer's messages fail their checks. */
    VALIDATION(RetryClass.NEVER, true),
    /** Something else that may pass. */
    BENIGN_OTHER(RetryClass.BACKOFF),
    /** Something else that will not pass. */
    FATAL_OTHER(RetryClass.NEVER, true),
    /** The key is not the one expected here. */
    AUTHENTICATION(RetryClass.NEVER),
    /** Another schedule, or another MTU than the network's. */
    SCHEDULE(RetryClass.NEVER),
    /** The peer signed two messages for one place. */
    EQUIVOCATION(RetryClass.NEVER, true),
    /** The peer asks or says too much. */
    RATE(RetryClass.SLOW),
    /** No room for another peer. */
    CAPACITY(RetryClass.SLOW),
    /** The connection was given up before it was made. */
    ABORTED(RetryClass.BACKOFF),
    /** The node closes in good order. */
    SHUTDOWN(RetryClass.BACKOFF);

    private static final GoodbyeReason[] VALUES = values();

    private final RetryClass retryClass;
    private final boolean isOfConduct;

    GoodbyeReason(final RetryClass retryClass)
    {
        this(retryClass, false);
    }

    GoodbyeReason(final RetryClass retryClass, final boolean isOfConduct)
    {
        this.retryClass = retryClass;
        this.isOfConduct = isOfConduct;
    }

    /**
     * The reason with an ordinal.
     *
     * @param ordinal as on the wire.
     * @return the reason; BENIGN_OTHER for one that a newer schema names.
     */
    public static GoodbyeReason of(final int ordinal)
    {
        return 0 <= ordinal && ordinal < VALUES.length ? VALUES[ordinal] : BENIGN_OTHER;
    }

    /**
     * What becomes of a session that ended so, at both ends.
     *
     * @return the class.
     */
    public RetryClass retryClass()
    {
        return retryClass;
    }

    /**
     * Is it about what the peer did? Else a better Hello cures it.
     *
     * @return true if only the operator may let the peer back in.
     */
    public boolean isOfConduct()
    {
        return isOfConduct;
    }
}
