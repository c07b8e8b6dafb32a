package io.fragcast.protocol.peer;

/**
 * How a session came to end.
 */
public enum FailureReason
{
    /** It did not. */
    NONE,
    /** The link did not open in time. */
    UNREACHABLE,
    /** No Hello came in time. */
    NO_HELLO,
    /** The peer did not show in time that it heard our Hello. */
    NO_ECHO,
    /** Nothing was heard for too long. */
    SILENT,
    /** The link closed. */
    LINK_LOST,
    /** We said Goodbye. */
    REFUSED,
    /** The peer said Goodbye. */
    DISMISSED
}
