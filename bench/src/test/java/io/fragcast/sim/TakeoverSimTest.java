package io.fragcast.sim;

import io.fragcast.sim.SimulatorOptions.Fixed;
import org.junit.jupiter.api.Test;

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
}
