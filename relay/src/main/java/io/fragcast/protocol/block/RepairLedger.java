package io.fragcast.protocol.block;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.repair.RepairLatency;
import org.agrona.concurrent.status.AtomicCounter;

/**
 * Tells what repair did: frags that are whole thanks to it, and how long each was missing something.
 */
final class RepairLedger
{
    private final AtomicCounter fragsRepaired;
    private RepairLatency latency = RepairLatency.NONE;
    private boolean isRepairLane;

    RepairLedger(final Counters counters)
    {
        fragsRepaired = counters.get(FragcastCounter.FRAGS_REPAIRED);
    }

    void latency(final RepairLatency latency)
    {
        this.latency = latency;
    }

    /** Do the frames that follow come by repair? */
    void onLane(final boolean isRepair)
    {
        isRepairLane = isRepair;
    }

    boolean isRepairLane()
    {
        return isRepairLane;
    }

    /**
     * The header or a piece of a frag was taken.
     *
     * @param attempt of the frag.
     * @param seq     of the frag.
     * @param isWhole is that all of it now?
     * @param nowNs   monotonic nanoseconds.
     */
    void onTaken(final BlockAssembler attempt, final int seq, final boolean isWhole, final long nowNs)
    {
        final AttemptEvidence evidence = attempt.evidence();
        if (isRepairLane)
        {
            evidence.onRepaired(seq);
        }
        if (isWhole && evidence.isRepaired(seq))
        {
            fragsRepaired.incrementRelease();
            final long sinceNs = evidence.missingSinceNs(seq);
            if (AttemptEvidence.NULL_TIME != sinceNs)
            {
                latency.onRepaired(nowNs - sinceNs);
            }
        }
    }
}
