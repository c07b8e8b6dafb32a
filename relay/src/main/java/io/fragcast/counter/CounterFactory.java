package io.fragcast.counter;

import org.agrona.concurrent.status.AtomicCounter;

/**
 * Gives each counter its home: Aeron's counters file in a node, plain memory in a simulation.
 */
@FunctionalInterface
public interface CounterFactory
{
    /**
     * Makes one counter, at 0.
     *
     * @param counter to make.
     * @return its home.
     */
    AtomicCounter allocate(FragcastCounter counter);
}
