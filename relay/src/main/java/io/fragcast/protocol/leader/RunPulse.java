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
    private volatile int heardTerm = Integer.MIN_VALUE;
    private volatile long lowerHeardNs;
    private long ranNs;
    private int messageTerm = Integer.MIN_VALUE;
    private long messageNs;
    private long lowerMessageNs;

    /** Of no run yet. */
    public RunPulse()
    {
    }

    /**
     * A message of the run was taken.
     *
     * @param term  that signed it.
     * @param nowNs monotonic nanoseconds.
     */
    public void onMessage(final int term, final long nowNs)
    {
        if (term > messageTerm)
        {
            lowerMessageNs = messageNs;
            messageTerm = term;
        }
        if (term == messageTerm)
        {
            messageNs = nowNs;
        }
        else
        {
            lowerMessageNs = nowNs;
        }
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
        final boolean hasPaused = 0 == ranNs || nowNs - ranNs > MAX_PAUSE_NS;
        ranNs = nowNs;
        if (hasPaused)
        {
            heardNs = nowNs;
            lowerHeardNs = nowNs;
        }
        else if (Leadership.NULL_BLOCK != block && lastNs - heardNs > 0)
        {
            heardNs = lastNs;
        }
        if (messageTerm != heardTerm)
        {
            heardTerm = messageTerm;
        }
        if (lowerMessageNs - lowerHeardNs > 0)
        {
            lowerHeardNs = lowerMessageNs;
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
     * How long nothing of the run was heard; while no run is followed, how long that has been so.
     *
     * @param nowNs monotonic nanoseconds.
     * @return nanoseconds; 0 before the first cycle.
     */
    public long silenceNs(final long nowNs)
    {
        return 0 == heardNs ? 0 : Math.max(0, nowNs - heardNs);
    }

    /**
     * How long nothing was heard of the terms below one.
     *
     * @param term  that would go on with the run.
     * @param nowNs monotonic nanoseconds.
     * @return nanoseconds; where terms above it were heard, at most what they show.
     */
    public long silenceBeforeNs(final int term, final long nowNs)
    {
        return heardTerm < term || 0 == heardNs ? silenceNs(nowNs) : Math.max(0, nowNs - lowerHeardNs);
    }
}
