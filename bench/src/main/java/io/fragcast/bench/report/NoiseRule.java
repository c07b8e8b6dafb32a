package io.fragcast.bench.report;

import java.util.Arrays;

/**
 * Decides whether B is within a bound of A, from interleaved pairs of runs (A, B) and as many pairs (A, A) beside them
 * that show what the machine alone makes of two equal runs:
 * <pre>
 *   median of B/A  within the bound, or within the 90th percentile of A/A    HOLDS
 *   else, where some A/A pair differs by more than the bound                 INCONCLUSIVE
 *   else                                                                     MISSED
 * </pre>
 * An A/A pair has no direction, so its ratio is taken the greater way round.
 */
public final class NoiseRule
{
    /** Below this a median of pairs says nothing. */
    public static final int MIN_PAIRS = 7;

    private static final double NOISE_PERCENTILE = 0.9;

    private NoiseRule()
    {
    }

    /**
     * What the pairs say of the bound.
     */
    public enum Outcome
    {
        /** B is within the bound, or cannot be told from A. */
        HOLDS,
        /** B is beyond the bound. */
        MISSED,
        /** The machine is too noisy, or the pairs are too few, to tell. */
        INCONCLUSIVE
    }

    /**
     * An outcome with the figures that it follows from.
     *
     * @param outcome     what the pairs say.
     * @param medianRatio median of B/A.
     * @param noiseRatio  90th percentile of A/A.
     * @param spreadRatio greatest A/A.
     */
    public record Verdict(Outcome outcome, double medianRatio, double noiseRatio, double spreadRatio)
    {
    }

    /**
     * Decides.
     *
     * @param abPairs value of A and value of B, for each pair.
     * @param aaPairs value of A and value of A, for each pair.
     * @param bound   greatest B/A wanted, such as 1.05.
     * @return the verdict.
     */
    public static Verdict decide(final double[][] abPairs, final double[][] aaPairs, final double bound)
    {
        if (0 == abPairs.length || 0 == aaPairs.length)
        {
            throw new IllegalArgumentException("no pairs");
        }

        final double[] ratios = new double[abPairs.length];
        for (int i = 0; i < ratios.length; i++)
        {
            ratios[i] = abPairs[i][1] / abPairs[i][0];
        }
        final double[] noise = new double[aaPairs.length];
        for (int i = 0; i < noise.length; i++)
        {
            final double ratio = aaPairs[i][1] / aaPairs[i][0];
            noise[i] = Math.max(ratio, 1 / ratio);
        }
        Arrays.sort(ratios);
        Arrays.sort(noise);

        final double medianRatio = median(ratios);
        final double noiseRatio = noise[(int)Math.ceil(NOISE_PERCENTILE * noise.length) - 1];
        final double spreadRatio = noise[noise.length - 1];

        return new Verdict(
            outcome(Math.min(abPairs.length, aaPairs.length), medianRatio, noiseRatio, spreadRatio, bound),
            medianRatio,
            noiseRatio,
            spreadRatio);
    }

    private static Outcome outcome(
        final int pairs,
        final double medianRatio,
        final double noiseRatio,
        final double spreadRatio,
        final double bound)
    {
        if (pairs < MIN_PAIRS)
        {
            return Outcome.INCONCLUSIVE;
        }
        if (medianRatio <= bound || medianRatio <= noiseRatio)
        {
            return Outcome.HOLDS;
        }

        return spreadRatio > bound ? Outcome.INCONCLUSIVE : Outcome.MISSED;
    }

    private static double median(final double[] sorted)
    {
        final int middle = sorted.length / 2;

        return 0 == sorted.length % 2 ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle];
    }
}
