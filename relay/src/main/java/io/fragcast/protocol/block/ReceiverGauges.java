package io.fragcast.protocol.block;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import org.agrona.concurrent.status.AtomicCounter;

/**
 * What a receiver holds at the moment, written now and then.
 */
final class ReceiverGauges
{
    /** A hundred times a second: nobody reads them more often. */
    private static final long INTERVAL_NS = 10_000_000L;

    private final AtomicCounter slabUsed;
    private final AtomicCounter fragsMissing;
    private final AtomicCounter attemptsLive;
    private final AtomicCounter earlyPieces;
    private long deadlineNs;
    private boolean isWritten;

    ReceiverGauges(final Counters counters)
    {
        slabUsed = counters.get(FragcastCounter.BODY_SLAB_USED);
        fragsMissing = counters.get(FragcastCounter.FRAGS_MISSING);
        attemptsLive = counters.get(FragcastCounter.ATTEMPTS_LIVE);
        earlyPieces = counters.get(FragcastCounter.EARLY_PIECES_HELD);
    }

    void doWork(final AttemptTable table, final EarlyPieces early, final BodySlab slab, final long nowNs)
    {
        if (isWritten && nowNs - deadlineNs < 0)
        {
            return;
        }
        isWritten = true;
        deadlineNs = nowNs + INTERVAL_NS;

        long missing = 0;
        for (int i = 0, count = table.liveCount(); i < count; i++)
        {
            missing += table.live(i).missingFrags();
        }
        fragsMissing.setRelease(missing);
        attemptsLive.setRelease(table.liveCount());
        earlyPieces.setRelease(early.count());
        slabUsed.setRelease(slab.usedBytes());
    }
}
