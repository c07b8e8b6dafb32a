package io.fragcast.bench.compare;

import org.HdrHistogram.Histogram;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * All runs, and what they come to: medians over the rounds, and how many times Fragcast's each contender's is.
 */
final class Comparison
{
    private static final String OURS = "fragcast";

    private final Runs runs;
    private final List<Contender> contenders;
    private final List<Workload> workloads;

    Comparison(final Runs runs)
    {
        this.runs = runs;
        contenders = runs.entries().stream().map(Entry::contender).distinct().toList();
        workloads = new ArrayList<>(runs.entries().stream()
            .map(Entry::workload)
            .collect(Collectors.toMap(Workload::name, Function.identity(), (one, other) -> one, LinkedHashMap::new))
            .values());
    }

    List<Contender> contenders()
    {
        return contenders;
    }

    List<Workload> workloads()
    {
        return workloads;
    }

    /** Did a run of any contender fail? */
    boolean isFailed()
    {
        return runs.entries().stream().flatMap((entry) -> runs.all(entry).stream()).anyMatch(Measured::isFailed);
    }

    List<Measured> good(final Contender contender, final Workload workload)
    {
        return all(contender, workload).stream().filter((measured) -> !measured.isFailed()).toList();
    }

    List<Measured> all(final Contender contender, final Workload workload)
    {
        return runs.entries().stream()
            .filter((entry) -> entry.contender().equals(contender) && entry.workload().name().equals(workload.name()))
            .flatMap((entry) -> runs.all(entry).stream())
            .toList();
    }

    /** All good runs of a contender in one histogram, for its curve. */
    Histogram merged(final Contender contender, final Workload workload)
    {
        final Histogram merged = Measured.newHistogram();
        good(contender, workload).forEach((measured) -> merged.add(measured.toAllNs()));

        return merged;
    }

    /**
     * Median over the good runs.
     *
     * @return the median; NaN if there is no good run.
     */
    double median(final Contender contender, final Workload workload, final ToDoubleFunction<Measured> value)
    {
        final double[] sorted = good(contender, workload).stream().mapToDouble(value).sorted().toArray();
        final int middle = sorted.length / 2;

        return 0 == sorted.length ? Double.NaN :
            0 == sorted.length % 2 ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle];
    }

    /**
     * A contender's median as a multiple of Fragcast's.
     *
     * @return the ratio; NaN if either has no good run.
     */
    double ratio(final Contender contender, final Workload workload, final ToDoubleFunction<Measured> value)
    {
        return contenders.stream()
            .filter((other) -> OURS.equals(other.name()))
            .findFirst()
            .map((ours) -> median(contender, workload, value) / median(ours, workload, value))
            .orElse(Double.NaN);
    }

    List<String> lines()
    {
        final List<String> lines = new ArrayList<>();
        for (final Workload workload : workloads)
        {
            lines.add("");
            lines.add(workload.name() + ", publish to the last replica, medians over the rounds");
            lines.add(String.format(Locale.ROOT, "%-18s %12s %12s %10s %10s %10s %10s %8s",
                "contender", "p50 us", "p99 us", "x ours p50", "x ours p99", "cpu s", "wire MB", "missing"));
            for (final Contender contender : contenders)
            {
                lines.add(row(contender, workload));
            }
        }

        return lines;
    }

    private String row(final Contender contender, final Workload workload)
    {
        final List<Measured> all = all(contender, workload);
        final long failed = all.stream().filter(Measured::isFailed).count();
        final long noisy = all.stream().filter(Measured::isNoisy).count();

        return String.format(Locale.ROOT, "%-18s %12.1f %12.1f %10.2f %10.2f %10.2f %10.1f %8.0f%s%s",
            contender.name(),
            median(contender, workload, Measured::p50Us),
            median(contender, workload, Measured::p99Us),
            ratio(contender, workload, Measured::p50Us),
            ratio(contender, workload, Measured::p99Us),
            median(contender, workload, Measured::cpuSeconds),
            median(contender, workload, (measured) -> measured.wireBytes() / 1e6),
            median(contender, workload, Measured::missing),
            0 == failed ? "" : "  FAIL " + failed + " of " + all.size(),
            0 == noisy ? "" : "  NOISY " + noisy + " of " + all.size());
    }
}
