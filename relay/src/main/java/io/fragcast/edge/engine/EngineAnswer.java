package io.fragcast.edge.engine;

/**
 * What came of a request.
 *
 * @param outcome what became of it.
 * @param text    of an error; else empty.
 * @param number  HEAD: the head's height; BLOCK: 1 if the block is there; else 0.
 * @param hash    HEAD: the head's hash; else empty.
 */
record EngineAnswer(Outcome outcome, String text, long number, byte[] hash)
{
    /**
     * What the answer says about the request.
     */
    enum Outcome
    {
        /** It was done. */
        OK,
        /** The client's handler refused it, by the text. */
        REFUSED,
        /** The client answered before its handler saw it: the JSON is not what it takes. Nothing was changed. */
        UNREAD,
        /** The client's door is shut: no connection, or another secret. Nothing was changed. */
        SHUT_OUT,
        /** No answer, a broken one, or one that nobody can read: it may have been done, or be done yet. */
        UNKNOWN
    }

    static EngineAnswer ok()
    {
        return new EngineAnswer(Outcome.OK, "", 0, EngineMessage.NO_HASH);
    }

    static EngineAnswer head(final long number, final byte[] hash)
    {
        return new EngineAnswer(Outcome.OK, "", number, hash);
    }

    static EngineAnswer block(final boolean isThere)
    {
        return new EngineAnswer(Outcome.OK, "", isThere ? 1 : 0, EngineMessage.NO_HASH);
    }

    static EngineAnswer refused(final String text)
    {
        return failed(Outcome.REFUSED, text);
    }

    static EngineAnswer failed(final Outcome outcome, final String text)
    {
        return new EngineAnswer(outcome, text, 0, EngineMessage.NO_HASH);
    }

    boolean isOk()
    {
        return Outcome.OK == outcome;
    }
}
