package io.fragcast.sim;

import io.fragcast.sim.checker.SimFailure;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;

/**
 * {@code fragcast sim}: runs seeds, says what fails and how to see it again. Runs share nothing, so each thread takes
 * the next seed. Exit code 1 if any seed fails.
 */
@Command(
    name = "sim",
    mixinStandardHelpOptions = true,
    description = "Runs the production agents in a simulated network, one run a seed, and checks what they deliver.")
public final class SimCommand implements Callable<Integer>
{
    private static final int FAILED = 1;
    private static final int MAX_FAILURES_SHOWN = 20;
    private static final long PROGRESS_NS = 5_000_000_000L;
    private static final int STACK_DEPTH = 12;
    private static final int SAMPLES = 100;
    private static final double MIB = 1 << 20;

    @Spec
    private CommandSpec spec;

    @Option(names = "--seeds", paramLabel = "FROM..TO", defaultValue = "1..1000",
        description = "Seeds to run, both ends inclusive, or one seed (default: ${DEFAULT-VALUE}).")
    private String seeds;

    @Option(names = "--nodes", paramLabel = "N", description = "Honest nodes in each run (default: drawn).")
    private int nodes;

    @Option(names = "--blocks", paramLabel = "N", description = "Blocks in each run (default: drawn).")
    private int blocks;

    @Option(names = "--faults", paramLabel = "LIST",
        description = "Faults that are on, such as loss,crash; all or none (default: drawn).")
    private String faults;

    @Option(names = "--plans", paramLabel = "DEGREE",
        description = "Leaders plan trees of this degree where they can (default: who feeds whom is configured).")
    private int planDegree;

    @Option(names = "--trace", description = "Print every event; for one seed.")
    private boolean isTraced;

    @Option(names = "--jobs", paramLabel = "N", description = "Seeds at a time (default: one a core).")
    private int jobs;

    @Option(names = "--endurance", paramLabel = "BLOCKS",
        description = "Instead of seeds: one chain of so many blocks, and what the process holds on the way.")
    private long enduranceBlocks;

    @Option(names = "--catch-up", description = "Instead of other runs: one world a seed, in which a node has missed " +
        "more than its window, a holder lies and others are killed. One is run beside each fiftieth seed anyway.")
    private boolean isCatchUpAlone;

    private final AtomicLong nextSeed = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();
    private final AtomicLong runs = new AtomicLong();
    private final AtomicLong frags = new AtomicLong();
    private final AtomicLong frames = new AtomicLong();
    private final AtomicLong simulatedNs = new AtomicLong();
    private final AtomicLong caughtUp = new AtomicLong();
    private final AtomicLong unheardWorlds = new AtomicLong();
    private final AtomicLong unheardHeights = new AtomicLong();

    @Override
    public Integer call() throws InterruptedException
    {
        final long[] range = range();
        final SimulatorOptions.Fixed fixed = fixed();
        final PrintWriter out = spec.commandLine().getOut();
        final Workload workload = Workload.load();
        if (0 != enduranceBlocks)
        {
            return endure(workload, out);
        }
        if (isTraced)
        {
            if (range[0] != range[1])
            {
                throw new ParameterException(spec.commandLine(), "--trace prints every event: give it one seed");
            }
            final SimulatorOptions options = draw(range[0], fixed);
            final SimResult result = Simulator.run(options, workload, new PrintStream(System.out, false));
            out.println(options.describe());
            report(result, out);

            return result.isGood() ? 0 : FAILED;
        }

        final long startNs = System.nanoTime();
        nextSeed.set(range[0]);
        final Thread[] threads = new Thread[jobs > 0 ? jobs : Runtime.getRuntime().availableProcessors()];
        for (int i = 0; i < threads.length; i++)
        {
            threads[i] = new Thread(() -> runSeeds(range[1], fixed, workload, out), "sim-" + i);
            threads[i].start();
        }
        for (final Thread thread : threads)
        {
            while (thread.isAlive())
            {
                thread.join(PROGRESS_NS / 1_000_000);
                progress(out, startNs);
            }
        }
        // A thread that died said of what, and left the seeds that it had taken.
        final long unrun = range[1] - range[0] + 1 - runs.get();
        final boolean isGood = 0 == failures.get() && 0 == unrun;
        out.println((isGood ? "all seeds hold" : failures + " seeds FAILED, " + unrun + " not run") +
            ", commit " + commit() + ", " + frames.get() + " frames, " + simulatedNs.get() / 1_000_000_000 +
            " s simulated, and " + caughtUp.get() + " catch-ups, in " +
            unheardWorlds.get() + " of which a leader went on for " + unheardHeights.get() + " heights unheard");
        out.flush();

        return isGood ? 0 : FAILED;
    }

    /** What is live is looked at a hundred times; the first tenth of them fills what has a capacity. */
    private int endure(final Workload workload, final PrintWriter out)
    {
        final List<SimEndurance.Sample> samples = new ArrayList<>();
        final long startNs = System.nanoTime();
        SimEndurance.run(workload, enduranceBlocks, SAMPLES, (sample) ->
        {
            samples.add(sample);
            out.printf(
                Locale.ROOT,
                "%d blocks in %.0f s, live heap %.2f MiB, direct buffers %.2f MiB%n",
                sample.blocks(),
                (System.nanoTime() - startNs) / 1e9,
                sample.heapBytes() / MIB,
                sample.directBytes() / MIB);
            out.flush();
        });
        final long firstBytes = samples.get(SAMPLES / 10).heapBytes();
        final long lastBytes = samples.get(SAMPLES - 1).heapBytes();
        out.printf(
            Locale.ROOT,
            "from block %d on the live heap has grown by %.1f bytes a block%n",
            samples.get(SAMPLES / 10).blocks(),
            (double)(lastBytes - firstBytes) / (enduranceBlocks - samples.get(SAMPLES / 10).blocks()));

        return 0;
    }

    private void runSeeds(
        final long lastSeed, final SimulatorOptions.Fixed fixed, final Workload workload, final PrintWriter out)
    {
        long seed = nextSeed.getAndIncrement();
        while (seed <= lastSeed)
        {
            if (isCatchUpAlone || CatchUpOptions.isDrawn(seed) && null == fixed.faults())
            {
                catchUp(seed, workload, out);
            }
            if (!isCatchUpAlone)
            {
                run(seed, fixed, workload, out);
            }
            runs.incrementAndGet();
            seed = nextSeed.getAndIncrement();
        }
    }

    private void run(
        final long seed, final SimulatorOptions.Fixed fixed, final Workload workload, final PrintWriter out)
    {
        final SimResult result = Simulator.run(draw(seed, fixed), workload, null);
        frags.addAndGet(result.fragsDelivered());
        frames.addAndGet(result.frames());
        simulatedNs.addAndGet(result.simulatedNs());
        if (!result.isGood() && failures.incrementAndGet() <= MAX_FAILURES_SHOWN)
        {
            synchronized (this)
            {
                report(result, out);
            }
        }
    }

    /** For some seeds there is a second world, in which somebody has missed much. */
    private void catchUp(final long seed, final Workload workload, final PrintWriter out)
    {
        caughtUp.incrementAndGet();
        try
        {
            final CatchUpResult result = SimCatchUp.run(workload, seed);
            unheardWorlds.addAndGet(0 < result.unheard() ? 1 : 0);
            unheardHeights.addAndGet(result.unheard());
        }
        catch (final SimFailure ex)
        {
            if (failures.incrementAndGet() <= MAX_FAILURES_SHOWN)
            {
                synchronized (this)
                {
                    out.println("seed " + seed + " FAILED at commit " + commit() + ": " + ex.getMessage());
                    out.println("  replay: ./fragcast sim --catch-up --seeds " + seed);
                    out.flush();
                }
            }
        }
    }

    private void report(final SimResult result, final PrintWriter out)
    {
        final SimResult.SimFailureReport failure = result.failure();
        if (null == failure)
        {
            out.printf("seed %d holds, event hash %016x%n", result.options().seed(), result.eventHash());
        }
        else
        {
            out.printf("seed %d FAILED at commit %s: %s%n", result.options().seed(), commit(), failure.message());
            out.println("  " + result.options().describe());
            out.printf("  event hash %016x after %d events%n", result.eventHash(), result.eventCount());
            out.println("  replay: " + replay(result.options().seed()));
            final Throwable cause = failure.thrown().getCause();
            if (null != cause)
            {
                out.println("  " + cause);
                final StackTraceElement[] stack = cause.getStackTrace();
                for (int i = 0; i < Math.min(STACK_DEPTH, stack.length); i++)
                {
                    out.println("    at " + stack[i]);
                }
            }
        }
        out.flush();
    }

    private SimulatorOptions draw(final long seed, final SimulatorOptions.Fixed fixed)
    {
        final SimulatorOptions drawn = SimulatorOptions.draw(seed, fixed);

        return 0 == planDegree ? drawn : drawn.planned(planDegree);
    }

    private String replay(final long seed)
    {
        return "./fragcast sim --seeds " + seed + (0 == nodes ? "" : " --nodes " + nodes) +
            (0 == blocks ? "" : " --blocks " + blocks) + (null == faults ? "" : " --faults " + faults) +
            (0 == planDegree ? "" : " --plans " + planDegree) + " --trace";
    }

    private void progress(final PrintWriter out, final long startNs)
    {
        final double seconds = (System.nanoTime() - startNs) / 1e9;
        out.printf(
            Locale.ROOT,
            "%d runs, %.0f runs/s, %.0f frags delivered/s, %d failed%n",
            runs.get(),
            runs.get() / seconds,
            frags.get() / seconds,
            failures.get());
        out.flush();
    }

    private long[] range()
    {
        final int dots = seeds.indexOf("..");
        try
        {
            final long first = Long.parseLong(dots < 0 ? seeds : seeds.substring(0, dots));
            final long last = dots < 0 ? first : Long.parseLong(seeds.substring(dots + 2));
            if (first <= last)
            {
                return new long[]{first, last};
            }
        }
        catch (final NumberFormatException ex)
        {
            throw new ParameterException(spec.commandLine(), "--seeds " + seeds + ": not FROM..TO", ex);
        }

        throw new ParameterException(spec.commandLine(), "--seeds " + seeds + ": no seeds");
    }

    private SimulatorOptions.Fixed fixed()
    {
        try
        {
            final Set<Fault> parsed = null == faults ? null : Fault.parse(faults);

            return new SimulatorOptions.Fixed(nodes, blocks, parsed);
        }
        catch (final IllegalArgumentException ex)
        {
            throw new ParameterException(spec.commandLine(), "--faults: " + ex.getMessage(), ex);
        }
    }

    private static String commit()
    {
        try (InputStream in = SimCommand.class.getResourceAsStream("/commit.properties"))
        {
            final Properties properties = new Properties();
            if (null != in)
            {
                properties.load(in);
            }

            return properties.getProperty("commit", "unknown");
        }
        catch (final IOException ex)
        {
            return "unknown (" + ex.getMessage() + ')';
        }
    }
}
