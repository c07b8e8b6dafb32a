package io.fragcast.bench.compare;

import io.fragcast.bench.report.PastRun;
import org.HdrHistogram.Histogram;

import java.util.Locale;

/**
 * What came out of one run of one contender.
 *
 * @param toAllNs    histogram of publish to the last replica, from the intended send time; warm-up left out.
 * @param toFirstNs  the same to the first replica.
 * @param missing    deliveries that never came, warm-up included.
 * @param late       messages that the sender began more than 10 ms behind time.
 * @param cpuSeconds of both processes, kernel time included.
 * @param wireBytes  that went over loopback meanwhile.
 * @param foreign    share of the machine's time that others took, 0 to 1.
 * @param perSecond  messages a second that the first replica got after the warm-up; 0 where it is not told.
 * @param verifyNs   one signature check on the receiver's core; 0 where it is not told.
 * @param failure    why the figures do not count; empty: they do.
 */
record Measured(
    Histogram toAllNs,
    Histogram toFirstNs,
    long missing,
    long late,
    double cpuSeconds,
    long wireBytes,
    double foreign,
    double perSecond,
    long verifyNs,
    String failure)
{
    /** A minute: beyond any latency worth telling. */
    static final long HIGHEST_NS = 60_000_000_000L;

    /** Others on the machine took more than this: the run is marked. */
    private static final double FOREIGN_LIMIT = 0.02;
    private static final double NS_PER_US = 1_000.0;

    static Measured failed(final String failure)
    {
        return new Measured(newHistogram(), newHistogram(), 0, 0, 0, 0, 0, 0, 0, failure);
    }

    /** A run that came through before. */
    static Measured again(final PastRun past)
    {
        return new Measured(
            past.toAllNs(),
            newHistogram(),
            (long)past.number("missing"),
            (long)past.number("late"),
            past.number("cpuSeconds"),
            (long)past.number("wireBytes"),
            past.number("foreign"),
            past.number("perSecond"),
            (long)(NS_PER_US * past.number("verifyUs")),
            "");
    }

    static Histogram newHistogram()
    {
        return new Histogram(HIGHEST_NS, 3);
    }

    boolean isFailed()
    {
        return !failure.isEmpty();
    }

    boolean isNoisy()
    {
        return foreign > FOREIGN_LIMIT;
    }

    double p50Us()
    {
        return toAllNs.getValueAtPercentile(50) / NS_PER_US;
    }

    double p99Us()
    {
        return toAllNs.getValueAtPercentile(99) / NS_PER_US;
    }

    double verifyUs()
    {
        return verifyNs / NS_PER_US;
    }

    String toRow()
    {
        return isFailed() ? "FAIL: " + failure : String.format(
            Locale.ROOT,
            "p50 %9.1f us  p99 %9.1f us  missing %d  late %d  cpu %.2f s  wire %.1f MB%s%s",
            p50Us(),
            p99Us(),
            missing,
            late,
            cpuSeconds,
            wireBytes / 1e6,
            0 == perSecond ? "" : String.format(Locale.ROOT, "  %.0f/s", perSecond),
            isNoisy() ? String.format(Locale.ROOT, "  NOISY: others took %.0f %%", 100 * foreign) : "");
    }
}
