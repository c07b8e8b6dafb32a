package io.fragcast.protocol.leader;

/**
 * Where the run is and when it was last heard, from the hot agent that follows it to whoever judges its leader. A hot
 * agent that did not run heard nothing, and that is no silence of the leader's: silence counts from when it ran again.
 * Written by one thread, read by any.
 */
public final class RunPulse
{
    /** A quarter of the frag cadence: one that runs comes by thousands of times as often. */
    static final long MAX_PAUSE_NS = 50_000_000L;

    private volatile long nextBlock = Leadership.NULL_BLOCK;
    private volatile long heardNs;
    private long ranNs;

    /** Of no run yet. */
    public RunPulse()
    {
    }

    /**
     * The hot agent runs.
     *
     * @param block   to be finished now; {@link Leadership#NULL_BLOCK} while no run is followed.
     * @param lastNs  when the run was last heard, monotonic nanoseconds.
     * @param nowNs   monotonic nanoseconds.
     */
    public void onCycle(final long block, final long lastNs, final long nowNs)
    {
        final boolean hasPaused = nowNs - ranNs > MAX_PAUSE_NS;
        ranNs = nowNs;
        final long since = hasPaused || Leadership.NULL_BLOCK == block ? nowNs : lastNs;
        if (since - heardNs > 0)
        {
            heardNs = since;
        }
        if (block != nextBlock)
        {
            nextBlock = block;
        }
    }

    /**
     * The block that the run is at.
     *
     * @return its number; {@link Leadership#NULL_BLOCK} while no run is followed.
     */
    public long nextBlock()
    {
        return nextBlock;
    }

    /**
     * How long nothing of the run was heard.
     *
     * @param nowNs monotonic nanoseconds.
     * @return nanoseconds; 0 while no run is followed.
     */
    public long silenceNs(final long nowNs)
    {
        return Leadership.NULL_BLOCK == nextBlock ? 0 : Math.max(0, nowNs - heardNs);
    }
}
