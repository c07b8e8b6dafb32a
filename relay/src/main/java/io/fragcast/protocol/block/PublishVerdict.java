package io.fragcast.protocol.block;

/**
 * What {@link FragBroadcaster} says to a request of the builder.
 */
public enum PublishVerdict
{
    /** Taken; it leaves in order. */
    ACCEPTED,
    /** Not taken: nobody listens. */
    NOT_CONNECTED,
    /** Refused: the schedule gives the height to another key. */
    NOT_LEADER,
    /** Refused: no attempt is open at this height. */
    NO_OPEN_BLOCK,
    /** Refused: not the next seq, after the last frag, or a seal before it. */
    OUT_OF_ORDER,
    /** Refused: over a limit of frag or block. */
    TOO_LARGE,
    /** Refused: the request contradicts itself or what was published. */
    MALFORMED,
    /** Refused: the height is sealed in this term. */
    ALREADY_SEALED
}
