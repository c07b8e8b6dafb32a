package io.fragcast.edge.engine;

/**
 * When to give up waiting for an execution client, and how long to keep quiet.
 *
 * @param requestTimeoutNs after which a request is taken for lost. One that is late all the same reaches the client
 *                         within twice that time, and nothing else is sent before.
 * @param pollIntervalNs   between two looks at a client that lacks the parent of all that waits.
 * @param maxBackoffNs     between two tries at a client that is shut; the first is the interval above.
 * @param maxIdleNs        after which what is known of the client's head is too old.
 */
record EngineTiming(long requestTimeoutNs, long pollIntervalNs, long maxBackoffNs, long maxIdleNs)
{
}
