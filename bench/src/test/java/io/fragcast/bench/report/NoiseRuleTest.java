package io.fragcast.bench.report;

import io.fragcast.bench.report.NoiseRule.Outcome;
import io.fragcast.bench.report.NoiseRule.Verdict;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

class NoiseRuleTest
{
    private static final double BOUND = 1.05;

    @Test
    void shouldHoldWithinTheBound()
    {
        final Verdict verdict = NoiseRule.decide(
            pairs(1.00, 1.01, 1.02, 1.03, 1.20, 1.30, 1.40), pairs(1, 1, 1, 1, 1, 1, 1), BOUND);

        assertThat(verdict.outcome()).isEqualTo(Outcome.HOLDS);
        assertThat(verdict.medianRatio()).isCloseTo(1.03, within(1e-9));
    }

    @Test
    void shouldHoldWhereTheMachineAloneMakesAsMuch()
    {
        assertThat(decide(pairs(1.1, 1.1, 1.1, 1.1, 1.1, 1.1, 1.1), pairs(1, 1, 1, 1, 1.2, 1.2, 1.2)))
            .isEqualTo(Outcome.HOLDS);
    }

    @Test
    void shouldTakeNoiseTheGreaterWayRound()
    {
        final Verdict verdict = NoiseRule.decide(
            pairs(1.1, 1.1, 1.1, 1.1, 1.1, 1.1, 1.1), pairs(1, 1, 1, 1, 1, 1, 0.8), BOUND);

        assertThat(verdict.outcome()).isEqualTo(Outcome.HOLDS);
        assertThat(verdict.noiseRatio()).isCloseTo(1.25, within(1e-9));
    }

    @Test
    void shouldMissOnAQuietMachine()
    {
        assertThat(decide(pairs(1.1, 1.1, 1.1, 1.1, 1.1, 1.0, 1.0), pairs(1, 1, 1, 1, 1, 1.04, 0.98)))
            .isEqualTo(Outcome.MISSED);
    }

    @Test
    void shouldDecideNothingOnANoisyMachine()
    {
        assertThat(decide(pairs(1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5), pairs(1, 1, 1, 1, 1, 1, 1.3)))
            .isEqualTo(Outcome.INCONCLUSIVE);
    }

    @Test
    void shouldDecideNothingOnFewPairs()
    {
        assertThat(decide(pairs(1, 1, 1, 1, 1, 1), pairs(1, 1, 1, 1, 1, 1, 1))).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(decide(pairs(1, 1, 1, 1, 1, 1, 1), pairs(1, 1, 1, 1, 1, 1))).isEqualTo(Outcome.INCONCLUSIVE);
    }

    @Test
    void shouldTakeTheMedianOfAnEvenCount()
    {
        final Verdict verdict = NoiseRule.decide(
            pairs(1, 1, 1, 1.0, 1.2, 2, 2, 2), pairs(1, 1, 1, 1, 1, 1, 1, 1), BOUND);

        assertThat(verdict.medianRatio()).isCloseTo(1.1, within(1e-9));
    }

    @Test
    void shouldRefuseNoPairs()
    {
        assertThatThrownBy(() -> NoiseRule.decide(pairs(), pairs(1), BOUND))
            .isInstanceOf(IllegalArgumentException.class);
    }

    private static Outcome decide(final double[][] ab, final double[][] aa)
    {
        return NoiseRule.decide(ab, aa, BOUND).outcome();
    }

    /** Pairs of these ratios, over values that differ from pair to pair. */
    private static double[][] pairs(final double... ratios)
    {
        final double[][] pairs = new double[ratios.length][2];
        for (int i = 0; i < ratios.length; i++)
        {
            pairs[i][0] = 50_000 + 1_000 * i;
            pairs[i][1] = pairs[i][0] * ratios[i];
        }

        return pairs;
    }
}
