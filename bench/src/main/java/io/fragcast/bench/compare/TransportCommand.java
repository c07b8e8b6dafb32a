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
import java.util.concurrent.Callable;

import static java.util.Objects.requireNonNull;

/**
 * {@code fragcast bench transport}: publisher to one replica beside plain Aeron with the same threads, MTU and windows,
 * first as if hashes and signatures cost nothing, then with hashes, then whole.
 */
@Command(
    name = "transport",
    mixinStandardHelpOptions = true,
    description = {
        "One frag from publisher to replica beside plain Aeron: without hashes and signatures, with hashes, whole.",
        "Rows of 1 KB and 32 KB at MTU 1408."})
public final class TransportCommand implements Callable<Integer>
{
    private static final double RATE = 500;
    private static final int KIB = 1 << 10;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private final MeasureOptions options = new MeasureOptions();

    @Override
    public Integer call() throws IOException, InterruptedException
    {
        final ResultFolder results =
            new ResultFolder(options.out, requireNonNull(spec, "picocli sets it").commandLine());
        final Contender aeron = Contenders.aeron("aeron");
        final Contender unchecked = Contenders.fragcast("fragcast-unchecked", "--checks", "NONE");
        final Contender hashed = Contenders.fragcast("fragcast-hashes", "--checks", "HASHES");
        final Contender whole = Contenders.fragcast("fragcast");
        final List<Entry> entries = new ArrayList<>();
        final List<Bar> bars = new ArrayList<>();
        for (final int kib : new int[]{1, 32})
        {
            final Workload workload = options.workload(kib * KIB, 1, RATE);
            final String size = kib + "k";
            entries.add(new Entry("aeron-" + size, aeron, workload));
            entries.add(new Entry("unchecked-" + size, unchecked, workload));
            entries.add(new Entry("aeron-again-" + size, aeron, workload));
            bars.add(bar(kib + " KB, hashes and signatures off, of plain Aeron", "unchecked-", size,
                1 == kib ? 1.15 : 1.25, 1 == kib ? 1.05 : 1.10));
        }
        final Workload large = options.workload(32 * KIB, 1, RATE);
        entries.add(new Entry("hashes-32k", hashed, large));
        entries.add(new Entry("whole-32k", whole, large));
        bars.add(bar("32 KB, hashes on, signatures off, of plain Aeron", "hashes-", "32k", 1.45, 1.25));

        final Runs runs = new Runs(results, entries, options.rounds);
        runs.run();
        final boolean isPassed = runs.decide(bars);
        results.print("in " + results.path());

        return isPassed ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    private static Bar bar(
        final String name, final String prefix, final String size, final double bound, final double aim)
    {
        return new Bar(
            name, "aeron-" + size, prefix + size, "aeron-" + size, "aeron-again-" + size, Bar.Figure.P50, bound, aim);
    }
}
