package io.fragcast.node;

import io.fragcast.config.ThreadConfig;
import io.fragcast.transport.aeron.DriverThreading;
import net.openhft.affinity.Affinity;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.BusySpinIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.SleepingIdleStrategy;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * Which threads run a host's agents and driver, how they wait, and where they are pinned.
 *
 * @param config as the operator wrote it.
 */
record ThreadPlan(ThreadConfig config)
{
    /**
     * What a thread does.
     */
    enum Role
    {
        /** Publishes. */
        BROADCAST,
        /** Relays. */
        FORWARD,
        /** Receives and delivers. */
        INGEST,
        /** Writes the journal. */
        JOURNAL,
        /** Hands deliveries to consumers. */
        EDGE,
        /** Runs the media driver. */
        DRIVER
    }

    /** Some microseconds of looking again at once, so that a burst is not slept through. */
    private static final long BACKOFF_SPINS = 100;
    /** Then as many chances for a thread that waits for this core. */
    private static final long BACKOFF_YIELDS = 10;
    private static final long LONGEST_PARK_NS = TimeUnit.MILLISECONDS.toNanos(1);

    DriverThreading driverThreading()
    {
        return switch (config.mode())
        {
            case INVOKER -> DriverThreading.INVOKER;
            case SHARED -> DriverThreading.SHARED;
            case DEDICATED -> DriverThreading.DEDICATED;
        };
    }

    /**
     * Refuses a plan that this host cannot run: more spinning threads than cores stand in each other's way for whole
     * scheduler slices (measured: 8 ms a hop), and a CPU that is not there cannot be pinned.
     *
     * @param hotAgents that the plan is for.
     * @param cores     of this machine.
     * @throws IllegalArgumentException naming what does not fit.
     */
    void validate(final int hotAgents, final int cores)
    {
        if (config.isSpinning())
        {
            final int moreAgents = ThreadConfig.Mode.INVOKER == config.mode() ? 0 : hotAgents - 1;
            final int spinning = config.spinningThreadCount() + moreAgents;
            if (spinning > cores)
            {
                throw new IllegalArgumentException("threads.idle = spin: " + spinning + " threads would spin on " +
                    cores + " cores; take threads.mode = invoker, or threads.idle = backoff");
            }
        }
        for (final Role role : Role.values())
        {
            if (cpu(role) >= cores)
            {
                throw new IllegalArgumentException(
                    "threads.affinity of " + role + " = " + cpu(role) + ": allowed 0.." + (cores - 1));
            }
        }
    }

    IdleStrategy newHotIdleStrategy()
    {
        return config.isSpinning() ? BusySpinIdleStrategy.INSTANCE : newBackoff();
    }

    /** Where hot threads spin a cold one sleeps at once: a yield to one that spins costs both a slice. */
    IdleStrategy newColdIdleStrategy()
    {
        return config.isSpinning() ? new SleepingIdleStrategy(LONGEST_PARK_NS) : newBackoff();
    }

    private static IdleStrategy newBackoff()
    {
        return new BackoffIdleStrategy(
            BACKOFF_SPINS, BACKOFF_YIELDS, TimeUnit.MICROSECONDS.toNanos(1), LONGEST_PARK_NS);
    }

    /**
     * Makes daemon threads of one role, pinned where the operator says so.
     *
     * @param role of the threads.
     * @param name of the threads.
     * @return the factory.
     */
    ThreadFactory threadFactory(final Role role, final String name)
    {
        final int cpu = cpu(role);

        return (task) ->
        {
            final Thread thread = new Thread(ThreadConfig.NO_CPU == cpu ? task : () -> runPinned(cpu, task), name);
            thread.setDaemon(true);
            return thread;
        };
    }

    private static void runPinned(final int cpu, final Runnable task)
    {
        Affinity.setAffinity(cpu);
        task.run();
    }

    private int cpu(final Role role)
    {
        return switch (role)
        {
            case BROADCAST -> config.broadcastCpu();
            case FORWARD -> config.forwardCpu();
            case INGEST -> config.ingestCpu();
            case JOURNAL -> config.journalCpu();
            case EDGE -> config.edgeCpu();
            case DRIVER -> config.driverCpu();
        };
    }
}
