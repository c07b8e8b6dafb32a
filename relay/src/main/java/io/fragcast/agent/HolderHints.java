package io.fragcast.agent;

import io.fragcast.protocol.peer.HolderConsumer;
import io.fragcast.protocol.repair.RepairClient;

/**
 * Tells the repair client, on the hot agent's thread, what holders said on the control lane that they have. What they
 * measured of the way is not handed on: the client measures its own questions.
 */
public final class HolderHints implements HolderConsumer
{
    private final RepairClient client;

    /**
     * Hints for one client.
     *
     * @param client whose holders are numbered as the control lane's.
     */
    public HolderHints(final RepairClient client)
    {
        this.client = client;
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
        client.onHolds(holder, openTerm, openBlock, openIncarnation, openNextSeq);

        return true;
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
        client.onHolds(
            holder, leaderTerm, blockNumber, incarnation, firstSeq + Long.SIZE - Long.numberOfLeadingZeros(bits));

        return true;
    }
}
