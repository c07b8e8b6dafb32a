package io.fragcast.protocol.fanout;

/**
 * Takes plans whose signature holds.
 */
@FunctionalInterface
public interface PlanConsumer
{
    /**
     * A leader has planned.
     *
     * @param plan newest of its term.
     */
    void onPlan(Plan plan);
}
