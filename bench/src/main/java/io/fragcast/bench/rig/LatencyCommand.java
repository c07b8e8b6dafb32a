package io.fragcast.bench.rig;

import io.fragcast.bench.JvmOptions;
import io.fragcast.bench.report.NoiseRule;
import io.fragcast.bench.report.Pairs;
import io.fragcast.bench.report.ResultFolder;
import io.fragcast.protocol.block.BlockLimits;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.Callable;

/**
 * {@code fragcast bench latency}: what a frag takes from publisher to replica at a fixed rate. Each run is a fresh
 * process. With {@code --a} and {@code --b} two variants are compared by interleaved pairs under the noise rule.
 * <pre>
 *   empty, then for each pair:   A B   A A      and, every other time,   B A   A A
 * </pre>
 */
@Command(
    name = "latency",
    mixinStandardHelpOptions = true,
    description = {
        "Latency of frags from publisher to replica, each from the time at which it was due.",
        "With --a and --b: compares two variants, given as options of this command or flags of the JVM, for",
        "instance --a \"--relays 0\" --b \"--relays 1\", or --b \"-XX:+UseParallelGC\"."})
public final class LatencyCommand implements Callable<Integer>
{
    @Spec
    private CommandSpec spec;

    @Mixin
    private final LatencyOptions options = new LatencyOptions();

    @Option(names = "--a", paramLabel = "OPTIONS", description = "Variant A, what B is compared to.")
    private String a;

    @Option(names = "--b", paramLabel = "OPTIONS", description = "Variant B.")
    private String b;

    @Option(names = "--pairs", defaultValue = "7", description = "Pairs A/B, and as many A/A (default: "
        + "${DEFAULT-VALUE}; fewer decide nothing).")
    private int pairs = NoiseRule.MIN_PAIRS;

    @Option(names = "--bound", defaultValue = "1.05", description = "Greatest ratio of B to A that is wanted, for p50 "
        + "and p99 (default: ${DEFAULT-VALUE}).")
    private double bound = 1.05;

    @Option(names = "--out", description = "Output folder (default: bench-results/TIME).")
    private Path out;

    private ResultFolder results;
    private boolean isFailed;

    @Override
    public Integer call() throws IOException, InterruptedException
    {
        if ((null == a) != (null == b))
        {
            throw new CommandLine.ParameterException(spec.commandLine(), "--a and --b go together");
        }
        checkRange("--relays", options.relays, 0, 2);
        checkRange("--replicas", options.replicas, 1, 16);
        checkRange("--lossy", (int)Math.ceil(options.lossPercent), 0, 50);
        if (0 < options.lossPercent && 1 == options.replicas)
        {
            throw new CommandLine.ParameterException(spec.commandLine(), "--lossy needs --replicas 2 or more");
        }
        checkRange("--rate", options.rate, 1, 1_000_000);
        checkRange("--seconds", options.seconds, 1, 3_600);
        checkRange("--warmup-seconds", options.warmupSeconds, 0, 3_600);
        checkRange("--frags", options.fragsPerBlock, 1, BlockLimits.MAX_FRAGS_PER_BLOCK);
        checkRange("--txs", options.txCount, 0, BlockLimits.MAX_TXS_PER_FRAG);
        checkRange("--tx-bytes", options.txLength, 1, BlockLimits.DEFAULT_MAX_TX_LENGTH);
        checkRange("--pairs", pairs, 1, 1_000);
        results = new ResultFolder(out, spec.commandLine());

        results.print(RunResult.HEADING);
        run("empty", "--empty");
        if (null == a)
        {
            run("run", "");
        }
        else
        {
            compare();
        }
        results.print("in " + results.path());

        return isFailed ? CommandLine.ExitCode.SOFTWARE : CommandLine.ExitCode.OK;
    }

    private void checkRange(final String option, final int value, final int least, final int most)
    {
        if (value < least || value > most)
        {
            throw new CommandLine.ParameterException(
                spec.commandLine(), option + " = " + value + ": allowed " + least + ".." + most);
        }
    }

    private void compare() throws IOException, InterruptedException
    {
        final Pairs<RunResult> compared = Pairs.run(pairs, (name) -> run(name, a), (name) -> run(name, b));
        if (isFailed)
        {
            results.print("FAIL: a run failed, so the pairs decide nothing");
            return;
        }

        decide("p50", compared.decide(RunResult::p50Ns, bound));
        decide("p99", compared.decide(RunResult::p99Ns, bound));
    }

    private void decide(final String figure, final NoiseRule.Verdict verdict) throws IOException
    {
        isFailed |= NoiseRule.Outcome.HOLDS != verdict.outcome();
        results.print(Pairs.line(figure, verdict, bound));
    }

    private RunResult run(final String name, final String variant) throws IOException, InterruptedException
    {
        final Path log = results.resolve(name + ".log");
        final Process process = new ProcessBuilder(command(name, variant))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
        final int exitCode;
        try
        {
            exitCode = process.waitFor();
        }
        finally
        {
            process.destroyForcibly();
        }

        final Path file = results.resolve(name + ".properties");
        final RunResult result;
        if (0 == exitCode && Files.isReadable(file))
        {
            final Properties properties = new Properties();
            try (Reader reader = Files.newBufferedReader(file))
            {
                properties.load(reader);
            }
            result = RunResult.of(properties);
        }
        else
        {
            result = new RunResult(0, 0, 0, 0, 0, "exit code " + exitCode + ", see " + log);
        }
        isFailed |= result.isFailed();
        results.print(result.toRow(name));

        return result;
    }

    private List<String> command(final String name, final String variant) throws IOException
    {
        final List<String> jvm = new ArrayList<>(JvmOptions.read());
        final List<String> args = new ArrayList<>(options.toArgs());
        for (final String token : variant.strip().split("\\s+"))
        {
            if (token.startsWith("-D") || token.startsWith("-X"))
            {
                jvm.add(token);
            }
            else if (!token.isEmpty())
            {
                args.add(token);
            }
        }

        final List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvm);
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(LatencyRun.class.getName());
        command.addAll(List.of("--dir", results.path().toString(), "--name", name));
        command.addAll(args);

        return command;
    }
}
