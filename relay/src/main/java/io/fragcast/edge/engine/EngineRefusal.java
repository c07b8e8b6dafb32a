package io.fragcast.edge.engine;

/**
 * What op-geth's refusals say about its open block. Whatever it refuses, it discards the open block; the text tells
 * whether there was one.
 */
enum EngineRefusal
{
    /** An Env came while a block was open: that block is gone, and the Env's was not opened. */
    BLOCK_OPEN("cannot open a new unsealed block while there's one already in progress"),
    /** The Env's parent is not there yet. */
    NO_PARENT("there's no parent block"),
    /** A frag came and no block was open. */
    FRAG_WITHOUT_BLOCK("new frag received but no unsealed block was opened"),
    /** A seal came and no block was open. */
    SEAL_WITHOUT_BLOCK("no unsealed block in progress"),
    /** Anything else: the block is not to the client's liking. */
    OTHER("");

    private static final EngineRefusal[] VALUES = values();

    private final String text;

    EngineRefusal(final String text)
    {
        this.text = text;
    }

    static EngineRefusal of(final String error)
    {
        for (final EngineRefusal refusal : VALUES)
        {
            if (error.contains(refusal.text))
            {
                return refusal;
            }
        }

        return OTHER;
    }
}
