package io.fragcast.bench.compare;

import io.fragcast.bench.report.NoiseRule;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * A bound on one figure of B as a multiple of A's, decided under the noise rule.
 *
 * @param name   of the row.
 * @param a      entry that is compared to.
 * @param b      entry that is bounded.
 * @param noise  an entry that is run like {@code noiseAgain}, to show what the machine makes of two equal runs.
 * @param again  the other.
 * @param figure of a run; less is better.
 * @param bound  greatest ratio wanted.
 * @param aim    ratio hoped for.
 */
record Bar(
    String name,
    String a,
    String b,
    String noise,
    String again,
    Figure figure,
    double bound,
    double aim)
{
    /** More than a quarter of the runs with foreign load, and nothing is decided. */
    private static final int NOISY_SHARE = 4;

    /**
     * A figure of a run.
     *
     * @param name of it.
     * @param ofA  as A has it.
     * @param ofB  as B has it.
     */
    record Figure(String name, ToDoubleFunction<Measured> ofA, ToDoubleFunction<Measured> ofB)
    {
        static final Figure P50 = same("p50", Measured::p50Us);
        static final Figure P99 = same("p99", Measured::p99Us);
        /** Time a message, so that less is better. */
        static final Figure TIME_A_MESSAGE = same("time a message", (measured) -> 1e6 / measured.perSecond());

        static Figure same(final String name, final ToDoubleFunction<Measured> figure)
        {
            return new Figure(name, figure, figure);
        }
    }

    /**
     * What came of it.
     *
     * @param bar     that was decided.
     * @param outcome PASS, MISS, INCONCLUSIVE, NOISY or FAIL.
     * @param ratio   median of B/A.
     * @param noise   90th percentile of A/A.
     * @param a       median of A.
     * @param b       median of B.
     * @param pairs   that decided.
     */
    record Result(Bar bar, String outcome, double ratio, double noise, double a, double b, int pairs)
    {
        boolean isPassed()
        {
            return "PASS".equals(outcome);
        }

        String toLine()
        {
            return String.format(
                Locale.ROOT,
                "%-58s %-14s %7.3f  bound %6.3f  aim %6.3f  A/A p90 %6.3f  A %9.1f  B %9.1f  %d pairs  %s",
                bar.name,
                bar.figure.name,
                ratio,
                bar.bound,
                bar.aim,
                noise,
                a,
                b,
                pairs,
                outcome);
        }
    }

    /** Decides over the rounds in which all four runs are good. */
    Result decide(final Runs runs)
    {
        final List<double[]> ab = new ArrayList<>();
        final List<double[]> aa = new ArrayList<>();
        int noisy = 0;
        int all = 0;
        for (int round = 0; round < runs.rounds(); round++)
        {
            final Measured runA = runs.get(a, round);
            final Measured runB = runs.get(b, round);
            final Measured runNoise = runs.get(noise, round);
            final Measured runAgain = runs.get(again, round);
            for (final Measured run : List.of(runA, runB, runNoise, runAgain))
            {
                all++;
                noisy += run.isNoisy() ? 1 : 0;
            }
            if (!runA.isFailed() && !runB.isFailed())
            {
                ab.add(new double[]{figure.ofA.applyAsDouble(runA), figure.ofB.applyAsDouble(runB)});
            }
            if (!runNoise.isFailed() && !runAgain.isFailed())
            {
                aa.add(new double[]{figure.ofA.applyAsDouble(runNoise), figure.ofA.applyAsDouble(runAgain)});
            }
        }
        if (ab.isEmpty() || aa.isEmpty())
        {
            return new Result(this, "FAIL", Double.NaN, Double.NaN, Double.NaN, Double.NaN, ab.size());
        }

        final NoiseRule.Verdict verdict =
            NoiseRule.decide(ab.toArray(new double[0][]), aa.toArray(new double[0][]), bound);
        final String outcome =
            2 * ab.size() < runs.rounds() ? "FAIL" : NOISY_SHARE * noisy > all ? "NOISY" : word(verdict.outcome());

        return new Result(
            this, outcome, verdict.medianRatio(), verdict.noiseRatio(), median(ab, 0), median(ab, 1), ab.size());
    }

    private static String word(final NoiseRule.Outcome outcome)
    {
        return switch (outcome)
        {
            case HOLDS -> "PASS";
            case MISSED -> "MISS";
            case INCONCLUSIVE -> "INCONCLUSIVE";
        };
    }

    private static double median(final List<double[]> pairs, final int index)
    {
        final double[] sorted = pairs.stream().mapToDouble((pair) -> pair[index]).sorted().toArray();
        final int middle = sorted.length / 2;

        return 0 == sorted.length % 2 ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle];
    }
}
