package io.fragcast.journal;

import io.fragcast.codecs.SignalKind;
import io.fragcast.protocol.block.BlockSignal;
import io.fragcast.protocol.block.BlockSignals;
import org.agrona.concurrent.EpochNanoClock;
import org.jspecify.annotations.Nullable;

import java.util.function.LongSupplier;

/**
 * Writes down what happens to blocks, where it happens: into the ring of the hot agent. Used by the hot agent's thread.
 */
public final class JournalSignals implements BlockSignals
{
    private static final SignalKind[] KINDS = kinds();

    private final JournalRing ring;
    private final long chainId;
    private final EpochNanoClock clock;
    private final LongSupplier deliverTimeNs;
    private volatile long finalBlock = JournalKeeper.NO_FLOOR;

    /**
     * Signals of a node that hands no deliveries on: each is stamped when it happens.
     *
     * @param ring    of the hot agent.
     * @param chainId of the node.
     * @param clock   for the stamps.
     */
    public JournalSignals(final JournalRing ring, final long chainId, final EpochNanoClock clock)
    {
        this(ring, chainId, clock, clock::nanoTime);
    }

    /**
     * Signals of a node that hands deliveries on, stamped.
     *
     * @param ring          of the hot agent.
     * @param chainId       of the node.
     * @param clock         for the stamps of what is not delivered.
     * @param deliverTimeNs stamp of the last delivery that was taken.
     */
    public JournalSignals(
        final JournalRing ring, final long chainId, final EpochNanoClock clock, final LongSupplier deliverTimeNs)
    {
        this.ring = ring;
        this.chainId = chainId;
        this.clock = clock;
        this.deliverTimeNs = deliverTimeNs;
    }

    /**
     * The last block that was said to be final.
     *
     * @return its height; {@link JournalKeeper#NO_FLOOR} before the first. Any thread may ask.
     */
    public long finalBlock()
    {
        return finalBlock;
    }

    @Override
    public void onSignal(
        final BlockSignal signal,
        final int leaderTerm,
        final long blockNumber,
        final long incarnation,
        final int seq,
        final int reason,
        final int missing,
        final byte @Nullable [] hash)
    {
        if (BlockSignal.FINALIZED == signal)
        {
            finalBlock = blockNumber;
        }
        final boolean isDelivery = switch (signal)
        {
            case ENV_OPENED, FRAG_DELIVERED, SEALED, VERIFIED, MISMATCHED, ABORTED, SUPERSEDED, MISSED, REORG,
                FINALIZED, SEAL_MISMATCHED -> true;
            case FRAG_VERIFIED, LAST_FRAG -> false;
        };
        ring.onEvent(
            KINDS[signal.ordinal()],
            chainId,
            leaderTerm,
            blockNumber,
            incarnation,
            seq,
            reason,
            missing,
            hash,
            isDelivery ? deliverTimeNs.getAsLong() : clock.nanoTime());
    }

    /** The codes of the schema, by the order of the machine's words: a word without a code ends the program here. */
    private static SignalKind[] kinds()
    {
        final BlockSignal[] signals = BlockSignal.values();
        final SignalKind[] kinds = new SignalKind[signals.length];
        for (final BlockSignal signal : signals)
        {
            kinds[signal.ordinal()] = SignalKind.valueOf(signal.name());
        }

        return kinds;
    }
}
