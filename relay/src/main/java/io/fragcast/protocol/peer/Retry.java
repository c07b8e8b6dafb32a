package io.fragcast.protocol.peer;

import java.util.function.LongSupplier;

/**
 * When a session that ended is tried again: by the class of its reason, after pauses that double up to the longest. The
 * jitter, a half to the whole of each pause, keeps those who lost one peer together from coming back together.
 */
final class Retry
{
    private final long minBackoffNs;
    private final long maxBackoffNs;
    private final LongSupplier random;
    private long atNs;
    private boolean isAllowed;
    private int failureCount;
    private int onceCount;

    Retry(final SessionTimeouts timeouts, final LongSupplier random)
    {
        minBackoffNs = timeouts.minBackoffNs();
        maxBackoffNs = timeouts.maxBackoffNs();
        this.random = random;
    }

    void onFailure(final RetryClass retryClass, final long nowNs)
    {
        isAllowed = switch (retryClass)
        {
            case BACKOFF, SLOW -> true;
            case ONCE -> 1 == ++onceCount;
            case NEVER -> false;
        };
        final long pauseNs = RetryClass.SLOW == retryClass ? maxBackoffNs : backoffNs();
        atNs = nowNs + pauseNs / 2 + Math.floorMod(random.getAsLong(), pauseNs / 2 + 1);
        failureCount++;
    }

    /** All is well for long enough: the next failure is the first again. */
    void onStable()
    {
        failureCount = 0;
        onceCount = 0;
    }

    /** The operator knows better. */
    void clear(final long nowNs)
    {
        onStable();
        isAllowed = true;
        atNs = nowNs;
    }

    boolean isAllowed()
    {
        return isAllowed;
    }

    boolean isDue(final long nowNs)
    {
        return isAllowed && nowNs - atNs >= 0;
    }

    long atNs()
    {
        return atNs;
    }

    private long backoffNs()
    {
        long pauseNs = minBackoffNs;
        for (int i = 0; i < failureCount && pauseNs < maxBackoffNs; i++)
        {
            pauseNs *= 2;
        }

        return Math.min(pauseNs, maxBackoffNs);
    }
}
