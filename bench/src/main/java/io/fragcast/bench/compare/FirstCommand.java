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
 * {@code fragcast bench first}: what the first frags take after a start, with the nodes' warm-up and without, in fresh
 * processes each.
 */
@Command(
    name = "first",
    mixinStandardHelpOptions = true,
    description = {
        "The first frag after a start, from publisher to replica, and the first 100 as fast as they are taken: nodes",
        "that warmed up beside nodes that did not. 32 KB, MTU 1408."})
public final class FirstCommand implements Callable<Integer>
{
    private static final int BYTES = 32 << 10;
    private static final int FEW = 100;
    /** A gain that an operator would wait for at the start. */
    private static final double BOUND = 0.75;
    private static final double AIM = 0.3;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private final MeasureOptions options = new MeasureOptions();

    @Option(names = "--warm-up-ms", defaultValue = "3000", description = "threads.warm-up-ms of both nodes (default: "
        + "${DEFAULT-VALUE}).")
    private int warmUpMs = 3_000;

    @Override
    public Integer call() throws IOException, InterruptedException
    {
        final ResultFolder results =
            new ResultFolder(options.out, requireNonNull(spec, "picocli sets it").commandLine());
        final Contender cold = Contenders.fragcast("fragcast-cold");
        final Contender warm = Contenders.fragcast("fragcast-warm", "--warm-up-ms", Integer.toString(warmUpMs));
        final List<Entry> entries = new ArrayList<>();
        final List<Bar> bars = new ArrayList<>();
        for (final int count : new int[]{1, FEW})
        {
            // At full speed: due when sending begins, and none is late.
            final Workload workload = new Workload(BYTES, 1, 0, 0, 0, count);
            entries.add(new Entry("cold-" + count, cold, workload));
            entries.add(new Entry("warm-" + count, warm, workload));
            entries.add(new Entry("cold-again-" + count, cold, workload));
            bars.add(new Bar(
                1 == count ? "first frag, warmed up, of cold" : "first " + count + " frags, warmed up, of cold",
                "cold-" + count,
                "warm-" + count,
                "cold-" + count,
                "cold-again-" + count,
                Bar.Figure.P50,
                BOUND,
                AIM));
        }

        final Runs runs = new Runs(results, entries, options.rounds);
        runs.run();
        final boolean isPassed = runs.decide(bars);
        results.print("in " + results.path());

        return isPassed ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }
}
