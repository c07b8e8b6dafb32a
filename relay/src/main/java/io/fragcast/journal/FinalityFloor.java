package io.fragcast.journal;

import io.fragcast.protocol.block.Finality;
import io.fragcast.protocol.block.FinalizedBlock;
import org.jspecify.annotations.Nullable;

import java.util.function.LongSupplier;

/**
 * What retention must leave for finality's sake:
 * <pre>
 *   FINALIZED n was journaled                      n and all above
 *   not yet, but the operator names a source:
 *     that has called n final                      n and all above
 *     that has said nothing yet                    everything, however old: nobody knows what may be taken back
 *   no source, and no leader's word yet            nothing: the limits alone hold
 * </pre>
 * A source that never answers therefore lets the journal grow until the disk guard stops it; that it does not answer is
 * counted and logged. Asked by the journal's thread.
 */
public final class FinalityFloor implements LongSupplier
{
    /** Lower than every height. */
    private static final long EVERYTHING = 0;

    private final Finality finality;
    private final boolean hasSource;
    private @Nullable JournalSignals signals;

    /**
     * A floor, before anything is final.
     *
     * @param finality  what was called final.
     * @param hasSource does the operator name a source of finality?
     */
    public FinalityFloor(final Finality finality, final boolean hasSource)
    {
        this.finality = finality;
        this.hasSource = hasSource;
    }

    /**
     * Who knows what was journaled as final. Before the journal's thread runs.
     *
     * @param value of the node.
     */
    public void signals(final JournalSignals value)
    {
        signals = value;
    }

    @Override
    public long getAsLong()
    {
        final JournalSignals written = signals;
        final long journaled = null == written ? JournalKeeper.NO_FLOOR : written.finalBlock();
        if (JournalKeeper.NO_FLOOR != journaled || !hasSource)
        {
            return journaled;
        }
        final long newest = finality.newest().number();

        return FinalizedBlock.NONE.number() == newest ? EVERYTHING : newest;
    }
}
