package io.fragcast.bench.compare;

import io.fragcast.bench.report.ResultFolder;
import io.fragcast.transport.FreePorts;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

import static java.util.Objects.requireNonNull;

/**
 * {@code fragcast bench idle}: what of a core a connected node takes that has nothing to do, threads as in the profile
 * balanced; the sequencer's heartbeats go on.
 */
@Command(
    name = "idle",
    mixinStandardHelpOptions = true,
    description = {
        "CPU time of a sequencer and a replica that are connected and have nothing to do, threads as in the profile",
        "balanced. The thread of the builder is part of no node, and left out."})
public final class IdleCommand implements Callable<Integer>
{
    private static final double BOUND_PERCENT = 5;
    private static final double AIM_PERCENT = 1;
    /**
     * The JIT is through with what runs when nothing happens, which is the later the seldomer it runs: its threads took
     * 3 % of a core after 13 s, 1.4 % after 20 s, 0.6 % after 30 s.
     */
    private static final double SETTLE_SECONDS = 60;
    private static final double PERCENT = 100;
    /** The bench's own: it looks each millisecond whether a frag is due. */
    private static final String NO_PART = "builder";
    /** Less than that in no line of its own. */
    private static final double TOLD_PERCENT = 0.05;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private final MeasureOptions options = new MeasureOptions();

    @Override
    public Integer call() throws IOException, InterruptedException
    {
        final ResultFolder results =
            new ResultFolder(options.out, requireNonNull(spec, "picocli sets it").commandLine());
        // The one frag is due long after the command has ended.
        final Workload workload = new Workload(1 << 10, 1, 1e-4, 0, 0, 2);
        final Contender contender = Contenders.fragcast("fragcast", "--balanced", "--until-stopped");
        final int ports = FreePorts.blocks(2);
        final Path out = results.resolve("idle.deliveries");
        final Path receiverLog = results.resolve("idle.receive.log");
        final Path senderLog = results.resolve("idle.send.log");
        final Process receiver = start(contender.receive(workload, ports, out.toString()), receiverLog);
        Process sender = null;
        final double[] sequencer = new double[options.rounds];
        final double[] replica = new double[options.rounds];
        try
        {
            await(receiver, receiverLog);
            sender = start(contender.send(workload, ports, out.toString()), senderLog);
            await(sender, senderLog);
            pause(receiver, SETTLE_SECONDS);
            final long startNs = System.nanoTime();
            final ThreadTimes sequencerStart = ThreadTimes.of(sender.pid());
            final ThreadTimes replicaStart = ThreadTimes.of(receiver.pid());
            for (int i = 0; i < options.rounds; i++)
            {
                final long fromNs = System.nanoTime();
                final ThreadTimes sequencerFrom = ThreadTimes.of(sender.pid());
                final ThreadTimes replicaFrom = ThreadTimes.of(receiver.pid());
                pause(receiver, options.seconds);
                final double elapsedNs = System.nanoTime() - fromNs;
                sequencer[i] = percent(ThreadTimes.of(sender.pid()).since(sequencerFrom), elapsedNs);
                replica[i] = percent(ThreadTimes.of(receiver.pid()).since(replicaFrom), elapsedNs);
                results.print(String.format(Locale.ROOT, "%2d/%d  sequencer %.2f %%  replica %.2f %% of a core",
                    i + 1, options.rounds, sequencer[i], replica[i]));
            }
            final double elapsedNs = System.nanoTime() - startNs;
            printThreads(results, "sequencer", ThreadTimes.of(sender.pid()).since(sequencerStart), elapsedNs);
            printThreads(results, "replica", ThreadTimes.of(receiver.pid()).since(replicaStart), elapsedNs);
        }
        finally
        {
            receiver.destroyForcibly().waitFor();
            if (null != sender)
            {
                sender.destroyForcibly().waitFor();
            }
        }
        final boolean isPassed = report(results, "sequencer", sequencer) & report(results, "replica", replica);
        results.print("in " + results.path());

        return isPassed ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    private static boolean report(final ResultFolder results, final String name, final double[] percents)
        throws IOException
    {
        final double[] sorted = percents.clone();
        Arrays.sort(sorted);
        final double median = sorted[sorted.length / 2];
        final boolean isPassed = median <= BOUND_PERCENT;
        results.print(String.format(Locale.ROOT, "idle %-10s median %.2f %% (%.2f..%.2f)  bound %.0f  aim %.0f  %s",
            name, median, sorted[0], sorted[sorted.length - 1], BOUND_PERCENT, AIM_PERCENT,
            isPassed ? "PASS" : "MISS"));
        final Path bars = results.resolve("bars.tsv");
        final String heading = "name\tfigure\tratio\tbound\taim\tnoise\ta\tb\tpairs\toutcome\n";
        final String row = String.format(Locale.ROOT,
            "idle %s, percent of a core\tCPU\t%.3f\t%.1f\t%.1f\t%.3f\t%.3f\t%.3f\t%d\t%s%n",
            name, median, BOUND_PERCENT, AIM_PERCENT, sorted[sorted.length - 1] / Math.max(1e-3, sorted[0]),
            sorted[0], median, sorted.length, isPassed ? "PASS" : "MISS");
        Files.writeString(bars, (Files.exists(bars) ? Files.readString(bars) : heading) + row);

        return isPassed;
    }

    private static Process start(final List<String> command, final Path log) throws IOException
    {
        return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    }

    private static void await(final Process process, final Path log) throws IOException, InterruptedException
    {
        if (!PairRun.awaitReady(process, log))
        {
            throw new IOException("not ready, see " + log);
        }
    }

    /** As long as the process lives: what is measured must not have ended. */
    private static void pause(final Process process, final double seconds) throws IOException, InterruptedException
    {
        if (process.waitFor((long)(seconds * 1e9), TimeUnit.NANOSECONDS))
        {
            throw new IOException("a node ended with exit code " + process.exitValue());
        }
    }

    private static double percent(final ThreadTimes spent, final double elapsedNs)
    {
        return PERCENT * spent.totalNs(NO_PART) / elapsedNs;
    }

    /** By the kernel's names, of all rounds together. */
    private static void printThreads(
        final ResultFolder results, final String node, final ThreadTimes spent, final double elapsedNs)
        throws IOException
    {
        for (final Map.Entry<String, Long> thread : spent.sorted())
        {
            final double percent = PERCENT * thread.getValue() / elapsedNs;
            if (percent >= TOLD_PERCENT)
            {
                results.print(String.format(Locale.ROOT, "%-9s %-15s %5.2f %%%s",
                    node, thread.getKey(), percent, NO_PART.equals(thread.getKey()) ? "  left out" : ""));
            }
        }
    }
}
