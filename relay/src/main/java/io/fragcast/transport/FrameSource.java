package io.fragcast.transport;

/**
 * One incoming stream of a lane from one peer or group. Used by one thread.
 */
public interface FrameSource extends AutoCloseable
{
    /** No frame came yet. */
    long NEVER_NS = Long.MIN_VALUE;

    /**
     * Hands waiting frames to the handler, in the order of the stream.
     *
     * @param handler    called for each frame.
     * @param frameLimit at most so many.
     * @return frames taken.
     */
    int poll(FrameHandler handler, int frameLimit);

    /**
     * Watches the stream, and leaves and re-makes it when it is stuck or its publisher restarted.
     *
     * @param nowNs monotonic nanoseconds.
     * @return work done.
     */
    int doWork(long nowNs);

    /**
     * How long the stream has stood at a hole: frames beyond came, the next one did not. What came since the last poll
     * looks like one until the next, so it takes more than a round trip to tell.
     *
     * @param nowNs monotonic nanoseconds.
     * @return nanoseconds since the hole was first seen; 0 if there is none, or if this kind of source skips holes.
     */
    default long stalledNs(final long nowNs)
    {
        return 0;
    }

    /**
     * When the last frame was handed over.
     *
     * @return monotonic nanoseconds of the duty cycle, or {@link #NEVER_NS}; a source that does not know says the
     *         latter.
     */
    default long heardNs()
    {
        return NEVER_NS;
    }

    /**
     * Is a publisher heard?
     *
     * @return true if connected.
     */
    boolean isConnected();

    /**
     * Session that the stream is pinned to.
     *
     * @return session id.
     */
    int sessionId();

    /**
     * Name of the peer or group, for counters and messages.
     *
     * @return the name.
     */
    String name();

    @Override
    void close();
}
