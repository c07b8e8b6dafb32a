package io.fragcast.config;

/**
 * Who runs what. CPUs are numbers of the host's, -1 for none.
 *
 * @param mode         threads of the node.
 * @param isSpinning   true if hot threads never give way.
 * @param broadcastCpu of the publishing agent.
 * @param forwardCpu   of the relay's agent.
 * @param ingestCpu    of the replica's agent.
 * @param journalCpu   of the journal agent.
 * @param edgeCpu      of the edge agent.
 * @param driverCpu    of the media driver.
 * @param warmUpMs     longest time that the node's machines are run before it starts; 0: they are not.
 */
public record ThreadConfig(
    Mode mode,
    boolean isSpinning,
    int broadcastCpu,
    int forwardCpu,
    int ingestCpu,
    int journalCpu,
    int edgeCpu,
    int driverCpu,
    int warmUpMs)
{
    /** No CPU in particular. */
    public static final int NO_CPU = -1;

    /**
     * Threads of a node.
     */
    public enum Mode
    {
        /** One thread runs the hot agent and the media driver. */
        INVOKER,
        /** A thread for the hot agent, one for the media driver. */
        SHARED,
        /** A thread for the hot agent, and one each for the driver's conductor, sender and receiver. */
        DEDICATED
    }

    /**
     * Threads that are pinned nowhere, of a node that does not warm up.
     *
     * @param mode       who runs what.
     * @param isSpinning whether hot threads spin.
     * @return the configuration.
     */
    public static ThreadConfig unpinned(final Mode mode, final boolean isSpinning)
    {
        return new ThreadConfig(mode, isSpinning, NO_CPU, NO_CPU, NO_CPU, NO_CPU, NO_CPU, NO_CPU, 0);
    }

    /**
     * Threads that would spin.
     *
     * @return count; journal and edge never spin, nor does the driver's conductor.
     */
    public int spinningThreadCount()
    {
        if (!isSpinning)
        {
            return 0;
        }

        return switch (mode)
        {
            case INVOKER -> 1;
            case SHARED -> 2;
            case DEDICATED -> 3;
        };
    }
}
