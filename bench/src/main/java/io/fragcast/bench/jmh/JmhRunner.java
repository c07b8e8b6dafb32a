package io.fragcast.bench.jmh;

import io.fragcast.bench.JvmOptions;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

import java.io.IOException;
import java.io.PrintStream;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Runs the benchmarks with the flags of production and prints each as a ratio to its floor, medians of the iterations
 * both. Takes JMH's own options; on a machine that others use as well, many iterations shorter than a scheduler's slice
 * (-i 250 -r 5ms) give medians that nobody interrupted.
 */
public final class JmhRunner
{
    private static final String PACKAGE = JmhRunner.class.getPackageName() + '.';
    private static final String FLOOR = "floor";
    /** After the name of the method that it is the floor of. */
    private static final String OWN_FLOOR = "Floor";
    private static final String ALLOCATED = "gc.alloc.rate.norm";
    private static final String ROW = "%-20s %-24s %-12s %14s %10s %10s%n";

    private JmhRunner()
    {
    }

    /**
     * Entry of {@code java -jar}.
     *
     * @param args options of JMH.
     * @throws RunnerException            if a benchmark fails.
     * @throws CommandLineOptionException if an option is wrong.
     * @throws IOException                if the flags cannot be read.
     */
    public static void main(final String[] args) throws RunnerException, CommandLineOptionException, IOException
    {
        run(args, System.out);
    }

    /**
     * Runs benchmarks.
     *
     * @param args options of JMH.
     * @param out  for the table.
     * @throws RunnerException            if a benchmark fails.
     * @throws CommandLineOptionException if an option is wrong.
     * @throws IOException                if the flags cannot be read.
     */
    public static void run(final String[] args, final PrintStream out)
        throws RunnerException, CommandLineOptionException, IOException
    {
        final CommandLineOptions options = new CommandLineOptions(args);
        if (options.shouldHelp())
        {
            options.showHelp();
            return;
        }
        if (options.shouldList())
        {
            new Runner(options).list();
            return;
        }

        final Collection<RunResult> results = new Runner(new OptionsBuilder()
            .parent(options)
            .jvmArgsPrepend(JvmOptions.read().toArray(new String[0]))
            .addProfiler(GCProfiler.class)
            .shouldFailOnError(true)
            .build()).run();
        printRatios(results, out);
    }

    private static void printRatios(final Collection<RunResult> results, final PrintStream out)
    {
        final Map<String, Double> floors = new TreeMap<>();
        for (final RunResult result : results)
        {
            floors.put(question(result) + method(result) + shape(result), median(result));
        }

        out.printf(Locale.ROOT, ROW, "question", "answer", "shape", "ns/op", "x floor", "B/op");
        for (final RunResult result : results)
        {
            final double score = median(result);
            final Double own = floors.get(question(result) + method(result) + OWN_FLOOR + shape(result));
            final Double floor = null != own ? own : floors.get(question(result) + FLOOR + shape(result));
            final Result<?> allocated = result.getSecondaryResults().get(ALLOCATED);
            out.printf(
                Locale.ROOT,
                ROW,
                question(result),
                method(result),
                shape(result),
                String.format(Locale.ROOT, "%.1f", score),
                null == floor ? "-" : String.format(Locale.ROOT, "%.2f", score / floor),
                null == allocated ? "-" : String.format(Locale.ROOT, "%.2f", allocated.getScore()));
        }
    }

    private static double median(final RunResult result)
    {
        return result.getPrimaryResult().getStatistics().getPercentile(50);
    }

    private static String question(final RunResult result)
    {
        final String name = result.getParams().getBenchmark().substring(PACKAGE.length());

        return name.substring(0, name.indexOf('.'));
    }

    private static String method(final RunResult result)
    {
        final String name = result.getParams().getBenchmark();

        return name.substring(name.lastIndexOf('.') + 1);
    }

    private static String shape(final RunResult result)
    {
        final StringBuilder shape = new StringBuilder();
        for (final String key : result.getParams().getParamsKeys())
        {
            shape.append(shape.isEmpty() ? "" : " ").append(result.getParams().getParam(key));
        }

        return shape.toString();
    }
}
