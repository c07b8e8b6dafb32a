package io.fragcast.bench.compare;

import io.fragcast.bench.JvmOptions;
import io.fragcast.bench.report.NoiseRule;
import io.fragcast.bench.report.Pairs;
import io.fragcast.bench.report.ResultFolder;
import io.fragcast.transport.FreePorts;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static java.util.Objects.requireNonNull;

/**
 * {@code fragcast bench path}: processor time of a frag's whole way on one thread, and two builds against each other in
 * interleaved pairs of fresh processes. Good on a machine that others use: time that they take does not count.
 */
@Command(
    name = "path",
    mixinStandardHelpOptions = true,
    description = {
        "Processor time of a frag from request to the last replica, all nodes on one thread. With --against: the same",
        "with the classes of another build (a checkout that was built), as A of interleaved pairs."})
public final class PathCommand implements Callable<Integer>
{
    private static final Pattern P50 = Pattern.compile("\"p50Ns\":(\\d+)");
    private static final double NS_PER_US = 1_000;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--bytes", defaultValue = "32768", description = "A frag (default: ${DEFAULT-VALUE}).")
    private int bytes = 32 << 10;

    @Option(names = "--replicas", defaultValue = "1", description = "Receivers (default: ${DEFAULT-VALUE}).")
    private int replicas = 1;

    @Option(names = "--hop", description = "A relay lies between.")
    private boolean isHop;

    @Option(names = "--count", defaultValue = "6000", description = "Frags a run, half of them warm-up (default: "
        + "${DEFAULT-VALUE}).")
    private int count = 6_000;

    @Option(names = "--against", paramLabel = "FOLDER", description = "Root of another build, whose relay is A.")
    private @Nullable Path against;

    @Option(names = "--pairs", defaultValue = "7", description = "Pairs A/B, and as many A/A (default: "
        + "${DEFAULT-VALUE}; fewer decide nothing).")
    private int pairs = NoiseRule.MIN_PAIRS;

    @Option(names = "--bound", defaultValue = "0.98", description = "Greatest ratio of B to A that counts as faster "
        + "(default: ${DEFAULT-VALUE}).")
    private double bound = 0.98;

    @Option(names = "--out", description = "Output folder (default: bench-results/TIME).")
    private @Nullable Path out;

    @Override
    public Integer call() throws IOException, InterruptedException
    {
        final ResultFolder results =
            new ResultFolder(out, requireNonNull(spec, "picocli sets it").commandLine());
        final int ports = FreePorts.blocks(replicas + 2);
        final String own = System.getProperty("java.class.path");
        final Path other = against;
        if (null == other)
        {
            run(results, "run", own, ports);

            return CommandLine.ExitCode.OK;
        }

        final String theirs = theirs(own, other);
        final Pairs<Double> compared = Pairs.run(
            pairs, (name) -> run(results, name, theirs, ports), (name) -> run(results, name, own, ports));
        final NoiseRule.Verdict verdict = compared.decide(Double::doubleValue, bound);
        results.print(Pairs.line("CPU p50", verdict, bound));

        // A gain must be beyond what two equal runs differ by.
        return verdict.medianRatio() <= bound && 1 / verdict.medianRatio() > verdict.noiseRatio() ?
            CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    /** This class path with the other build's relay in place of this one's; what measures is the same for both. */
    private static String theirs(final String own, final Path other) throws IOException
    {
        final Path relay = other.toAbsolutePath().resolve("relay/target/classes");
        if (!Files.isDirectory(relay))
        {
            throw new IOException(relay + ": no classes of another build");
        }

        return Stream.of(own.split(File.pathSeparator))
            .map((entry) -> entry.endsWith("relay/target/classes") ? relay.toString() : entry)
            .collect(Collectors.joining(File.pathSeparator));
    }

    private double run(final ResultFolder results, final String name, final String classPath, final int ports)
        throws IOException, InterruptedException
    {
        final List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JvmOptions.read());
        command.addAll(List.of("-cp", classPath, "io.fragcast.cli.Main", "bench", "peer", "path", "send",
            "--port", Integer.toString(ports), "--bytes", Integer.toString(bytes),
            "--replicas", Integer.toString(replicas), "--count", Integer.toString(count),
            "--warmup", Integer.toString(count / 2)));
        if (isHop)
        {
            command.add("--hop");
        }
        final Path log = results.resolve(name + ".log");
        final Process process =
            new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        final Matcher p50;
        try
        {
            final int exitCode = process.waitFor();
            p50 = P50.matcher(Files.readString(log));
            if (0 != exitCode || !p50.find())
            {
                throw new IOException("exit code " + exitCode + ", see " + log);
            }
        }
        finally
        {
            process.destroyForcibly();
        }
        final double us = Long.parseLong(p50.group(1)) / NS_PER_US;
        results.print(String.format(Locale.ROOT, "%-8s CPU p50 %8.1f us a frag", name, us));

        return us;
    }
}
