package io.fragcast.edge.engine;

import org.jspecify.annotations.Nullable;

/**
 * How the machine reaches the execution client; one request is under way at a time, and each is answered by
 * {@link EngineSequencer#onAnswer} or not at all.
 */
interface EnginePort
{
    /**
     * Asks.
     *
     * @param requestId that the answer comes back with.
     * @param method    what is asked.
     * @param message   of an engine method; null for a query.
     * @param hash      of a BLOCK query; else empty.
     */
    void ask(long requestId, EngineMethod method, @Nullable EngineMessage message, byte[] hash);
}
