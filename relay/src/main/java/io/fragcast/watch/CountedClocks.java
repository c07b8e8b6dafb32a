package io.fragcast.watch;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;

/**
 * What a node's own counters know of the peers' clocks: how far this host's is off the one that is known best.
 */
public final class CountedClocks implements PeerClocks
{
    private final Counters counters;

    /**
     * Of one node.
     *
     * @param counters of the node.
     */
    public CountedClocks(final Counters counters)
    {
        this.counters = counters;
    }

    @Override
    public long rttNs(final String peer)
    {
        return UNKNOWN_NS;
    }

    /** Latencies are not corrected by the offset, so all of it may be in them, and what the offset is wrong by. */
    @Override
    public long errorBoundNs()
    {
        final long boundNs = counters.value(FragcastCounter.CLOCK_ERROR_BOUND);

        return boundNs <= 0 ? UNKNOWN_NS : boundNs + Math.abs(counters.value(FragcastCounter.CLOCK_OFFSET));
    }
}
