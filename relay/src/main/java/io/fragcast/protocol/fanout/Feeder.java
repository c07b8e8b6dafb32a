package io.fragcast.protocol.fanout;

/**
 * One who feeds this node, or shall. Used by {@link TreeKeeper} alone.
 */
final class Feeder
{
    final long id;
    /** True if the plan names it, or the configuration; else it was asked. */
    boolean isPlanned;
    /** Place in the plan: 0 parent, 1 backup; behind them who was asked. */
    int rank;
    /** Peer to be asked again, for one that was asked. */
    int peer;
    final long sinceNs;
    long nextAskNs;

    Feeder(final long id, final boolean isPlanned, final int rank, final int peer, final long sinceNs)
    {
        this.id = id;
        this.isPlanned = isPlanned;
        this.rank = rank;
        this.peer = peer;
        this.sinceNs = sinceNs;
        nextAskNs = sinceNs;
    }
}
