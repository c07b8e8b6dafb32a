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
        return new Counters(memory());
    }

    /**
     * Moves the counters to plain memory with the values they have, so that they may be read after the driver that was
     * their home is gone. Called when the threads that count have ended.
     */
    public void detach()
    {
        final CounterFactory memory = memory();
        for (final FragcastCounter counter : FragcastCounter.values())
        {
            final AtomicCounter copy = memory.allocate(counter);
            copy.set(value(counter));
            counters[counter.ordinal()] = copy;
        }
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

    private static CounterFactory memory()
    {
        final UnsafeBuffer values = new UnsafeBuffer(
            ByteBuffer.allocateDirect(FragcastCounter.values().length * CountersReader.COUNTER_LENGTH));

        return (counter) -> new AtomicCounter(values, counter.ordinal());
    }
}
