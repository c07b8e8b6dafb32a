package io.fragcast.protocol.block;

/**
 * What to do about a sink that is out of window.
 */
public enum SlowSink
{
    /** Try once more within the duty cycle, then leave the frame out for that sink, count it, go on. */
    SKIP,
    /** Hold the frame, and everything behind it, until every connected sink took it. */
    WAIT
}
