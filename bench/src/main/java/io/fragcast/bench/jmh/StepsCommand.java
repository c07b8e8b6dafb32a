package io.fragcast.bench.jmh;

import io.fragcast.bench.JvmOptions;
import io.fragcast.bench.report.NoiseRule;
import io.fragcast.bench.report.ResultFolder;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;

import static java.util.Objects.requireNonNull;

/**
 * {@code fragcast bench steps}: the single steps that there are bars for, each between two runs of its floor, in rounds
 * of fresh processes under the noise rule.
 */
@Command(
    name = "steps",
    mixinStandardHelpOptions = true,
    description = {
        "Encode and decode beside the generated codec with the same checks, journal append and replay of 4 KB beside",
        "plain Chronicle Queue."})
public final class StepsCommand implements Callable<Integer>
{
    private record Step(String name, String method, String shape, String value, double bound, double aim)
    {
    }

    private static final String CODEC = CodecBenchmark.class.getSimpleName();
    private static final String JOURNAL = JournalBenchmark.class.getSimpleName();
    private static final List<Step> STEPS = List.of(
        new Step("encode 61 KB, of plain SBE", CODEC + ".encode", "shape", "200x300", 1.1, 1.0),
        new Step("decode 61 KB, of plain SBE with the same checks", CODEC + ".decode", "shape", "200x300", 1.1, 1.0),
        new Step("journal append 4 KB, of plain Chronicle Queue", JOURNAL + ".append", "frame", "4096", 1.1, 1.0),
        new Step("journal replay 4 KB, of plain Chronicle Queue", JOURNAL + ".replay", "frame", "4096", 1 / 0.9, 1.0));
    private static final String FLOOR = "Floor";

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--rounds", defaultValue = "7", description = "Fewer than 7 decide nothing (default: "
        + "${DEFAULT-VALUE}).")
    private int rounds = NoiseRule.MIN_PAIRS;

    @Option(names = "--out", description = "Output folder (default: bench-results/TIME).")
    private @Nullable Path out;

    @Override
    public Integer call() throws IOException, RunnerException
    {
        final ResultFolder results =
            new ResultFolder(out, requireNonNull(spec, "picocli sets it").commandLine());
        final Map<Step, double[][]> ab = new HashMap<>();
        final Map<Step, double[][]> aa = new HashMap<>();
        for (final Step step : STEPS)
        {
            ab.put(step, new double[rounds][]);
            aa.put(step, new double[rounds][]);
        }
        for (int round = 0; round < rounds; round++)
        {
            for (final Step step : STEPS)
            {
                final double floor = run(step, FLOOR);
                final double ours = run(step, "");
                final double again = run(step, FLOOR);
                requireNonNull(ab.get(step))[round] = new double[]{floor, ours};
                requireNonNull(aa.get(step))[round] = new double[]{floor, again};
                results.print(String.format(Locale.ROOT, "%d/%d  %-50s floor %9.1f ns  ours %9.1f ns  floor %9.1f ns",
                    round + 1, rounds, step.name, floor, ours, again));
            }
        }

        return decide(results, ab, aa) ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    private static boolean decide(
        final ResultFolder results, final Map<Step, double[][]> ab, final Map<Step, double[][]> aa) throws IOException
    {
        final StringBuilder table = new StringBuilder("name\tfigure\tratio\tbound\taim\tnoise\ta\tb\tpairs\toutcome\n");
        boolean isPassed = true;
        for (final Step step : STEPS)
        {
            final double[][] pairs = requireNonNull(ab.get(step));
            final NoiseRule.Verdict verdict = NoiseRule.decide(pairs, requireNonNull(aa.get(step)), step.bound);
            final String outcome = switch (verdict.outcome())
            {
                case HOLDS -> "PASS";
                case MISSED -> "MISS";
                case INCONCLUSIVE -> "INCONCLUSIVE";
            };
            isPassed &= NoiseRule.Outcome.HOLDS == verdict.outcome();
            results.print(String.format(Locale.ROOT, "%-50s %7.3f  bound %6.3f  aim %6.3f  A/A p90 %6.3f  %s",
                step.name, verdict.medianRatio(), step.bound, step.aim, verdict.noiseRatio(), outcome));
            table.append(String.format(Locale.ROOT, "%s\tns\t%.4f\t%.4f\t%.4f\t%.4f\t%.2f\t%.2f\t%d\t%s%n",
                step.name, verdict.medianRatio(), step.bound, step.aim, verdict.noiseRatio(), pairs[0][0], pairs[0][1],
                pairs.length, outcome));
        }
        Files.writeString(results.resolve("bars.tsv"), table);
        results.print("in " + results.path());

        return isPassed;
    }

    /** Median of short iterations in a fresh process: one that somebody interrupted does not count. */
    private static double run(final Step step, final String suffix) throws IOException, RunnerException
    {
        final RunResult result = new Runner(new OptionsBuilder()
            .include("\\." + step.method.replace(".", "\\.") + suffix + "$")
            .param(step.shape, step.value)
            .mode(Mode.AverageTime)
            .forks(1)
            .warmupIterations(8)
            .warmupTime(TimeValue.milliseconds(50))
            .measurementIterations(15)
            .measurementTime(TimeValue.milliseconds(20))
            .jvmArgsPrepend(JvmOptions.read().toArray(new String[0]))
            .verbosity(VerboseMode.SILENT)
            .shouldFailOnError(true)
            .build()).runSingle();

        return result.getPrimaryResult().getStatistics().getPercentile(50);
    }
}
