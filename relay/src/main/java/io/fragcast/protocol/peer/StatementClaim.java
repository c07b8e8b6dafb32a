package io.fragcast.protocol.peer;

/**
 * What a {@link StatementHandler} makes of a statement before its signature is looked at.
 */
public enum StatementClaim
{
    /** It is not laid out as its kind is. */
    MALFORMED,
    /** No key is entitled to it: another chain, a term that the schedule does not have. */
    FOREIGN,
    /** What is held here already is as new, or newer. */
    STALE,
    /** A part of something larger, which the handler keeps until it is whole. */
    HELD,
    /** It must bear the signature of the key that the handler named. */
    SIGNED,
    /** It is proved by what it holds, and the handler has checked it. */
    PROVED,
    /** It should be proved by what it holds, but is not: the sender is charged. */
    DISPROVED,
    /** The node's budget for checks that fail is spent: it is not looked at. */
    OVER_BUDGET
}
