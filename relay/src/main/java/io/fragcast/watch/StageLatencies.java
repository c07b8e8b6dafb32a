package io.fragcast.watch;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;
import org.agrona.concurrent.status.AtomicCounter;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Latency histograms of one node, one a stage.
 * <pre>
 *   hot agent --record--> active half | inactive half --read--> since start, and of the last half minute or more
 * </pre>
 * {@link #record} belongs to the hot agent: two atomic additions and an array's increment, no allocation.
 * {@link #read} may be called by any thread; it swaps the halves.
 */
public final class StageLatencies
{
    /** Two digits: 1 % of the value, 24 KiB a histogram. */
    private static final int DIGITS = 2;
    /** Finer than any clock that is compared here. */
    private static final long LOWEST_NS = 100;
    /** Longer than any stage lives; what is longer counts as this. */
    private static final long HIGHEST_NS = TimeUnit.MINUTES.toNanos(1);
    /** A window is shown until it is two of these old: long enough for a p99 at five frags a second. */
    private static final long WINDOW_NS = TimeUnit.SECONDS.toNanos(30);

    private final SingleWriterRecorder[] recorders = new SingleWriterRecorder[LatencyStage.values().length];
    private final AtomicCounter negative;

    private final Histogram[] intervals = new Histogram[recorders.length];
    private final Histogram[] totals = new Histogram[recorders.length];
    private final Histogram[] windows = new Histogram[recorders.length];
    private final Histogram[] windowsBefore = new Histogram[recorders.length];
    private long windowEndNs;
    private boolean isRead;

    /**
     * What one stage took.
     *
     * @param stage  which.
     * @param total  since start; the caller's own.
     * @param recent of the last half minute to minute, as far as anybody has read; the caller's own.
     */
    public record Reading(LatencyStage stage, Histogram total, Histogram recent)
    {
    }

    /**
     * Empty histograms.
     *
     * @param counters of the node.
     */
    public StageLatencies(final Counters counters)
    {
        negative = counters.get(FragcastCounter.LATENCIES_NEGATIVE);
        for (int i = 0; i < recorders.length; i++)
        {
            recorders[i] = new SingleWriterRecorder(LOWEST_NS, HIGHEST_NS, DIGITS);
            intervals[i] = recorders[i].getIntervalHistogram();
            totals[i] = newHistogram();
            windows[i] = newHistogram();
            windowsBefore[i] = newHistogram();
        }
    }

    /**
     * One latency. What two clocks make negative counts as 0, and in a counter of its own.
     *
     * @param stage  that it is of.
     * @param timeNs that the stage took.
     */
    public void record(final LatencyStage stage, final long timeNs)
    {
        long clampedNs = timeNs;
        if (timeNs < 0)
        {
            negative.incrementRelease();
            clampedNs = 0;
        }
        recorders[stage.ordinal()].recordValue(Math.min(clampedNs, HIGHEST_NS));
    }

    /**
     * What was recorded until now.
     *
     * @param nowNs monotonic nanoseconds.
     * @return one reading a stage, in the order of the stages.
     */
    public synchronized List<Reading> read(final long nowNs)
    {
        if (!isRead || nowNs - windowEndNs >= 0)
        {
            isRead = true;
            windowEndNs = nowNs + WINDOW_NS;
            turnWindows();
        }

        final List<Reading> readings = new ArrayList<>();
        for (final LatencyStage stage : LatencyStage.values())
        {
            final int i = stage.ordinal();
            intervals[i] = recorders[i].getIntervalHistogram(intervals[i]);
            totals[i].add(intervals[i]);
            windows[i].add(intervals[i]);

            final Histogram recent = windows[i].copy();
            recent.add(windowsBefore[i]);
            readings.add(new Reading(stage, totals[i].copy(), recent));
        }

        return readings;
    }

    private void turnWindows()
    {
        for (int i = 0; i < recorders.length; i++)
        {
            final Histogram oldest = windowsBefore[i];
            windowsBefore[i] = windows[i];
            windows[i] = oldest;
            oldest.reset();
        }
    }

    private static Histogram newHistogram()
    {
        return new Histogram(LOWEST_NS, HIGHEST_NS, DIGITS);
    }
}
