package io.fragcast.sim;

import io.fragcast.sim.SimulatorOptions.Fixed;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.EnumSet;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goal: leaders that die in mid-term are followed in time. Every run checks that stale terms are fenced, that blocks go
 * only with a REORG, and that all end with the same chain; here leaders die often, and nothing else goes wrong.
 */
class TakeoverSimTest
{
    private static final int RUNS = 8;
    private static final double MOST_CADENCES = 3.0;
    /** Some ten times as many as it takes. */
    private static final int MOST_SEEDS = 300;
    private static final long EACH_POSITION = 0b111;

    private final Workload workload = Workload.load();

    @Test
    void shouldFollowLeadersThatDie()
    {
        final Fixed fixed = new Fixed(5, 6, EnumSet.of(Fault.MIDWAY));
        long takeovers = 0;
        double longest = 0;
        int runs = 0;
        for (long seed = 1; runs < RUNS; seed++)
        {
            final SimulatorOptions options = SimulatorOptions.draw(seed, fixed);
            if (options.isFollowing() && options.isOn(Fault.MIDWAY))
            {
                final SimResult result = Simulator.run(options, workload, null);
                assertThat(result.failure()).as("seed %d, %s", seed, options.describe()).isNull();
                takeovers += result.takeovers();
                longest = Math.max(longest, result.takeoverCadences());
                runs++;
            }
        }

        assertThat(takeovers).as("takeovers").isGreaterThanOrEqualTo(RUNS / 2);
        assertThat(longest).as("cadences from the last message of a leader to the first of the next")
            .isPositive().isLessThanOrEqualTo(MOST_CADENCES);
    }

    /** Before anybody is told that it takes over, when one peer is, when two are. */
    @Test
    void shouldFollowLeadersThatDieWhileTheyTakeOver()
    {
        final Fixed fixed = new Fixed(5, 6, EnumSet.of(Fault.MIDWAY));
        long deaths = 0;
        for (long seed = 1; EACH_POSITION != (deaths & EACH_POSITION); seed++)
        {
            assertThat(seed).as("seeds, deaths at %s", Long.toBinaryString(deaths)).isLessThanOrEqualTo(MOST_SEEDS);
            final SimulatorOptions options = SimulatorOptions.draw(seed, fixed);
            if (options.isFollowing() && options.isOn(Fault.MIDWAY))
            {
                final SimResult result = Simulator.run(options, workload, null);
                assertThat(result.failure()).as("seed %d, %s", seed, options.describe()).isNull();
                deaths |= result.takeoverDeaths();
            }
        }
    }

    /** Runs that failed once: a chain that nobody built any more, a leader that nobody could hear. */
    @ParameterizedTest
    @CsvSource({"32, 8", "192, 8", "201, 6", "238, 6"})
    void shouldHoldWhereItDidNot(final long seed, final int blocks)
    {
        final SimulatorOptions options =
            SimulatorOptions.draw(seed, new Fixed(0, blocks, EnumSet.of(Fault.MIDWAY)));

        assertThat(options.isFollowing()).isTrue();
        assertThat(Simulator.run(options, workload, null).failure()).as(options.describe()).isNull();
    }
}
