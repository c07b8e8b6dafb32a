package io.fragcast.sim;

import java.util.PriorityQueue;

/**
 * What is to happen, ordered by (time, order of scheduling); the time of a run is the time of the event it is at.
 */
public final class EventQueue
{
    /**
     * Something that happens.
     */
    @FunctionalInterface
    public interface Task
    {
        /**
         * Happens.
         *
         * @param nowNs time of the run.
         */
        void run(long nowNs);
    }

    private record Event(long timeNs, long sequence, Task task) implements Comparable<Event>
    {
        @Override
        public int compareTo(final Event that)
        {
            return timeNs == that.timeNs ?
                Long.compare(sequence, that.sequence) : Long.compare(timeNs, that.timeNs);
        }
    }

    private final PriorityQueue<Event> events = new PriorityQueue<>(256);
    private long nextSequence;
    private long nowNs;

    /**
     * Time of the run.
     *
     * @return nanoseconds since its start.
     */
    public long nowNs()
    {
        return nowNs;
    }

    /**
     * Events that have happened.
     *
     * @return count.
     */
    public long happened()
    {
        return nextSequence - events.size();
    }

    /**
     * Puts an event into the future.
     *
     * @param timeNs when, not before now.
     * @param task   what.
     */
    public void at(final long timeNs, final Task task)
    {
        if (timeNs < nowNs)
        {
            throw new IllegalArgumentException("an event at " + timeNs + " ns, but it is " + nowNs);
        }

        events.add(new Event(timeNs, nextSequence++, task));
    }

    /**
     * Puts an event into the future.
     *
     * @param delayNs how far, at least 0.
     * @param task    what.
     */
    public void in(final long delayNs, final Task task)
    {
        at(nowNs + delayNs, task);
    }

    /**
     * Lets the next event happen.
     *
     * @param untilNs latest time.
     * @return false if none is due by then; the time is then that.
     */
    public boolean runNext(final long untilNs)
    {
        final Event event = events.peek();
        if (null == event || event.timeNs > untilNs)
        {
            nowNs = Math.max(nowNs, untilNs);
            return false;
        }

        events.remove();
        nowNs = event.timeNs;
        event.task.run(nowNs);

        return true;
    }
}
