package io.fragcast.counter;

import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.status.AtomicCounter;
import org.agrona.concurrent.status.CountersReader;

import java.nio.ByteBuffer;

/**
 * The counters of one node. Each counter is written by one thread, the one that owns what it counts, and read by any.
 */
public final class Counters
{
    private final AtomicCounter[] counters = new AtomicCounter[FragcastCounter.values().length];

    /**
     * Allocates every counter.
     *
     * @param factory gives each its home.
     */
    public Counters(final CounterFactory factory)
    {
        for (final FragcastCounter counter : FragcastCounter.values())
        {
            counters[counter.ordinal()] = factory.allocate(counter);
        }
    }

    /**
     * Counters in plain memory, of no media driver.
     *
     * @return counters at 0.
     */
    public static Counters inMemory()
    {
        final int count = FragcastCounter.values().length;
        final UnsafeBuffer values = new UnsafeBuffer(
            ByteBuffer.allocateDirect(count * CountersReader.COUNTER_LENGTH));

        return new Counters((counter) -> new AtomicCounter(values, counter.ordinal()));
    }

    /**
     * The home of one counter.
     *
     * @param counter asked for.
     * @return its home.
     */
    public AtomicCounter get(final FragcastCounter counter)
    {
        return counters[counter.ordinal()];
    }

    /**
     * The value of one counter now.
     *
     * @param counter asked for.
     * @return its value.
     */
    public long value(final FragcastCounter counter)
    {
        return counters[counter.ordinal()].get();
    }
}
