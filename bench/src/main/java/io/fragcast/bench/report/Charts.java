package io.fragcast.bench.report;

import io.fragcast.bench.report.Results.Row;
import org.HdrHistogram.Histogram;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.DoubleFunction;
import java.util.function.Predicate;

/**
 * Draws what one results folder can show: percentile curves for each workload, sweeps over replicas, length and loss,
 * processor time and bytes.
 */
final class Charts
{
    private static final double[] PERCENTILES = {0, 50, 75, 90, 95, 97.5, 99, 99.5, 99.9};
    private static final double NS_PER_US = 1_000;
    private static final double LEAST_US = 0.1;
    private static final int KIB = 1 << 10;
    private static final String LOSS = "loss-";

    private final Results results;
    private final Map<String, Chart> lines = new LinkedHashMap<>();
    private final Map<String, Chart> bars = new LinkedHashMap<>();

    private Charts(final Results results)
    {
        this.results = results;
    }

    static Charts of(final Results results) throws IOException
    {
        final Charts charts = new Charts(results);
        if (!results.runs().isEmpty())
        {
            charts.percentiles();
            charts.sweep("replicas", "bytes", "p50 to the last replica by replicas, ", "replicas", false);
            charts.sweep("bytes", "replicas", "p50 by length of a frag, ", "length", true);
            charts.loss();
            charts.cost(
                "cpu", "cpuSeconds", 1e3, "Processor time a frag", "ms, all processes, start and spinning in it");
            charts.cost("bytes", "wireBytes", 1e-3, "Bytes on the wire a frag", "KB, warm-up and control in it");
        }

        return charts;
    }

    /** Charts of lines, by file name without its end. */
    Map<String, Chart> lines()
    {
        return lines;
    }

    /** Charts of bars, by file name without its end. */
    Map<String, Chart> bars()
    {
        return bars;
    }

    private void percentiles() throws IOException
    {
        final Map<String, List<Row>> workloads = new LinkedHashMap<>();
        for (final Row run : results.runs())
        {
            workloads.computeIfAbsent(workload(run), (key) -> new ArrayList<>()).add(run);
        }
        for (final Map.Entry<String, List<Row>> workload : workloads.entrySet())
        {
            final Chart chart = new Chart(
                "Latency by percentile, " + workload.getKey(), "percentile", "us", Charts::percentile);
            for (final String entry : workload.getValue().stream().map((run) -> run.text("entry")).distinct().toList())
            {
                final Histogram histogram = results.merged((run) -> entry.equals(run.text("entry")));
                if (0 < histogram.getTotalCount() && !entry.contains("-again"))
                {
                    chart.add(new Chart.Series(
                        entry,
                        Arrays.stream(PERCENTILES).map((percentile) -> 1 / (1 - percentile / 100)).toArray(),
                        Arrays.stream(PERCENTILES).map((percentile) -> Math.max(
                            LEAST_US, histogram.getValueAtPercentile(percentile) / NS_PER_US)).toArray()));
                }
            }
            put(lines, "latency-" + workload.getKey().replaceAll("[^a-zA-Z0-9.]+", "-"), chart);
        }
    }

    private void sweep(
        final String over, final String at, final String title, final String label, final boolean isLength)
    {
        for (final String fixed : results.distinct(at))
        {
            final DoubleFunction<String> text = isLength ? Charts::length : Chart::number;
            final Chart chart = new Chart(
                title + (isLength ? fixed + " replicas" : length(Double.parseDouble(fixed))), label, "us", text);
            for (final String contender : results.distinct("contender"))
            {
                final Map<Double, Double> points = new TreeMap<>();
                for (final String value : results.distinct(over))
                {
                    final double p50 = results.median((run) -> contender.equals(run.text("contender")) &&
                        value.equals(run.text(over)) && fixed.equals(run.text(at)), "p50Us");
                    if (p50 > 0)
                    {
                        points.put(Double.parseDouble(value), p50);
                    }
                }
                if (1 < points.size())
                {
                    chart.add(series(contender, points));
                }
            }
            put(lines, over + "-" + fixed, chart);
        }
    }

    /** Entries as {@code bench repair} names them. */
    private void loss()
    {
        final Chart chart = new Chart("32 KB by datagrams lost", "% lost", "us", Chart::number);
        for (final String figure : List.of("p50Us", "p99Us"))
        {
            final Map<String, Map<Double, Double>> lossy = new TreeMap<>();
            for (final String entry : results.distinct("entry"))
            {
                final int at = entry.lastIndexOf('-');
                final boolean isLossy = entry.startsWith(LOSS) || entry.startsWith("aeron-nak-");
                if (isLossy)
                {
                    final String name = entry.startsWith(LOSS) ? "fragcast" : entry.substring(0, at);
                    lossy.computeIfAbsent(name + " " + figure.substring(0, 3), (key) -> new TreeMap<>()).put(
                        Double.parseDouble(entry.substring(at + 1)),
                        results.median((run) -> entry.equals(run.text("entry")), figure));
                }
            }
            lossy.forEach((name, points) ->
            {
                points.values().removeIf((value) -> value.isNaN() || value <= 0);
                chart.add(series(name, points));
            });
        }
        put(lines, "loss", chart);
    }

    private void cost(
        final String file, final String column, final double unit, final String title, final String label)
    {
        for (final String workload : results.runs().stream().map(Charts::workload).distinct().toList())
        {
            final Chart chart = new Chart(title + ", " + workload, label, "", Chart::number);
            for (final String contender : results.distinct("contender"))
            {
                final Predicate<Row> which =
                    (run) -> contender.equals(run.text("contender")) && workload.equals(workload(run));
                final double median = unit * results.median(which, column) / results.median(which, "sent");
                if (median > 0)
                {
                    chart.add(new Chart.Series(contender, new double[0], new double[]{median}));
                }
            }
            put(bars, file + "-" + workload.replaceAll("[^a-zA-Z0-9.]+", "-"), chart);
        }
    }

    private static void put(final Map<String, Chart> charts, final String file, final Chart chart)
    {
        if (!chart.isEmpty())
        {
            charts.put(file, chart);
        }
    }

    private static Chart.Series series(final String name, final Map<Double, Double> points)
    {
        return new Chart.Series(
            name,
            points.keySet().stream().mapToDouble(Double::doubleValue).toArray(),
            points.values().stream().mapToDouble(Double::doubleValue).toArray());
    }

    private static String workload(final Row run)
    {
        return length(run.number("bytes")) + " to " + run.text("replicas") + " at " +
            (0 == run.number("rate") ? "full speed" : Chart.number(run.number("rate")) + " a second");
    }

    private static String length(final double bytes)
    {
        return bytes < KIB ? Chart.number(bytes) + " B" : Chart.number(bytes / KIB) + " KB";
    }

    private static String percentile(final double x)
    {
        final double percentile = 100 - 100 / x;

        return 0 == percentile ? "least" : Chart.number(Math.rint(percentile * 1_000) / 1_000);
    }
}
