package io.fragcast.edge.engine;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import org.agrona.concurrent.status.AtomicCounter;

/**
 * What is counted of the traffic with an execution client; written by the edge's thread.
 */
final class EngineCounts
{
    final AtomicCounter sent;
    final AtomicCounter taken;
    final AtomicCounter refused;
    final AtomicCounter timeouts;
    final AtomicCounter unreachable;
    final AtomicCounter resetDeliberate;
    final AtomicCounter resetUnexpected;
    final AtomicCounter blocksSealed;
    final AtomicCounter blocksSkipped;
    final AtomicCounter queueBytes;
    final AtomicCounter reorgs;

    EngineCounts(final Counters counters)
    {
        sent = counters.get(FragcastCounter.ENGINE_SENT);
        taken = counters.get(FragcastCounter.ENGINE_TAKEN);
        refused = counters.get(FragcastCounter.ENGINE_REFUSED);
        timeouts = counters.get(FragcastCounter.ENGINE_TIMEOUTS);
        unreachable = counters.get(FragcastCounter.ENGINE_UNREACHABLE);
        resetDeliberate = counters.get(FragcastCounter.ENGINE_RESET_DELIBERATE);
        resetUnexpected = counters.get(FragcastCounter.ENGINE_RESET_UNEXPECTED);
        blocksSealed = counters.get(FragcastCounter.ENGINE_BLOCKS_SEALED);
        blocksSkipped = counters.get(FragcastCounter.ENGINE_BLOCKS_SKIPPED);
        queueBytes = counters.get(FragcastCounter.ENGINE_QUEUE_BYTES);
        reorgs = counters.get(FragcastCounter.ENGINE_REORGS);
    }
}
