package io.fragcast.protocol.repair;

/**
 * How an answer came out. Ordinals are those of the wire's AnswerState.
 */
public enum AnswerState
{
    /** Everything asked for was looked up. */
    COMPLETE,
    /** The byte budget ended it: ask again for the rest. */
    TRUNCATED,
    /** Nothing was looked up: too many ask, ask elsewhere or later. */
    BUSY,
    /** No request that is answered: a foreign chain, an inverted or too long range. */
    REFUSED,
    /** The token is not the one given to this requester: only the token came. */
    UNPROVED;

    private static final AnswerState[] VALUES = values();

    /**
     * The state with an ordinal.
     *
     * @param ordinal as on the wire.
     * @return the state.
     */
    public static AnswerState of(final int ordinal)
    {
        return VALUES[ordinal];
    }

    /**
     * Is an ordinal one of a state?
     *
     * @param ordinal any.
     * @return true if {@link #of} takes it.
     */
    public static boolean isKnown(final int ordinal)
    {
        return 0 <= ordinal && ordinal < VALUES.length;
    }
}
