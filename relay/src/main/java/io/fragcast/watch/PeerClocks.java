package io.fragcast.watch;

/**
 * What is known of the peers' clocks and distances. Any thread may ask.
 */
public interface PeerClocks
{
    /** Not known. */
    long UNKNOWN_NS = -1;

    /** Nothing is known: no lane measures it. */
    PeerClocks NONE = new PeerClocks()
    {
        @Override
        public long rttNs(final String peer)
        {
            return UNKNOWN_NS;
        }

        @Override
        public long errorBoundNs()
        {
            return UNKNOWN_NS;
        }
    };

    /**
     * Round trip to a peer.
     *
     * @param peer by its name.
     * @return nanoseconds, or {@link #UNKNOWN_NS}.
     */
    long rttNs(String peer);

    /**
     * How far this host's clock may be from the peers' at most: no latency between hosts is truer than this.
     *
     * @return nanoseconds, or {@link #UNKNOWN_NS}.
     */
    long errorBoundNs();
}
