package io.fragcast.edge.chain;

import org.jspecify.annotations.Nullable;

/**
 * What an execution client answered.
 *
 * @param outcome of the question.
 * @param chainId where that was asked for, else 0.
 * @param block   where one was asked for and is there, else null.
 * @param raw     a whole block in RLP where that was asked for and is there, else null.
 * @param text    what failed, for the log.
 */
record ChainAnswer(
    Outcome outcome, long chainId, @Nullable ChainBlock block, byte @Nullable [] raw, String text)
{
    /** How it came out. */
    enum Outcome
    {
        /** It was answered. */
        OK,
        /** There is no such block, or none yet. */
        NONE,
        /** No connection, an error, or nothing that can be read. */
        FAILED
    }

    static ChainAnswer chain(final long chainId)
    {
        return new ChainAnswer(Outcome.OK, chainId, null, null, "");
    }

    static ChainAnswer block(final ChainBlock block)
    {
        return new ChainAnswer(Outcome.OK, 0, block, null, "");
    }

    static ChainAnswer raw(final byte[] bytes)
    {
        return new ChainAnswer(Outcome.OK, 0, null, bytes, "");
    }

    static ChainAnswer none()
    {
        return new ChainAnswer(Outcome.NONE, 0, null, null, "");
    }

    static ChainAnswer failed(final String text)
    {
        return new ChainAnswer(Outcome.FAILED, 0, null, null, text);
    }
}
