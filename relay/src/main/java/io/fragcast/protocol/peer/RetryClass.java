package io.fragcast.protocol.peer;

/**
 * What becomes of a session that ended.
 */
public enum RetryClass
{
    /** It is tried again, after pauses that double. */
    BACKOFF,
    /** It is tried again, each time after the longest pause: the cause passes slowly or not at all. */
    SLOW,
    /** It is tried once more, and then as NEVER: a version may have been rolled back in haste. */
    ONCE,
    /** It is not tried again until the operator says so. */
    NEVER
}
