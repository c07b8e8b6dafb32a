package io.fragcast.protocol.sync;

/**
 * What a StreamChunk says of its session; ordinals are the codes of the wire.
 */
public enum StreamState
{
    /** It goes on, with further credit. */
    OPEN,
    /** Everything below its stop was sent: it is over. */
    DONE,
    /** None was begun: the token is not the one given, only the token came. */
    UNPROVED,
    /** There is none of this id, or it was ended to make room. */
    UNKNOWN,
    /** None was begun: the holder keeps nothing of this kind, or of this chain. */
    UNAVAILABLE,
    /** A figure beyond its limit, or another start: all sessions of the peer are over. */
    FAULT,
    /** Bodies: it is over, and the holder has none of what was asked for. */
    NOT_HAVE;

    private static final StreamState[] VALUES = values();

    /**
     * Is there a state of a code?
     *
     * @param code of the wire.
     * @return true if so.
     */
    public static boolean isKnown(final int code)
    {
        return 0 <= code && code < VALUES.length;
    }

    /**
     * The state of a code.
     *
     * @param code of the wire, {@link #isKnown}.
     * @return the state.
     */
    public static StreamState of(final int code)
    {
        return VALUES[code];
    }
}
