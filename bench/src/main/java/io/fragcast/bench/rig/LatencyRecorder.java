package io.fragcast.bench.rig;

import io.fragcast.BlockEvent;
import io.fragcast.BlockListener;
import org.HdrHistogram.Histogram;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

import java.util.concurrent.TimeUnit;

import static java.util.Objects.requireNonNull;

/**
 * Takes what the replica delivers and records each frag's latency from the time at which it was due: time that a frag
 * waited because the sender was late counts. Called by the replica's thread; {@link #receivedCount()} may be read by
 * any, the histogram once the replica is closed.
 */
final class LatencyRecorder implements BlockListener
{
    private static final long HIGHEST_NS = TimeUnit.MINUTES.toNanos(1);
    private static final int SIGNIFICANT_DIGITS = 3;

    private final Histogram histogram = new Histogram(HIGHEST_NS, SIGNIFICANT_DIGITS);
    private final NanoClock clock;
    private final int warmupFragCount;
    private volatile @Nullable Timetable timetable;
    private volatile long receivedCount;
    private volatile long verifiedCount;
    private volatile long failedCount;

    LatencyRecorder(final NanoClock clock, final int warmupFragCount)
    {
        this.clock = clock;
        this.warmupFragCount = warmupFragCount;
    }

    /**
     * Says when the frags are due; called before the first is sent.
     *
     * @param timetable of the run.
     */
    void begin(final Timetable timetable)
    {
        this.timetable = timetable;
    }

    @Override
    @SuppressWarnings("NonAtomicOperationOnVolatileField") // One thread writes.
    public void onBlockEvent(final BlockEvent event)
    {
        if (BlockEvent.Kind.FRAG == event.kind())
        {
            onFrag(requireNonNull(timetable).ordinal(event.blockNumber(), event.seq()));
        }
        else if (BlockEvent.Kind.VERIFIED == event.kind())
        {
            verifiedCount++;
        }
        else if (event.kind().isTerminal() || BlockEvent.Kind.GAP == event.kind())
        {
            failedCount++;
        }
    }

    /**
     * One frag, as delivered.
     *
     * @param ordinal of the frag in the run.
     */
    @SuppressWarnings("NonAtomicOperationOnVolatileField") // One thread writes.
    void onFrag(final long ordinal)
    {
        final long latencyNs = clock.nanoTime() - requireNonNull(timetable).dueNs(ordinal);
        if (ordinal >= warmupFragCount)
        {
            histogram.recordValue(Math.min(Math.max(0, latencyNs), HIGHEST_NS));
        }
        receivedCount++;
    }

    Histogram histogram()
    {
        return histogram;
    }

    long receivedCount()
    {
        return receivedCount;
    }

    long verifiedCount()
    {
        return verifiedCount;
    }

    long failedCount()
    {
        return failedCount;
    }
}
