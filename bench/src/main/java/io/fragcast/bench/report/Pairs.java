package io.fragcast.bench.report;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * Two variants, run in the order that the noise rule asks for, so that what the machine does meanwhile hits both alike:
 * <pre>
 *   A B   A A      and, every other time,   B A   A A
 * </pre>
 *
 * @param <R> what a run gives.
 */
public final class Pairs<R>
{
    /**
     * Runs a variant once.
     *
     * @param <R> what a run gives.
     */
    @FunctionalInterface
    public interface Run<R>
    {
        /**
         * Runs it.
         *
         * @param name of the run: {@code a-3}, {@code b-3}, {@code aa1-3}, {@code aa2-3}.
         * @return its result.
         * @throws IOException          if it cannot be run.
         * @throws InterruptedException if it is interrupted.
         */
        R run(String name) throws IOException, InterruptedException;
    }

    private final List<R> a = new ArrayList<>();
    private final List<R> b = new ArrayList<>();
    private final List<R> aa1 = new ArrayList<>();
    private final List<R> aa2 = new ArrayList<>();

    private Pairs()
    {
    }

    /**
     * Runs them all.
     *
     * @param count    of pairs A/B, and of pairs A/A.
     * @param variantA what B is compared to.
     * @param variantB the other.
     * @param <R>      what a run gives.
     * @return their results.
     * @throws IOException          if one cannot be run.
     * @throws InterruptedException if one is interrupted.
     */
    public static <R> Pairs<R> run(final int count, final Run<R> variantA, final Run<R> variantB)
        throws IOException, InterruptedException
    {
        final Pairs<R> pairs = new Pairs<>();
        for (int i = 0; i < count; i++)
        {
            final boolean isAFirst = 0 == i % 2;
            if (isAFirst)
            {
                pairs.a.add(variantA.run("a-" + i));
            }
            pairs.b.add(variantB.run("b-" + i));
            if (!isAFirst)
            {
                pairs.a.add(variantA.run("a-" + i));
            }
            pairs.aa1.add(variantA.run("aa1-" + i));
            pairs.aa2.add(variantA.run("aa2-" + i));
        }

        return pairs;
    }

    /**
     * Decides by one figure of each run.
     *
     * @param value the figure.
     * @param bound greatest B/A wanted.
     * @return the verdict.
     */
    public NoiseRule.Verdict decide(final ToDoubleFunction<R> value, final double bound)
    {
        return NoiseRule.decide(values(a, b, value), values(aa1, aa2, value), bound);
    }

    /**
     * A verdict in a line.
     *
     * @param name    of the figure, such as {@code p50}.
     * @param verdict on it.
     * @param bound   greatest B/A wanted.
     * @return {@code p50  B/A 1.020  bound 1.050  A/A p90 1.041, greatest 1.077  HOLDS}.
     */
    public static String line(final String name, final NoiseRule.Verdict verdict, final double bound)
    {
        return String.format(
            Locale.ROOT,
            "%s  B/A %.3f  bound %.3f  A/A p90 %.3f, greatest %.3f  %s",
            name,
            verdict.medianRatio(),
            bound,
            verdict.noiseRatio(),
            verdict.spreadRatio(),
            verdict.outcome());
    }

    /**
     * What the two variants gave, in a line.
     *
     * @param name  of the figure, such as {@code p50}.
     * @param value the figure.
     * @return {@code p50  A 12.3  B 12.9}, medians both.
     */
    public String medians(final String name, final ToDoubleFunction<R> value)
    {
        return String.format(Locale.ROOT, "%s  A %.1f  B %.1f", name, median(a, value), median(b, value));
    }

    private static <R> double median(final List<R> runs, final ToDoubleFunction<R> value)
    {
        final double[] sorted = runs.stream().mapToDouble(value).sorted().toArray();

        return sorted[sorted.length / 2];
    }

    private static <R> double[][] values(
        final List<R> first, final List<R> second, final ToDoubleFunction<R> value)
    {
        final double[][] values = new double[first.size()][];
        for (int i = 0; i < values.length; i++)
        {
            values[i] = new double[]{value.applyAsDouble(first.get(i)), value.applyAsDouble(second.get(i))};
        }

        return values;
    }
}
