package io.fragcast.bench.rig;

import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.NanoClock;

/**
 * Sends the frags of a run, each when it is due or, where the one before took longer, at once after it. Used by one
 * thread.
 */
final class LoadGenerator
{
    /**
     * Where the frags go.
     */
    interface Target
    {
        /**
         * Sends one frag, with the Env before the first of a block and the Seal after the last.
         *
         * @param ordinal of the frag in the run.
         */
        void send(long ordinal);

        /**
         * Work between frags.
         *
         * @return work done.
         */
        int poll();
    }

    private final NanoClock clock;
    private final IdleStrategy idleStrategy;
    private final Timetable timetable;

    LoadGenerator(final NanoClock clock, final IdleStrategy idleStrategy, final Timetable timetable)
    {
        this.clock = clock;
        this.idleStrategy = idleStrategy;
        this.timetable = timetable;
    }

    /**
     * Sends a stretch of them.
     *
     * @param from   first to send.
     * @param to     first not to send.
     * @param target to send to.
     * @return how late the last one left, nanoseconds; 0: in time.
     */
    long run(final long from, final long to, final Target target)
    {
        long lateNs = 0;
        for (long ordinal = from; ordinal < to; ordinal++)
        {
            final long dueNs = timetable.dueNs(ordinal);
            while (clock.nanoTime() - dueNs < 0)
            {
                idleStrategy.idle(target.poll());
            }
            target.send(ordinal);
            lateNs = clock.nanoTime() - dueNs;
        }

        return Math.max(0, lateNs);
    }
}
