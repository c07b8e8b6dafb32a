package io.fragcast.edge.engine;

import java.net.URI;

/**
 * Which execution client, and how to be let in.
 *
 * @param uri              of its Engine API, such as {@code http://127.0.0.1:8551}.
 * @param jwtSecret        32 bytes that it shares; never printed.
 * @param requestTimeoutNs after which a request is taken for lost.
 * @param maxQueueLength   bytes of events that may wait for it.
 */
public record EngineConfig(URI uri, byte[] jwtSecret, long requestTimeoutNs, long maxQueueLength)
{
    /** What comes with bodies of the most bytes: 1,024 frags with a frame and an event's head of 2 KiB each. */
    private static final long HEADS_LENGTH = 2 << 20;

    /**
     * Room for two blocks of the largest size: the one that is sent, and the one that comes meanwhile.
     *
     * @param attemptBytes that the bodies of one may have.
     * @return bytes.
     */
    public static long queueLength(final long attemptBytes)
    {
        return 2 * (attemptBytes + HEADS_LENGTH);
    }

    @Override
    public String toString()
    {
        return uri.toString();
    }
}
