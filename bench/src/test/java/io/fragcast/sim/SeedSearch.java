package io.fragcast.sim;

import io.fragcast.sim.SimulatorOptions.Fixed;

/**
 * Looks for the first seed that fails; called by reflection, so that it runs with the classes of its own loader.
 */
public final class SeedSearch
{
    private SeedSearch()
    {
    }

    /**
     * Runs seeds until one fails.
     *
     * @param from first seed.
     * @param to   last seed.
     * @param planDegree of the trees that leaders plan; 0: who feeds whom is configured.
     * @return the seed and what happened, or an empty string.
     */
    public static String firstFailing(final long from, final long to, final int planDegree)
    {
        final Workload workload = Workload.load();
        for (long seed = from; seed <= to; seed++)
        {
            final SimResult result = Simulator.run(
                SimulatorOptions.draw(seed, Fixed.NOTHING).planned(planDegree), workload, null);
            if (!result.isGood())
            {
                return "seed " + seed + ": " + result.failure().message();
            }
        }

        return "";
    }
}
