package io.fragcast.bench.rig;

import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogWriter;
import org.agrona.IoUtil;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemNanoClock;
import org.agrona.concurrent.YieldingIdleStrategy;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.io.PrintStream;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * One run of the rig, in a process of its own so that it is fresh: {@code NAME.hdr} and {@code NAME.properties} in the
 * output folder are what comes out.
 */
@Command(name = "latency-run", description = "One run of the rig.")
public final class LatencyRun implements Callable<Integer>
{
    /** The first height, so that a block number is never a small count by accident. */
    private static final long FIRST_BLOCK = 1_000_000;

    /** From the end of the set-up to the first frag. */
    private static final long LEAD_NS = TimeUnit.MILLISECONDS.toNanos(100);

    /** Links are up within milliseconds, or something is wrong. */
    private static final long CONNECT_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(10);

    /** What has not come by then is lost. */
    private static final long DRAIN_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(5);

    /** The last frag may leave this late; more, and the rate was not reached. */
    private static final double MAX_SHORTFALL = 0.01;

    @Mixin
    private final LatencyOptions options = new LatencyOptions();

    @Option(names = "--dir", required = true, description = "Output folder.")
    private Path dir = Path.of(".");

    @Option(names = "--name", required = true, description = "Of the run.")
    private String name = "";

    private final NanoClock clock = SystemNanoClock.INSTANCE;
    private final IdleStrategy idleStrategy = new YieldingIdleStrategy();

    /**
     * Entry of the measured process.
     *
     * @param args options.
     */
    public static void main(final String[] args)
    {
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine()
    {
        return new CommandLine(new LatencyRun()).setOverwrittenOptionsAllowed(true);
    }

    @Override
    public Integer call() throws IOException
    {
        final int fragCount = options.fragCount();
        final LatencyRecorder recorder = new LatencyRecorder(clock, options.warmupFragCount());
        // A leader that finds a journal does not build the same blocks again.
        final Path journals = dir.resolve(name + "-journals");
        final String failure;
        try (Rig rig = options.isEmpty ? new EmptyRig(recorder) : new NodeRig(options, FIRST_BLOCK, recorder, journals))
        {
            failure = measure(rig, recorder, fragCount);
        }
        finally
        {
            IoUtil.delete(journals.toFile(), true);
        }
        write(recorder.histogram(), failure);

        return CommandLine.ExitCode.OK;
    }

    private String measure(final Rig rig, final LatencyRecorder recorder, final int fragCount)
    {
        final LoadGenerator.Target target = rig.target();
        if (!await(rig::isConnected, target, CONNECT_TIMEOUT_NS))
        {
            return "not connected within " + TimeUnit.NANOSECONDS.toSeconds(CONNECT_TIMEOUT_NS) + " s";
        }

        final Timetable timetable = new Timetable(
            clock.nanoTime() + LEAD_NS, options.intervalNs(), FIRST_BLOCK, options.fragsPerBlock);
        recorder.begin(timetable);
        final LoadGenerator generator = new LoadGenerator(clock, idleStrategy, timetable);
        generator.run(0, options.warmupFragCount(), target);
        rig.mark();
        final long lateNs = generator.run(options.warmupFragCount(), fragCount, target);
        if (!await(() -> recorder.receivedCount() >= fragCount, target, DRAIN_TIMEOUT_NS))
        {
            return recorder.receivedCount() + " of " + fragCount + " frags came";
        }
        if (lateNs > MAX_SHORTFALL * fragCount * options.intervalNs())
        {
            return "rate not reached: the last frag left " + TimeUnit.NANOSECONDS.toMillis(lateNs) + " ms late";
        }
        if (recorder.failedCount() > 0)
        {
            return recorder.failedCount() + " blocks ended badly";
        }

        return rig.trouble();
    }

    private boolean await(final BooleanSupplier condition, final LoadGenerator.Target target, final long timeoutNs)
    {
        final long deadlineNs = clock.nanoTime() + timeoutNs;
        while (!condition.getAsBoolean())
        {
            if (clock.nanoTime() - deadlineNs >= 0)
            {
                return false;
            }
            idleStrategy.idle(target.poll());
        }

        return true;
    }

    private void write(final Histogram histogram, final String failure) throws IOException
    {
        try (PrintStream stream = new PrintStream(dir.resolve(name + ".hdr").toFile(), "UTF-8"))
        {
            final HistogramLogWriter writer = new HistogramLogWriter(stream);
            writer.outputComment("latency of frags from the time at which they were due, nanoseconds");
            writer.outputLogFormatVersion();
            writer.outputLegend();
            histogram.setStartTimeStamp(0);
            histogram.setEndTimeStamp(TimeUnit.SECONDS.toMillis(options.seconds));
            writer.outputIntervalHistogram(histogram);
        }
        try (Writer writer = Files.newBufferedWriter(dir.resolve(name + ".properties")))
        {
            RunResult.of(histogram, failure).toProperties().store(writer, "one run of fragcast bench latency");
        }
    }
}
