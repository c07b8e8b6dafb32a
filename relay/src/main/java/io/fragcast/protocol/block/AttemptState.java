package io.fragcast.protocol.block;

/**
 * States of one attempt at a block; drawn in {@link BlockAssembler}.
 */
enum AttemptState
{
    /** The slot of the pool is free. */
    VACANT,
    /** Frags, a Seal or an Abort came, the Env has not: nothing is delivered. */
    HEADLESS,
    /** The Env is here; frags are delivered in order. */
    OPEN,
    /** The last frag is delivered; the Seal is awaited. */
    COMPLETE,
    /** The Seal is delivered; it is being checked. */
    SEALED,
    /** Terminal: the Seal holds. */
    VERIFIED,
    /** Terminal: the leader gave it up. */
    ABORTED,
    /** Terminal: a newer attempt took its place. */
    SUPERSEDED,
    /** Terminal: a check failed. */
    MISMATCHED;

    boolean isTerminal()
    {
        return switch (this)
        {
            case VACANT, HEADLESS, OPEN, COMPLETE, SEALED -> false;
            case VERIFIED, ABORTED, SUPERSEDED, MISMATCHED -> true;
        };
    }
}
