package io.fragcast.node;

import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.SystemEpochNanoClock;

import java.util.concurrent.TimeUnit;

/**
 * Epoch time to the microsecond at the cost of the monotonic clock. Agrona's {@code OffsetEpochNanoClock} takes its
 * offset from whole milliseconds, so that two nodes of one machine differ by up to one, several times what a frag
 * takes; {@code SystemEpochNanoClock} leaves an Instant behind at each call until the code is compiled.
 * <p>
 * The offset is taken anew each second, so that steps of the system's clock are followed. Any thread.
 */
final class EpochClock implements EpochNanoClock
{
    private static final long SAMPLE_INTERVAL_NS = TimeUnit.SECONDS.toNanos(1);
    /** Enough that one of them is not interrupted. */
    private static final int ATTEMPTS = 8;

    private volatile long offsetNs;
    private volatile long sampledAtNs;

    EpochClock()
    {
        sample();
    }

    @Override
    public long nanoTime()
    {
        final long nowNs = System.nanoTime();
        if (nowNs - sampledAtNs > SAMPLE_INTERVAL_NS)
        {
            sample();
        }

        return nowNs + offsetNs;
    }

    /** Reads one clock between two looks at the other; the closest two looks give the offset. */
    private void sample()
    {
        long narrowestNs = Long.MAX_VALUE;
        long bestOffsetNs = 0;
        for (int i = 0; i < ATTEMPTS; i++)
        {
            final long beforeNs = System.nanoTime();
            final long epochNs = SystemEpochNanoClock.INSTANCE.nanoTime();
            final long windowNs = System.nanoTime() - beforeNs;
            if (windowNs < narrowestNs)
            {
                narrowestNs = windowNs;
                bestOffsetNs = epochNs - (beforeNs + windowNs / 2);
            }
        }
        offsetNs = bestOffsetNs;
        sampledAtNs = System.nanoTime();
    }
}
