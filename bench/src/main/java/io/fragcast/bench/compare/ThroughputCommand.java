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
import java.util.Locale;
import java.util.concurrent.Callable;

import static java.util.Objects.requireNonNull;

/**
 * {@code fragcast bench throughput}: how many frags a second one replica takes for as long as it lasts, beside plain
 * Aeron, hashes and signatures off; at MTU 1408, and at 65504, which loopback carries.
 */
@Command(
    name = "throughput",
    mixinStandardHelpOptions = true,
    description = {
        "Frags a second, sent as fast as they are taken, beside plain Aeron with hashes and signatures off:",
        "4 KB and 256 KB, each at MTU 1408 and 65504."})
public final class ThroughputCommand implements Callable<Integer>
{
    private static final int KIB = 1 << 10;
    private static final double BOUND = 1 / 0.85;
    private static final double AIM = 1 / 0.95;
    /** The JIT shares each core until some 200,000 frags of 4 KB went through it, or 5,000 of 256 KB. */
    private static final int MIB_A_RUN = 2_000;
    private static final int MAX_FRAGS = 100;
    /** A block must fit what one attempt may hold, and a frag of 256 KB takes 512 KB of the slab. */
    private static final int MAX_BLOCK_KIB = 4 << 10;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private final MeasureOptions options = new MeasureOptions();

    @Option(names = "--mib", defaultValue = "" + MIB_A_RUN, description = "Sent a run; two thirds of it are warm-up "
        + "(default: ${DEFAULT-VALUE}).")
    private int mib = MIB_A_RUN;

    @Option(names = "--mtu", split = ",", defaultValue = "1408,65504", description = "Of the datagrams (default: "
        + "${DEFAULT-VALUE}).")
    private List<String> mtus = List.of();

    @Override
    public Integer call() throws IOException, InterruptedException
    {
        final ResultFolder results =
            new ResultFolder(options.out, requireNonNull(spec, "picocli sets it").commandLine());
        final List<Entry> entries = new ArrayList<>();
        final List<Bar> bars = new ArrayList<>();
        for (final int kib : new int[]{4, 256})
        {
            for (final String mtu : mtus)
            {
                final int count = Math.max(30, mib * KIB / kib);
                final int frags = Math.min(MAX_FRAGS, MAX_BLOCK_KIB / kib);
                final Workload workload = new Workload(kib * KIB, 1, 0, 0, count / 3 * 2, count);
                final String name = kib + "k-" + mtu;
                final Contender aeron = Contenders.aeron("aeron", "--mtu", mtu);
                entries.add(new Entry("aeron-" + name, aeron, workload));
                entries.add(new Entry("fragcast-" + name, Contenders.fragcast(
                    "fragcast-unchecked", "--mtu", mtu, "--checks", "NONE", "--frags", Integer.toString(frags)),
                    workload));
                entries.add(new Entry("aeron-again-" + name, aeron, workload));
                bars.add(new Bar(
                    kib + " KB frags at MTU " + mtu + ", checks off, of plain Aeron",
                    "aeron-" + name,
                    "fragcast-" + name,
                    "aeron-" + name,
                    "aeron-again-" + name,
                    Bar.Figure.TIME_A_MESSAGE,
                    BOUND,
                    AIM));
            }
        }

        final Runs runs = new Runs(results, entries, options.rounds);
        runs.run();
        final boolean isPassed = runs.decide(bars);
        for (final Entry entry : entries)
        {
            final double perSecond = runs.all(entry).stream().filter((measured) -> !measured.isFailed())
                .mapToDouble(Measured::perSecond).sorted().skip(runs.rounds() / 2).findFirst().orElse(Double.NaN);
            results.print(String.format(Locale.ROOT, "%-24s %10.0f frags/s %10.1f MB/s",
                entry.name(), perSecond, perSecond * entry.workload().bytes() / 1e6));
        }
        results.print("in " + results.path());

        return isPassed ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }
}
