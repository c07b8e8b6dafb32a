package io.fragcast.protocol.block;

import org.jspecify.annotations.Nullable;

/**
 * How far a receiver is, for whoever fetches what it lacks. A view; used by the receiver's thread.
 */
public final class RunProgress
{
    private final RunSequencer sequencer;
    private final ControlIntake controls;
    private final AttemptTable table;
    private final BlockDelivery delivery;

    RunProgress(
        final RunSequencer sequencer,
        final ControlIntake controls,
        final AttemptTable table,
        final BlockDelivery delivery)
    {
        this.sequencer = sequencer;
        this.controls = controls;
        this.table = table;
        this.delivery = delivery;
    }

    /**
     * Is it known where to go on?
     *
     * @return true once a run is followed, or from the start if an earlier life says where it ended.
     */
    public boolean isPlaced()
    {
        return sequencer.isPlaced();
    }

    /**
     * The height to be finished now.
     *
     * @return the height; undefined until {@link #isPlaced}.
     */
    public long cursor()
    {
        return sequencer.cursor();
    }

    /**
     * From which height on this node waits for something, as it tells those who ask it for what they lost.
     *
     * @return the height to be finished now; 0, all of them, until {@link #isPlaced}.
     */
    public long openBlock()
    {
        return sequencer.isPlaced() ? sequencer.cursor() : 0;
    }

    /**
     * Frags of that height that were delivered.
     *
     * @return frags.
     */
    public int openSeq()
    {
        final @Nullable BlockAssembler current = table.deliverableAt(sequencer.cursor());

        return null == current ? 0 : current.nextSeq();
    }

    /**
     * Where the run is by the leader's own word.
     *
     * @return the highest height that a verified Heartbeat has named, 0: none yet.
     */
    public long heardBlock()
    {
        return controls.heardBlock();
    }

    /**
     * The highest term that a verified control message has come from.
     *
     * @return its number; {@link Integer#MIN_VALUE}: none yet.
     */
    public int heardTerm()
    {
        return controls.heardTerm();
    }

    /**
     * Does the consumer refuse deliveries?
     *
     * @return true if one waits for it.
     */
    public boolean isRefused()
    {
        return delivery.isRefused();
    }
}
