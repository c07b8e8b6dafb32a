package io.fragcast.transport.aeron;

/**
 * Notices a link of which one way is up and the other is not. Used by the link's thread.
 */
final class HalfOpen
{
    private final long limitNs;
    private boolean isHalfOpen;
    private long sinceNs;

    HalfOpen(final long limitNs)
    {
        this.limitNs = limitNs;
    }

    /**
     * Called in each duty cycle.
     *
     * @param isHeard     true if the peer is heard.
     * @param isListening true if the peer listens.
     * @param nowNs       monotonic nanoseconds.
     * @return true once each time that the link was half open for as long as it may be.
     */
    boolean isForTooLong(final boolean isHeard, final boolean isListening, final long nowNs)
    {
        if (isHeard == isListening)
        {
            isHalfOpen = false;
            return false;
        }
        if (!isHalfOpen)
        {
            isHalfOpen = true;
            sinceNs = nowNs;
        }
        if (nowNs - sinceNs < limitNs)
        {
            return false;
        }
        sinceNs = nowNs;

        return true;
    }
}
