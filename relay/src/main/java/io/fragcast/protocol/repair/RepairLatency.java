package io.fragcast.protocol.repair;

/**
 * Takes the time that each repaired frag was missing. Called by the hot thread: it must neither wait nor allocate.
 */
@FunctionalInterface
public interface RepairLatency
{
    /** Nobody wants to know. */
    RepairLatency NONE = (latencyNs) -> {};

    /**
     * A frag is whole thanks to repair.
     *
     * @param latencyNs from the first evidence that something of it is missing.
     */
    void onRepaired(long latencyNs);
}
