package io.fragcast.transport;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Waits for the threads beside it alone: that of an agent.
 */
public final class ParkingIdleStrategy extends WakingIdleStrategy
{
    private final BooleanSupplier isFed;
    private volatile @Nullable Thread thread;

    /**
     * A strategy of the thread that idles by it first.
     *
     * @param firstWaitNs   how late it may see right after work what nobody rings for.
     * @param longestWaitNs how late at most.
     * @param isFed         does anybody who rings nobody hand it what is to be done now? Asked on its thread.
     */
    public ParkingIdleStrategy(final long firstWaitNs, final long longestWaitNs, final BooleanSupplier isFed)
    {
        super(firstWaitNs, longestWaitNs, 0);
        this.isFed = isFed;
    }

    @Override
    public String alias()
    {
        return "parking";
    }

    @Override
    protected boolean isFed()
    {
        return isFed.getAsBoolean();
    }

    @Override
    protected void await(final long timeoutNs)
    {
        if (null == thread)
        {
            thread = Thread.currentThread();
        }
        LockSupport.parkNanos(timeoutNs);
    }

    @Override
    protected void wake()
    {
        LockSupport.unpark(thread);
    }
}
