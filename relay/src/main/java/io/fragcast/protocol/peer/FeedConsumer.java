package io.fragcast.protocol.peer;

/**
 * Told what peers in READY say about feeding each other. Called by the thread of the peers.
 */
@FunctionalInterface
public interface FeedConsumer
{
    /**
     * A peer asks, or answers.
     *
     * @param peer  number of its session.
     * @param kind  what it says.
     * @param nowNs monotonic nanoseconds.
     */
    void onFeed(int peer, FeedKind kind, long nowNs);
}
