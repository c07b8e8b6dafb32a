package io.fragcast.transport;

/**
 * A stream each way between this node and one peer, on a lane where questions are asked and answered: what the dialling
 * side sends are requests, what comes back are answers. Only one side needs an address that the other can reach. When
 * either side restarts or loses one way, the link opens again by itself, and what was under way is lost: each request
 * has a deadline. Used by one thread, which calls {@link #doWork} in each duty cycle.
 */
public interface FrameLink extends AutoCloseable
{
    /**
     * What the peer sends.
     *
     * @return the source; its own {@link FrameSource#doWork} is called by {@link #doWork}.
     */
    FrameSource source();

    /**
     * What goes to the peer.
     *
     * @return the sink; its own {@link FrameSink#doWork} is called by {@link #doWork}.
     */
    FrameSink sink();

    /**
     * Opens both ways, and again when either was lost.
     *
     * @param nowNs monotonic nanoseconds.
     * @return work done.
     */
    default int doWork(final long nowNs)
    {
        return source().doWork(nowNs) + sink().doWork(nowNs);
    }

    /**
     * Are both ways open?
     *
     * @return true if the peer is heard and listens.
     */
    default boolean isConnected()
    {
        return source().isConnected() && sink().isConnected();
    }

    /**
     * Name of the peer, for counters and messages.
     *
     * @return the name.
     */
    String name();

    @Override
    void close();
}
