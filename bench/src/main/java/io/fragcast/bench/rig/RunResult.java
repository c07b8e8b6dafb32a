package io.fragcast.bench.rig;

import org.HdrHistogram.Histogram;

import java.util.Locale;
import java.util.Properties;

/**
 * What came out of one run, as it goes from the measured process to the one that compares.
 *
 * @param p50Ns   median latency.
 * @param p99Ns   99th percentile.
 * @param p999Ns  99.9th percentile; the machine's more than ours.
 * @param maxNs   greatest; the machine's more than ours.
 * @param count   frags measured.
 * @param failure why the figures do not count; empty: they do.
 */
record RunResult(long p50Ns, long p99Ns, long p999Ns, long maxNs, long count, String failure)
{
    static final String HEADING = String.format(
        Locale.ROOT, "%-14s %10s %10s %10s %10s %10s", "run", "p50 us", "p99 us", "p99.9 us", "max us", "frags");

    private static final double NS_PER_US = 1_000.0;

    static RunResult of(final Histogram histogram, final String failure)
    {
        return new RunResult(
            histogram.getValueAtPercentile(50),
            histogram.getValueAtPercentile(99),
            histogram.getValueAtPercentile(99.9),
            histogram.getMaxValue(),
            histogram.getTotalCount(),
            failure);
    }

    static RunResult of(final Properties properties)
    {
        return new RunResult(
            Long.parseLong(properties.getProperty("p50Ns")),
            Long.parseLong(properties.getProperty("p99Ns")),
            Long.parseLong(properties.getProperty("p999Ns")),
            Long.parseLong(properties.getProperty("maxNs")),
            Long.parseLong(properties.getProperty("count")),
            properties.getProperty("failure"));
    }

    Properties toProperties()
    {
        final Properties properties = new Properties();
        properties.setProperty("p50Ns", Long.toString(p50Ns));
        properties.setProperty("p99Ns", Long.toString(p99Ns));
        properties.setProperty("p999Ns", Long.toString(p999Ns));
        properties.setProperty("maxNs", Long.toString(maxNs));
        properties.setProperty("count", Long.toString(count));
        properties.setProperty("failure", failure);

        return properties;
    }

    boolean isFailed()
    {
        return !failure.isEmpty();
    }

    String toRow(final String name)
    {
        return String.format(
            Locale.ROOT,
            "%-14s %10.1f %10.1f %10.1f %10.1f %10d%s",
            name,
            p50Ns / NS_PER_US,
            p99Ns / NS_PER_US,
            p999Ns / NS_PER_US,
            maxNs / NS_PER_US,
            count,
            failure.isEmpty() ? "" : "  FAIL: " + failure);
    }
}
