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
import java.util.Set;
import java.util.concurrent.Callable;

import static java.util.Objects.requireNonNull;

/**
 * {@code fragcast bench fanout}: how latency to the last replica, CPU time and bytes grow with the replicas, and with
 * the length of a frag; for the report's curves, without bars.
 */
@Command(
    name = "fanout",
    mixinStandardHelpOptions = true,
    description = {
        "Latency to the last replica, CPU time and bytes by number of replicas (32 KB) and by length (one replica)."})
public final class FanoutCommand implements Callable<Integer>
{
    private static final int KIB = 1 << 10;
    private static final int LENGTH = 32 * KIB;
    private static final double RATE = 50;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private final MeasureOptions options = new MeasureOptions();

    @Option(names = "--replicas", split = ",", defaultValue = "1,2,4,8,16", description = "Receivers of 32 KB "
        + "(default: ${DEFAULT-VALUE}).")
    private List<Integer> replicas = List.of();

    @Option(names = "--kib", split = ",", defaultValue = "1,8,64,256,1200", description = "Lengths for one receiver "
        + "(default: ${DEFAULT-VALUE}).")
    private List<Integer> lengths = List.of();

    @Option(names = "--only", split = ",", defaultValue = "fragcast,gossipsub,websocket-text",
        description = "Contenders (default: ${DEFAULT-VALUE}).")
    private Set<String> only = Set.of();

    @Override
    public Integer call() throws IOException, InterruptedException
    {
        final ResultFolder results =
            new ResultFolder(options.out, requireNonNull(spec, "picocli sets it").commandLine());
        final List<Entry> entries = new ArrayList<>();
        for (final Contender contender : Contenders.all(results, only, MeasureOptions.LOOPBACK_MTU))
        {
            for (final int count : replicas)
            {
                entries.add(new Entry(
                    contender.name() + "-32k-" + count + "r",
                    contender,
                    options.workload(contender, LENGTH, count, RATE)));
            }
            for (final int kib : lengths)
            {
                entries.add(new Entry(
                    contender.name() + "-" + kib + "k-1r",
                    contender,
                    options.workload(contender, kib * KIB, 1, RATE)));
            }
        }

        final Runs runs = new Runs(results, entries, options.rounds);
        runs.run();
        results.print("in " + results.path());

        return entries.stream().flatMap((entry) -> runs.all(entry).stream()).anyMatch(Measured::isFailed) ?
            CommandLine.ExitCode.SOFTWARE : CommandLine.ExitCode.OK;
    }
}
