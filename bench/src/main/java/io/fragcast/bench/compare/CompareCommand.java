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
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;

import static java.util.Objects.requireNonNull;

/**
 * {@code fragcast bench compare}: each contender in turn over each workload, round after round, and Fragcast twice, so
 * that what the machine does meanwhile hits all alike and shows.
 */
@Command(
    name = "compare",
    mixinStandardHelpOptions = true,
    description = {
        "Fragcast beside plain UDP, plain Aeron, GossipSub and WebSocket: same messages, same rate, publisher and",
        "receivers in a process each. Writes histograms and a page."})
public final class CompareCommand implements Callable<Integer>
{
    private static final String OURS = "fragcast";
    private static final String AGAIN = "fragcast-again";
    private static final int FEW = 2;
    private static final double RATE = 100;
    /** With these 70 runs of 8 s take less than ten minutes. */
    private static final double QUICK_WARM_UP_S = 3;
    private static final double QUICK_S = 2;
    /** How many times faster than each Fragcast must be with one or two replicas, and with more; and the aims. */
    private static final Map<String, double[]> TIMES_FASTER = Map.of(
        "gossipsub", new double[]{4, 3, 10, 10},
        "websocket-text", new double[]{3, 1.5, 5, 5},
        "websocket-brotli", new double[]{8, 3, 10, 10});
    private static final Set<String> RIVALS =
        Set.of(OURS, "gossipsub", "websocket-text", "websocket-brotli");

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private final MeasureOptions options = new MeasureOptions();

    @Option(names = "--quick", description = "Only what there are bars for: 32 KB to 2 and 8 replicas beside GossipSub "
        + "and WebSocket; under 10 minutes, in which Fragcast is still being compiled. Take 20 s of warm-up to decide.")
    private boolean isQuick;

    @Option(names = "--bytes", split = ",", defaultValue = "1024,32768", description = "Message lengths (default: "
        + "${DEFAULT-VALUE}).")
    private List<Integer> bytes = List.of();

    @Option(names = "--replicas", split = ",", defaultValue = "2,8", description = "Receivers (default: "
        + "${DEFAULT-VALUE}).")
    private List<Integer> replicas = List.of();

    @Option(names = "--mtu", defaultValue = "" + MeasureOptions.LOOPBACK_MTU, description = "Of the datagrams of "
        + "Fragcast and plain Aeron; TCP has segments of 64 KB on loopback (default: ${DEFAULT-VALUE}).")
    private int mtu = MeasureOptions.LOOPBACK_MTU;

    @Option(names = "--only", split = ",", description = "Contenders, by name; default: all that can be built.")
    private Set<String> only = Set.of();

    @Override
    public Integer call() throws IOException, InterruptedException
    {
        final ResultFolder results =
            new ResultFolder(options.out, requireNonNull(spec, "picocli sets it").commandLine());
        final List<Contender> contenders = Contenders.all(results, isQuick && only.isEmpty() ? RIVALS : only, mtu);
        if (isQuick)
        {
            options.shorten(requireNonNull(spec).commandLine().getParseResult(), QUICK_WARM_UP_S, QUICK_S);
        }
        final List<Entry> entries = new ArrayList<>();
        final List<Bar> bars = new ArrayList<>();
        for (final int length : isQuick ? List.of(32 << 10) : bytes)
        {
            for (final int count : isQuick ? List.of(2, 8) : new TreeSet<>(replicas))
            {
                plan(contenders, length, count, entries, bars);
            }
        }

        final Runs runs = new Runs(results, entries, options.rounds);
        runs.run();
        final Comparison comparison = new Comparison(runs);
        for (final String line : comparison.lines())
        {
            results.print(line);
        }
        Files.writeString(results.resolve("index.html"), new ComparePage(comparison, results.environment()).html());
        final boolean isPassed = runs.decide(bars);
        results.print("in " + results.path() + ": index.html, report.txt, environment.txt, a .hdr a run");

        return isPassed && !comparison.isFailed() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    private void plan(
        final List<Contender> contenders,
        final int length,
        final int count,
        final List<Entry> entries,
        final List<Bar> bars)
    {
        final Workload workload = options.workload(length, count, RATE);
        final String suffix = "-" + workload.fileName();
        final boolean isOurs = contenders.stream().anyMatch((contender) -> OURS.equals(contender.name()));
        for (final Contender contender : contenders)
        {
            entries.add(new Entry(
                contender.name() + suffix, contender, options.workload(contender, length, count, RATE)));
            final double[] times = TIMES_FASTER.get(contender.name());
            if (null != times && isOurs)
            {
                final boolean isFew = workload.replicas() <= FEW;
                for (final Bar.Figure figure : List.of(Bar.Figure.P50, Bar.Figure.P99))
                {
                    bars.add(new Bar(
                        workload.name() + ", of " + contender.name(),
                        contender.name() + suffix,
                        OURS + suffix,
                        OURS + suffix,
                        AGAIN + suffix,
                        figure,
                        1 / times[isFew ? 0 : 1],
                        1 / times[isFew ? 2 : 3]));
                }
            }
        }
        contenders.stream()
            .filter((contender) -> OURS.equals(contender.name()) && !bars.isEmpty())
            .findFirst()
            .ifPresent((ours) -> entries.add(new Entry(AGAIN + suffix, ours, workload)));
    }
}
