package io.fragcast.sim;

import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.NanoClock;

/**
 * The clocks of one node: both run off the time of the run at a rate of their own; the epoch clock is off by some
 * milliseconds besides, and may be set while the node runs, as NTP does.
 */
public final class SimClock implements NanoClock
{
    /** 1 October 2026: the epoch time at which each run starts. */
    public static final long EPOCH_START_MS = 1_790_812_800_000L;

    private static final long NANOS_PER_MS = 1_000_000;
    private static final long MILLION = 1_000_000;

    private final EventQueue events;
    private final long driftPpm;
    private long epochOffsetNs;

    /**
     * A clock.
     *
     * @param events        that hold the time of the run.
     * @param driftPpm      by which it is fast, parts in a million; negative: slow.
     * @param epochOffsetNs by which the epoch clock is ahead.
     */
    public SimClock(final EventQueue events, final long driftPpm, final long epochOffsetNs)
    {
        this.events = events;
        this.driftPpm = driftPpm;
        this.epochOffsetNs = epochOffsetNs;
    }

    @Override
    public long nanoTime()
    {
        final long nowNs = events.nowNs();

        return nowNs + nowNs / MILLION * driftPpm + nowNs % MILLION * driftPpm / MILLION;
    }

    /**
     * The epoch clock in nanoseconds.
     *
     * @return a view of this clock.
     */
    public EpochNanoClock epochNanos()
    {
        return () -> EPOCH_START_MS * NANOS_PER_MS + nanoTime() + epochOffsetNs;
    }

    /**
     * The epoch clock in milliseconds.
     *
     * @return a view of this clock.
     */
    public EpochClock epochMillis()
    {
        final EpochNanoClock epochNanos = epochNanos();

        return () -> epochNanos.nanoTime() / NANOS_PER_MS;
    }

    /**
     * Sets the epoch clock forwards or back.
     *
     * @param stepNs by how much.
     */
    public void step(final long stepNs)
    {
        epochOffsetNs += stepNs;
    }
}
