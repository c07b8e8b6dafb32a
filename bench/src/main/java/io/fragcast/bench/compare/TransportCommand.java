package io.fragcast.bench.compare;

import io.fragcast.bench.report.ResultFolder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
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
        "Rows of 1 KB and 32 KB; at a greater MTU of 32 KB alone."})
public final class TransportCommand implements Callable<Integer>
{
    private static final double RATE = 500;
    private static final int KIB = 1 << 10;
    private static final int LARGE_KIB = 32;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private final MeasureOptions options = new MeasureOptions();

    @Option(names = "--mtu", split = ",", defaultValue = "1408", description = "Of the datagrams; the first is that of "
        + "the bars (default: ${DEFAULT-VALUE}).")
    private List<String> mtus = List.of();

    @Override
    public Integer call() throws IOException, InterruptedException
    {
        final ResultFolder results =
            new ResultFolder(options.out, requireNonNull(spec, "picocli sets it").commandLine());
        final List<Entry> entries = new ArrayList<>();
        final List<Bar> bars = new ArrayList<>();
        for (final String mtu : mtus)
        {
            if (mtus.get(0).equals(mtu))
            {
                unchecked(1, mtu, entries, bars);
            }
            unchecked(LARGE_KIB, mtu, entries, bars);
        }
        final String mtu = mtus.get(0);
        final Workload large = options.workload(LARGE_KIB * KIB, 1, RATE);
        entries.add(new Entry(
            "hashes-32k", Contenders.fragcast("fragcast-hashes", "--mtu", mtu, "--checks", "HASHES"), large));
        entries.add(new Entry("whole-32k", Contenders.fragcast("fragcast", "--mtu", mtu), large));
        bars.add(bar("32 KB, hashes on, signatures off, of plain Aeron", "hashes-32k", "32k", 1.45, 1.25));

        final Runs runs = new Runs(results, entries, options.rounds);
        runs.run();
        final boolean isPassed = runs.decide(bars);
        results.print("in " + results.path());

        return isPassed ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    /** Hashes and signatures off. */
    private void unchecked(final int kib, final String mtu, final List<Entry> entries, final List<Bar> bars)
        throws IOException
    {
        final Contender aeron = Contenders.aeron("aeron", "--mtu", mtu);
        final Workload workload = options.workload(kib * KIB, 1, RATE);
        final boolean isUsual = mtus.get(0).equals(mtu);
        final String size = kib + "k" + (isUsual ? "" : "-" + mtu);
        final Workload soon = options.workload(aeron, kib * KIB, 1, RATE);
        entries.add(new Entry("aeron-" + size, aeron, soon));
        entries.add(new Entry(
            "unchecked-" + size,
            Contenders.fragcast("fragcast-unchecked", "--mtu", mtu, "--checks", "NONE"),
            workload));
        entries.add(new Entry("aeron-again-" + size, aeron, soon));
        bars.add(bar(
            kib + " KB, hashes and signatures off, of plain Aeron" + (isUsual ? "" : ", MTU " + mtu),
            "unchecked-" + size,
            size,
            1 == kib ? 1.15 : 1.25,
            1 == kib ? 1.05 : 1.10));
    }

    private static Bar bar(
        final String name, final String ours, final String size, final double bound, final double aim)
    {
        return new Bar(name, "aeron-" + size, ours, "aeron-" + size, "aeron-again-" + size, Bar.Figure.P50, bound, aim);
    }
}
