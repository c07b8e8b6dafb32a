package io.fragcast.protocol.fanout;

/**
 * Signs a plan and says it to all.
 */
@FunctionalInterface
public interface PlanSender
{
    /**
     * Says a plan.
     *
     * @param plan  of this node, which leads its term.
     * @param nowNs monotonic nanoseconds.
     * @return true if it was accepted here, as others will.
     */
    boolean send(Plan plan, long nowNs);
}
