package io.fragcast.agent;

import io.fragcast.protocol.peer.HolderConsumer;

/**
 * Tells two of what peers have; who does not take it is told again by a later Status.
 */
public final class HolderTee implements HolderConsumer
{
    private final HolderConsumer first;
    private final HolderConsumer second;

    /**
     * A tee.
     *
     * @param first  told first.
     * @param second told second.
     */
    public HolderTee(final HolderConsumer first, final HolderConsumer second)
    {
        this.first = first;
        this.second = second;
    }

    @Override
    public boolean onHolder(final int holder, final boolean isReady, final long rttNs, final long capabilities)
    {
        final boolean isTaken = first.onHolder(holder, isReady, rttNs, capabilities);

        return second.onHolder(holder, isReady, rttNs, capabilities) && isTaken;
    }

    @Override
    public boolean onHolderStatus(
        final int holder,
        final long sealedBlock,
        final int openTerm,
        final long openBlock,
        final long openIncarnation,
        final int openNextSeq)
    {
        final boolean isTaken =
            first.onHolderStatus(holder, sealedBlock, openTerm, openBlock, openIncarnation, openNextSeq);

        return second.onHolderStatus(
            holder, sealedBlock, openTerm, openBlock, openIncarnation, openNextSeq) && isTaken;
    }

    @Override
    public boolean onHolderHas(
        final int holder,
        final int leaderTerm,
        final long blockNumber,
        final long incarnation,
        final int firstSeq,
        final long bits,
        final int parts)
    {
        final boolean isTaken =
            first.onHolderHas(holder, leaderTerm, blockNumber, incarnation, firstSeq, bits, parts);

        return second.onHolderHas(
            holder, leaderTerm, blockNumber, incarnation, firstSeq, bits, parts) && isTaken;
    }
}
