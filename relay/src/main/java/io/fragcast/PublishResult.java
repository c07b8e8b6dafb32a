package io.fragcast;

/**
 * What became of a request to publish. The order of the constants is the code on the wire.
 */
public enum PublishResult
{
    /** Taken. */
    OK,
    /** Not taken; offer it again. */
    BACK_PRESSURED,
    /** Not taken; nobody listens. Offer it again, or give the block up. */
    NOT_CONNECTED,
    /** Not taken; the publisher is closed. */
    CLOSED,
    /** Refused: the schedule gives the height to another key. */
    NOT_LEADER,
    /** Refused: no attempt is open at this height. */
    NO_OPEN_BLOCK,
    /** Refused: not the next seq, after the last frag, or a seal before it. */
    OUT_OF_ORDER,
    /** Refused: over a limit of frag, transaction or block. */
    TOO_LARGE,
    /** Refused: the bytes are not the message they claim to be. */
    MALFORMED,
    /** Refused: the height is sealed in this term. */
    ALREADY_SEALED;

    private static final PublishResult[] VALUES = values();

    /**
     * Reads a code.
     *
     * @param code as on the wire.
     * @return the result.
     * @throws IllegalArgumentException if there is none of that code.
     */
    public static PublishResult ofCode(final int code)
    {
        if (code < 0 || code >= VALUES.length)
        {
            throw new IllegalArgumentException("no publish result has code " + code);
        }

        return VALUES[code];
    }
}
