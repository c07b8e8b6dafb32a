package io.fragcast;

import com.sun.management.ThreadMXBean;

import java.lang.management.ManagementFactory;

/**
 * Counts what the calling thread allocates. The JVM books on a thread what it does for it now and then, such as linking
 * and swapping in compiled code, so of several rounds the one with the least counts: what the code itself allocates is
 * in all of them.
 */
public final class AllocatedBytes
{
    private static final int ROUNDS = 12;

    private AllocatedBytes()
    {
    }

    /**
     * Runs some work a few times.
     *
     * @param work to measure; long enough to be compiled in a round or two.
     * @return bytes of the round that allocated least.
     */
    public static long least(final Runnable work)
    {
        final ThreadMXBean threads = (ThreadMXBean)ManagementFactory.getThreadMXBean();
        final long threadId = Thread.currentThread().getId();
        long least = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS && 0 != least; round++)
        {
            final long before = threads.getThreadAllocatedBytes(threadId);
            work.run();
            least = Math.min(least, threads.getThreadAllocatedBytes(threadId) - before);
        }

        return least;
    }
}
