package io.fragcast.bench.compare;

import io.fragcast.bench.report.ResultFolder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;

import static java.util.Objects.requireNonNull;

/**
 * {@code fragcast bench repair}: 32 KB frags while the receiver's driver drops datagrams at random, by Aeron's own loss
 * generator for Fragcast and plain Aeron alike (a kernel without netem does no better on loopback). Plain Aeron repairs
 * by NAKs alone, with its defaults and with Fragcast's settings.
 */
@Command(
    name = "repair",
    mixinStandardHelpOptions = true,
    description = {
        "32 KB frags at 0, 0.1, 1 and 5 %% of datagrams lost before the receiver's driver; beside them plain Aeron",
        "with its own NAK settings and with Fragcast's."})
public final class RepairCommand implements Callable<Integer>
{
    private static final double RATE = 400;
    private static final int LENGTH = 32 << 10;
    private static final int ROUND_TRIPS = 3;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private final MeasureOptions options = new MeasureOptions();

    @Override
    public Integer call() throws IOException, InterruptedException
    {
        final ResultFolder results =
            new ResultFolder(options.out, requireNonNull(spec, "picocli sets it").commandLine());
        final Workload workload = options.workload(LENGTH, 1, RATE);
        final List<Entry> entries = new ArrayList<>();
        entries.add(new Entry("small", Contenders.aeron("aeron"), options.workload(1 << 10, 1, RATE)));
        entries.add(new Entry("whole", Contenders.fragcast("fragcast"), workload));
        for (final String percent : List.of("0.1", "1", "5"))
        {
            entries.add(new Entry("loss-" + percent, Contenders.fragcast("fragcast", "--loss", percent), workload));
        }
        entries.add(new Entry("whole-again", Contenders.fragcast("fragcast"), workload));
        for (final String percent : List.of("1", "5"))
        {
            for (final String repair : List.of("aeron", "fragcast"))
            {
                entries.add(new Entry(
                    "aeron-nak-" + repair + "-" + percent,
                    Contenders.aeron("aeron", "--loss", percent, "--repair", repair),
                    workload));
            }
        }

        final Runs runs = new Runs(results, entries, options.rounds);
        runs.run();
        final double rttUs = 2 * entries.stream()
            .filter((entry) -> "small".equals(entry.name()))
            .flatMap((entry) -> runs.all(entry).stream())
            .filter((measured) -> !measured.isFailed())
            .mapToDouble(Measured::p50Us)
            .min()
            .orElse(0);
        boolean isPassed = runs.decide(List.of(
            bar("1 % lost, of loss-free", "loss-1", Bar.Figure.P50, 1.1),
            bar(String.format(Locale.ROOT, "1 %% lost, less 3 RTT of %.0f us, of loss-free", rttUs), "loss-1",
                new Bar.Figure("p99 - 3 RTT", Measured::p99Us, (measured) -> measured.p99Us() - ROUND_TRIPS * rttUs),
                1.0),
            bar("5 % lost, of loss-free", "loss-5", Bar.Figure.P50, 1.5)));
        for (final Entry entry : entries)
        {
            isPassed &= isWhole(results, runs, entry);
        }
        results.print("in " + results.path());

        return isPassed ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    private static Bar bar(final String title, final String lossy, final Bar.Figure figure, final double bound)
    {
        return new Bar(title, "whole", lossy, "whole", "whole-again", figure, bound, bound);
    }

    private static boolean isWhole(final ResultFolder results, final Runs runs, final Entry entry) throws IOException
    {
        final List<Measured> good = runs.all(entry).stream().filter((measured) -> !measured.isFailed()).toList();
        final long missing = good.stream().mapToLong(Measured::missing).sum();
        final boolean isWhole = 0 == missing && !good.isEmpty();
        results.print(String.format(Locale.ROOT, "%-24s missing %6d of %8d  %s",
            entry.name(), missing, (long)entry.workload().count() * good.size(), isWhole ? "PASS" : "MISS"));

        // What plain Aeron loses is its own affair.
        return isWhole || entry.name().startsWith("aeron");
    }
}
