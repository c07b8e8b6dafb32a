package io.fragcast.edge.http;

import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

import java.math.BigDecimal;

/**
 * Writes Prometheus' text format 0.0.4: a family is begun once, and all of its samples follow.
 */
final class PrometheusWriter
{
    /** Content type of what is written. */
    static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    /** From a hop on one rack to a reader that gave up; three a decade, enough for a quantile by interpolation. */
    private static final long[] BOUNDS_NS = {
        10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000,
        50_000_000, 100_000_000, 250_000_000, 500_000_000, 1_000_000_000, 2_500_000_000L, 5_000_000_000L,
        10_000_000_000L};

    private final StringBuilder text = new StringBuilder(32 << 10);

    /** Begins a family of counters. */
    void counter(final String family, final String help)
    {
        begin(family, help, "counter");
    }

    /** Begins a family of gauges. */
    void gauge(final String family, final String help)
    {
        begin(family, help, "gauge");
    }

    /** Begins a family of histograms. */
    void histogram(final String family, final String help)
    {
        begin(family, help, "histogram");
    }

    /** One sample; labels are names and values in turn. */
    void sample(final String name, final long value, final @Nullable String... labels)
    {
        labelled(name, labels);
        text.append(' ').append(value).append('\n');
    }

    /** One sample that is no whole number, or {@link Double#NaN} where it is not known. */
    void sample(final String name, final double value, final @Nullable String... labels)
    {
        labelled(name, labels);
        text.append(' ').append(value).append('\n');
    }

    /** One time or duration. */
    void seconds(final String name, final long timeNs, final @Nullable String... labels)
    {
        labelled(name, labels);
        text.append(' ').append(seconds(timeNs)).append('\n');
    }

    /** The buckets, sum and count of one histogram of nanoseconds. */
    void buckets(final String family, final Histogram histogram, final String... labels)
    {
        final String[] withBound = new String[labels.length + 2];
        System.arraycopy(labels, 0, withBound, 0, labels.length);
        withBound[labels.length] = "le";
        for (final long boundNs : BOUNDS_NS)
        {
            withBound[labels.length + 1] = seconds(boundNs);
            sample(family + "_bucket", histogram.getCountBetweenValues(0, boundNs), withBound);
        }
        withBound[labels.length + 1] = "+Inf";
        sample(family + "_bucket", histogram.getTotalCount(), withBound);
        seconds(family + "_sum", (long)(histogram.getMean() * histogram.getTotalCount()), labels);
        sample(family + "_count", histogram.getTotalCount(), labels);
    }

    @Override
    public String toString()
    {
        return text.toString();
    }

    private void begin(final String family, final String help, final String type)
    {
        text.append("# HELP ").append(family).append(' ')
            .append(help.replace("\\", "\\\\").replace("\n", "\\n")).append('\n')
            .append("# TYPE ").append(family).append(' ').append(type).append('\n');
    }

    private void labelled(final String name, final @Nullable String... labels)
    {
        text.append(name);
        char separator = '{';
        for (int i = 0; i < labels.length; i += 2)
        {
            final String label = labels[i];
            final String value = labels[i + 1];
            if (null != label && null != value)
            {
                text.append(separator).append(label).append("=\"")
                    .append(value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n")).append('"');
                separator = ',';
            }
        }
        if (',' == separator)
        {
            text.append('}');
        }
    }

    private static String seconds(final long timeNs)
    {
        return BigDecimal.valueOf(timeNs, 9).stripTrailingZeros().toPlainString();
    }
}
