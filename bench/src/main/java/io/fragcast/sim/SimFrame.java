package io.fragcast.sim;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * One frame on its way over one path.
 */
final class SimFrame
{
    final UnsafeBuffer buffer;
    final int length;
    final boolean isResent;
    final int generation;
    long arrivalNs;

    SimFrame(final UnsafeBuffer buffer, final int length, final boolean isResent, final int generation)
    {
        this.buffer = buffer;
        this.length = length;
        this.isResent = isResent;
        this.generation = generation;
    }
}
