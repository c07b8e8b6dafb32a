package io.fragcast.sim;

import io.fragcast.sim.SimulatorOptions.Fixed;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goal: leaders plan who feeds whom while nodes die, stand still and are cut off. The checkers outside hold that nobody
 * accepts a plan of anybody else, that no tree exceeds its degree, that a silent parent is replaced, and that all that
 * is delivered is what it is without trees.
 */
class PlanSimTest
{
    private static final int RUNS = 12;
    private static final int MAX_DEGREE = 4;

    private final Workload workload = Workload.load();

    @Test
    void shouldDeliverTheSameByTreesThatLeadersPlan()
    {
        int runs = 0;
        for (long seed = 1; runs < RUNS; seed++)
        {
            final SimulatorOptions options =
                SimulatorOptions.draw(seed, Fixed.NOTHING).planned(1 + (int)(seed % MAX_DEGREE));
            if (options.isPlanned())
            {
                runs++;
                final SimResult result = Simulator.run(options, workload, null);
                assertThat(result.failure()).as("seed %d, %s", seed, options.describe()).isNull();
            }
        }
    }
}
