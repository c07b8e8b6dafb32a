package io.fragcast.bench;

import io.fragcast.bench.compare.MeasureOptions;
import io.fragcast.bench.report.NoiseRule;
import io.fragcast.bench.report.ReportCommand;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;

import static java.util.Objects.requireNonNull;

/**
 * {@code fragcast bench all}: everything that there is a bar for, one command after the other in a process of its own,
 * within a given time, and then the report. What was finished before in the same folder is not run again.
 * <pre>
 *   a run = start and end of its two processes + warm-up + what is measured
 *           {@value #OVERHEAD_SECONDS} s                                   4/5       1/5 of what is left
 * </pre>
 */
@Command(
    name = "all",
    mixinStandardHelpOptions = true,
    description = {
        "Measures everything that there is a bar for, within a given time, and reports; started again with the same",
        "--out it goes on where it was stopped. Nothing else should run on the machine meanwhile."})
public final class AllCommand implements Callable<Integer>
{
    private static final int FULL_MINUTES = 50;
    private static final int QUICK_MINUTES = 25;
    private static final double OVERHEAD_SECONDS = 2.5;
    /** Below this nothing is warm, and a figure says nothing. */
    private static final double LEAST_SECONDS = 2;
    /** Above it nothing is gained: the compiler, which shares a core with two replicas, is through after some 16. */
    private static final double MOST_SECONDS = 25;
    private static final double WARM_UP_SHARE = 0.8;
    private static final int SECONDS_PER_MINUTE = 60;
    /** Sent as fast as they are taken: about so long a run. */
    private static final int THROUGHPUT_SECONDS = 11;
    private static final String DONE = "done";

    /**
     * One command.
     *
     * @param name         of its folder.
     * @param args         of it, without those that say how long.
     * @param runs         of contenders that the JIT is long at.
     * @param soonRuns     of those that are warm sooner.
     * @param fixedSeconds that it takes however long a run is.
     */
    private record Step(String name, List<String> args, int runs, int soonRuns, int fixedSeconds)
    {
        static Step of(
            final String name, final int entries, final int soonEntries, final int rounds, final String... args)
        {
            return new Step(name, withRounds(rounds, args), entries * rounds, soonEntries * rounds, 0);
        }

        static Step fixed(final String name, final int seconds, final String... args)
        {
            return new Step(name, withRounds(NoiseRule.MIN_PAIRS, args), 0, 0, seconds);
        }

        private static List<String> withRounds(final int rounds, final String... args)
        {
            final List<String> all = new ArrayList<>(List.of(args));
            all.addAll(List.of("--rounds", Integer.toString(rounds)));

            return all;
        }
    }

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--minutes", description = "For all of it (default: " + FULL_MINUTES + ", with --quick " +
        QUICK_MINUTES + ").")
    private int minutes;

    @Option(names = "--quick", description = "Only what a bar is decided by: no sweeps, no rivals under loss, MTU "
        + "1408.")
    private boolean isQuick;

    @Option(names = "--only", split = ",", description = "Some of: idle, transport, throughput, repair, compare, "
        + "fanout, steps, relay.")
    private Set<String> only = new LinkedHashSet<>();

    @Option(names = "--out", defaultValue = "bench-results/all", description = "Folder (default: ${DEFAULT-VALUE}).")
    private Path out = Path.of("bench-results", "all");

    @Option(names = "--results", paramLabel = "FILE", description = "Where RESULTS.md is copied to.")
    private @Nullable Path resultsFile;

    @Override
    public Integer call() throws IOException, InterruptedException
    {
        final PrintWriter terminal = requireNonNull(spec, "picocli sets it").commandLine().getOut();
        final List<Step> steps = steps();
        final double seconds = secondsARun(steps);
        final List<String> folders = new ArrayList<>();
        boolean isPassed = true;
        for (final Step step : steps)
        {
            if (isDone(step))
            {
                terminal.println("done before: " + out.resolve(step.name));
            }
            else
            {
                terminal.printf("%n== %s, %d of %d%n", step.name, steps.indexOf(step) + 1, steps.size());
                terminal.flush();
                isPassed &= run(step, seconds, terminal);
            }
            if (isDone(step))
            {
                folders.add(out.resolve(step.name).toString());
            }
        }

        return report(folders) && isPassed ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    private List<Step> steps()
    {
        final int rounds = NoiseRule.MIN_PAIRS;
        final List<Step> steps = new ArrayList<>();
        steps.add(Step.fixed("idle", 47));
        if (isQuick)
        {
            steps.add(Step.of("transport", 4, 4, rounds));
            steps.add(Step.fixed("throughput", 6 * rounds * THROUGHPUT_SECONDS, "--mtu", "1408"));
            steps.add(Step.of("repair", 4, 1, rounds, "--no-rivals"));
            steps.add(Step.of("compare", 4, 6, rounds, "--quick"));
        }
        else
        {
            steps.add(Step.of("transport", 5, 6, rounds, "--mtu", "1408,65504"));
            steps.add(Step.fixed("throughput", 12 * rounds * THROUGHPUT_SECONDS, "--mtu", "1408,65504"));
            steps.add(Step.of("repair", 5, 7, rounds, "--loss", "0.1,1,5"));
            steps.add(Step.of("compare", 4, 6, rounds, "--quick"));
            // Curves, not bars: one round shows them.
            steps.add(Step.of("fanout", 10, 20, 1));
        }
        steps.add(Step.fixed("steps", 180));
        steps.add(Step.of("relay", 9, 0, rounds));
        steps.removeIf((step) -> !only.isEmpty() && !only.contains(step.name));

        return steps;
    }

    /** What a run may last besides its overhead; the same when it is started again, so that runs go together. */
    private double secondsARun(final List<Step> steps)
    {
        final int runs = steps.stream().mapToInt(Step::runs).sum();
        final int soonRuns = steps.stream().mapToInt(Step::soonRuns).sum();
        final int fixed = steps.stream().mapToInt(Step::fixedSeconds).sum();
        final int given = 0 < minutes ? minutes : isQuick ? QUICK_MINUTES : FULL_MINUTES;
        final double left = given * SECONDS_PER_MINUTE - fixed - (runs + soonRuns) * OVERHEAD_SECONDS -
            soonRuns * MeasureOptions.SOON_WARM_SECONDS;
        final double wanted = left / Math.max(1, runs + soonRuns * (1 - WARM_UP_SHARE));

        return Math.max(LEAST_SECONDS, Math.min(MOST_SECONDS, wanted));
    }

    private boolean isDone(final Step step)
    {
        return Files.exists(out.resolve(step.name).resolve(DONE));
    }

    /** In a process of its own, so that none finds what another left in memory. */
    private boolean run(final Step step, final double seconds, final PrintWriter terminal)
        throws IOException, InterruptedException
    {
        final Path folder = out.resolve(step.name);
        final List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JvmOptions.read());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "io.fragcast.cli.Main", "bench"));
        command.add(step.name);
        command.addAll(step.args);
        if (0 == step.fixedSeconds)
        {
            command.addAll(List.of(
                "--warmup-seconds", String.format(Locale.ROOT, "%.2f", seconds * WARM_UP_SHARE),
                "--seconds", String.format(Locale.ROOT, "%.2f", seconds * (1 - WARM_UP_SHARE))));
        }
        command.addAll(List.of("--out", folder.toString()));
        final Process process = new ProcessBuilder(command).inheritIO().start();
        try
        {
            final int exitCode = process.waitFor();
            // Bars are written last, and one that is missed is a result as well.
            if (Files.exists(folder.resolve("bars.tsv")) || CommandLine.ExitCode.OK == exitCode)
            {
                Files.writeString(folder.resolve(DONE), "exit code " + exitCode + '\n');
            }
            else
            {
                terminal.println(
                    "FAILED: " + step.name + ", exit code " + exitCode + "; what it ran is kept for the next time");
            }

            return CommandLine.ExitCode.OK == exitCode;
        }
        finally
        {
            process.destroy();
        }
    }

    private boolean report(final List<String> folders) throws IOException
    {
        final Path target = out.resolve("report");
        final List<String> args = new ArrayList<>(folders);
        args.addAll(List.of("--out", target.toString()));
        final int exitCode = new CommandLine(new ReportCommand())
            .setOut(requireNonNull(spec).commandLine().getOut())
            .execute(args.toArray(new String[0]));
        if (CommandLine.ExitCode.OK == exitCode && null != resultsFile)
        {
            Files.copy(
                target.resolve("RESULTS.md"), resultsFile, StandardCopyOption.REPLACE_EXISTING);
        }

        return CommandLine.ExitCode.OK == exitCode;
    }
}
