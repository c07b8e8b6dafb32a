package io.fragcast.transport;

import org.agrona.concurrent.IdleStrategy;

import java.util.concurrent.TimeUnit;

/**
 * How a thread with nothing to do gives way where cores are shared: it looks again at once a few times, then waits
 * until a thread beside it has done something, for ever longer but never without end, since some of what it looks at
 * wakes nobody (timers, what another process writes to memory). How often it looks follows from how much came:
 * <pre>
 *   first of a burst ─▶   8 turns            ─▶ waits: the first, twice as long each ──────────────▶ to the longest
 *   those that follow    twice as many each
 *   full burst       ─▶ 100 turns, 10 yields ─▶ waits: the first, to 1 ms ─▶ 1 ms, 4 times more ─▶ to the longest
 *   upkeep           ─▶   1 turn             ─▶ waits on as it did
 * </pre>
 * After traffic it rings those that may have something to do now, which ends their wait. While it is fed, by somebody
 * who rings nobody, any traffic counts as a full burst, and no wait is longer than 1 ms. One thread idles; any thread
 * rings.
 */
public abstract class WakingIdleStrategy implements IdleStrategy
{
    /** Some microseconds of looking again at once, so that a burst is not slept through. */
    private static final int FULL_SPINS = 100;
    /** A heartbeat by itself is followed by nothing; of a frag's datagrams the fifth makes the burst a full one. */
    private static final int FIRST_SPINS = 8;
    /** A full burst gives a thread that waits for this core ten chances. */
    private static final int SPINS_A_YIELD = 10;
    /** Timers of a link that is in use are some milliseconds apart (NAKs, repair): they are met within this. */
    private static final long STEADY_WAIT_NS = TimeUnit.MILLISECONDS.toNanos(1);
    /** Until it comes to a wait as long as that, what comes belongs together. */
    private static final long LONG_WAIT_NS = 4 * STEADY_WAIT_NS;
    /** A full burst is followed by four such waits more. */
    private static final int SPINS_A_STEADY_WAIT = 25;

    private final long firstWaitNs;
    private final long longestWaitNs;
    private final int upkeepWork;
    private volatile WakingIdleStrategy[] beside = {};
    private int spins;
    private int spinsLeft;
    private int yieldsLeft;
    private int steadyWaitsLeft;
    private long waitNs;
    private volatile boolean isRung;
    private volatile boolean isWaiting;

    /**
     * A strategy that rings nobody yet.
     *
     * @param firstWaitNs   the shortest wait.
     * @param longestWaitNs that it grows to.
     * @param upkeepWork    a turn that has done no more than this has only kept things going; more is traffic.
     */
    protected WakingIdleStrategy(final long firstWaitNs, final long longestWaitNs, final int upkeepWork)
    {
        this.firstWaitNs = firstWaitNs;
        this.longestWaitNs = longestWaitNs;
        this.upkeepWork = upkeepWork;
        waitNs = firstWaitNs;
    }

    /**
     * Sets whom to ring after work.
     *
     * @param threads beside this one.
     */
    public final void rings(final WakingIdleStrategy... threads)
    {
        beside = threads.clone();
    }

    /**
     * Says that there may be something to do. By any thread; nothing but a store unless the thread waits.
     */
    public final void ring()
    {
        isRung = true;
        if (isWaiting)
        {
            // Who comes next need not wake it as well.
            isWaiting = false;
            wake();
        }
    }

    @Override
    public final void idle(final int workCount)
    {
        if (workCount > upkeepWork)
        {
            reset();
            for (final WakingIdleStrategy strategy : beside)
            {
                strategy.ring();
            }
        }
        else if (workCount <= 0)
        {
            idle();
        }
    }

    @Override
    public final void idle()
    {
        if (0 < spinsLeft)
        {
            spinsLeft--;
            Thread.onSpinWait();
        }
        else if (0 < yieldsLeft)
        {
            yieldsLeft--;
            Thread.yield();
        }
        else
        {
            // In this order: who rings either sees that this thread waits, or is seen here.
            isWaiting = true;
            if (!isRung)
            {
                await(isFed() ? Math.min(waitNs, STEADY_WAIT_NS) : waitNs);
                grow();
            }
            isWaiting = false;
            isRung = false;
        }
    }

    @Override
    public final void reset()
    {
        final boolean isOfBurst = waitNs < LONG_WAIT_NS;
        spins = isFed() ? FULL_SPINS : isOfBurst ? Math.min(FULL_SPINS, Math.max(FIRST_SPINS, 2 * spins)) : FIRST_SPINS;
        spinsLeft = spins;
        yieldsLeft = spins / SPINS_A_YIELD;
        steadyWaitsLeft = spins / SPINS_A_STEADY_WAIT;
        waitNs = firstWaitNs;
    }

    /**
     * Does anybody who rings nobody hand it what is to be done now? Asked on the thread that idles.
     *
     * @return true if what comes is found by looking alone.
     */
    protected boolean isFed()
    {
        return false;
    }

    /**
     * Waits until woken, or for a time; may return early.
     *
     * @param timeoutNs at most.
     */
    protected abstract void await(long timeoutNs);

    /**
     * Ends the wait, or the next if there is none. By any thread.
     */
    protected abstract void wake();

    private void grow()
    {
        if (STEADY_WAIT_NS == waitNs && 0 < steadyWaitsLeft)
        {
            steadyWaitsLeft--;
        }
        else
        {
            // Until it has somebody to ring its host is being made, by commands that each wait for an answer.
            final boolean isSteady = STEADY_WAIT_NS > waitNs || 0 == beside.length;
            waitNs = Math.min(isSteady ? STEADY_WAIT_NS : longestWaitNs, 2 * waitNs);
        }
    }
}
