package io.fragcast;

/**
 * Why an attempt was given up. The order of the constants is the code on the wire.
 */
public enum AbortReason
{
    /** No reason given. */
    UNSPECIFIED,
    /** The parent is no longer the head. */
    REORG,
    /** The builder asked for it, or went on to another height. */
    BUILDER,
    /** The leader restarted and found it open. */
    RESTART,
    /** The builder opened the height again. */
    REOPENED
}
