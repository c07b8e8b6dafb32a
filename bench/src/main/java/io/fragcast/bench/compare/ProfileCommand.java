package io.fragcast.bench.compare;

import io.fragcast.bench.report.ResultFolder;
import io.fragcast.transport.FreePorts;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

import static java.util.Objects.requireNonNull;

/**
 * {@code fragcast bench profile}: where the time of each hot thread goes, and what it allocates, by the JVM's own
 * flight recorder; or by async-profiler, which sees the system calls as well.
 */
@Command(
    name = "profile",
    mixinStandardHelpOptions = true,
    description = {
        "Profiles of broadcast, forward and ingest under load: NAME.collapsed (flame graphs), NAME.flat.txt, and with",
        "the flight recorder NAME.allocations.txt."})
public final class ProfileCommand implements Callable<Integer>
{
    /** A hot thread, by the name that the peers give it. */
    private enum HotThread
    {
        BROADCAST("bench-send hot", "direct"),
        INGEST("bench-receive hot", "direct"),
        FORWARD("bench-relay hot", "hop");

        private final String thread;
        private final String run;

        HotThread(final String thread, final String run)
        {
            this.thread = thread;
            this.run = run;
        }
    }

    private static final double RATE = 400;
    private static final int FLAT_LINES = 30;
    private static final int SHOWN_LINES = 8;
    private static final String RECORDING = ".jfr";
    private static final String COLLAPSED = ".stacks";

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--bytes", defaultValue = "32768", description = "A frag (default: ${DEFAULT-VALUE}).")
    private int bytes = 32 << 10;

    @Option(names = "--seconds", defaultValue = "10", description = "Of load, after 8 of warm-up (default: "
        + "${DEFAULT-VALUE}).")
    private int seconds = 10;

    @Option(names = "--async-profiler", paramLabel = "PATH", description = "Of libasyncProfiler.so; without: JFR.")
    private @Nullable Path asyncProfiler;

    @Option(names = "--out", description = "Output folder (default: bench-results/TIME).")
    private @Nullable Path out;

    @Override
    public Integer call() throws IOException, InterruptedException
    {
        final ResultFolder results =
            new ResultFolder(out, requireNonNull(spec, "picocli sets it").commandLine());
        final int warmup = (int)(8 * RATE);
        final Workload workload = new Workload(bytes, 1, RATE, 0, warmup, warmup + (int)(seconds * RATE));
        final int ports = FreePorts.blocks(4);
        for (final String run : List.of("direct", "hop"))
        {
            final Measured measured = new PairRun(results.path(), Wire.LOOPBACK).run(
                Contenders.profiled(run, flag(results, run), "hop".equals(run) ? List.of("--hop") : List.of()),
                workload,
                ports,
                run);
            results.print(String.format(Locale.ROOT, "%-8s %s", run, measured.toRow()));
        }
        boolean isWhole = true;
        for (final HotThread hot : HotThread.values())
        {
            isWhole &= report(results, hot);
        }
        results.print("in " + results.path());

        return isWhole ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    /** What has a process write its profile when it ends; beside it lies that of the process it talked to. */
    private String flag(final ResultFolder results, final String run)
    {
        final String file = results.resolve(run).toAbsolutePath() + "-%p";

        return null == asyncProfiler ?
            "-XX:StartFlightRecording=dumponexit=true,delay=8s,settings=profile,jdk.ExecutionSample#period=2ms," +
                "jdk.NativeMethodSample#period=2ms,filename=" + file + RECORDING :
            "-agentpath:" + asyncProfiler.toAbsolutePath() +
                "=start,event=ctimer,interval=200us,threads,collapsed,file=" + file + COLLAPSED;
    }

    private boolean report(final ResultFolder results, final HotThread hot) throws IOException
    {
        final String name = hot.name().toLowerCase(Locale.ROOT);
        final StackTable time = new StackTable();
        final StackTable allocations = new StackTable();
        try (Stream<Path> files = Files.list(results.path()))
        {
            for (final Path file : files.filter((path) -> isOf(path, hot)).toList())
            {
                if (file.toString().endsWith(RECORDING))
                {
                    readRecording(file, hot.thread, time, allocations);
                }
                else
                {
                    readCollapsed(file, hot.thread, time);
                }
            }
        }
        if (0 == time.total())
        {
            results.print(name + ": no samples of thread " + hot.thread);
            return false;
        }

        time.writeCollapsed(results.resolve(name + ".collapsed"));
        Files.write(results.resolve(name + ".flat.txt"), time.flat(FLAT_LINES), StandardCharsets.UTF_8);
        results.print(name + ", " + time.total() + " samples");
        for (final String line : time.flat(SHOWN_LINES))
        {
            results.print("  " + line);
        }
        if (0 < allocations.total())
        {
            Files.write(
                results.resolve(name + ".allocations.txt"), allocations.flat(FLAT_LINES), StandardCharsets.UTF_8);
            results.print("  allocated about " + allocations.total() / 1_000 + " kB, most in " +
                allocations.flat(1).get(0).strip());
        }

        return true;
    }

    private static boolean isOf(final Path path, final HotThread hot)
    {
        final String file = requireNonNull(path.getFileName(), "of a folder's list").toString();

        return file.startsWith(hot.run + '-') && (file.endsWith(RECORDING) || file.endsWith(COLLAPSED));
    }

    private static void readRecording(
        final Path file, final String thread, final StackTable time, final StackTable allocations) throws IOException
    {
        try (RecordingFile recording = new RecordingFile(file))
        {
            while (recording.hasMoreEvents())
            {
                final RecordedEvent event = recording.readEvent();
                switch (event.getEventType().getName())
                {
                    case "jdk.ExecutionSample", "jdk.NativeMethodSample" ->
                        add(time, event, event.getThread("sampledThread"), thread, 1);
                    case "jdk.ObjectAllocationSample" ->
                        add(allocations, event, event.getThread(), thread, event.getLong("weight"));
                    default ->
                    {
                    }
                }
            }
        }
    }

    private static void add(
        final StackTable table,
        final RecordedEvent event,
        final @Nullable RecordedThread of,
        final String thread,
        final long weight)
    {
        if (null == of || !thread.equals(of.getJavaName()) || null == event.getStackTrace())
        {
            return;
        }
        final StringBuilder stack = new StringBuilder();
        for (final RecordedFrame frame : event.getStackTrace().getFrames())
        {
            final String method = frame.getMethod().getType().getName() + '.' + frame.getMethod().getName();
            stack.insert(0, stack.isEmpty() ? method : method + ';');
        }
        table.add(stack.toString(), weight);
    }

    /** {@code [thread tid=1];outermost;...;innermost samples} a line. */
    private static void readCollapsed(final Path file, final String thread, final StackTable time) throws IOException
    {
        for (final String line : Files.readAllLines(file, StandardCharsets.UTF_8))
        {
            final int end = line.lastIndexOf(' ');
            final int begin = line.indexOf(';');
            if (line.startsWith('[' + thread) && 0 < begin && begin < end)
            {
                time.add(line.substring(begin + 1, end), Long.parseLong(line.substring(end + 1)));
            }
        }
    }
}
