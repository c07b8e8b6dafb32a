package io.fragcast.sim.checker;

import java.util.List;

/**
 * After healing, every replica of the core verifies every block that was opened since, and leaves no attempt open.
 */
public final class ConvergenceChecker
{
    private final DeliveryChecker deliveries;
    private final List<Integer> replicas;

    /**
     * A checker.
     *
     * @param deliveries of all nodes.
     * @param replicas   indices of those in the core.
     */
    public ConvergenceChecker(final DeliveryChecker deliveries, final List<Integer> replicas)
    {
        this.deliveries = deliveries;
        this.replicas = List.copyOf(replicas);
    }

    /**
     * What is still missing.
     *
     * @param firstBlock that must be verified.
     * @param lastBlock  that must be verified.
     * @return the first thing missing, or an empty string.
     */
    public String missing(final long firstBlock, final long lastBlock)
    {
        for (final int replica : replicas)
        {
            for (long block = firstBlock; block <= lastBlock; block++)
            {
                if (!deliveries.hasVerified(replica, block))
                {
                    return "replica " + replica + " has not verified block " + block;
                }
            }
            final String open = deliveries.openAttempt(replica);
            if (!open.isEmpty())
            {
                return "replica " + replica + " has not ended " + open;
            }
            final String unsaid = deliveries.finality().missing(replica);
            if (!unsaid.isEmpty())
            {
                return unsaid;
            }
        }

        return "";
    }
}
