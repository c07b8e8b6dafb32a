package io.fragcast.bench.compare;

import java.util.concurrent.TimeUnit;

/**
 * When messages are due, on the sender's side: those of the warm-up at their own rate, however long receivers take for
 * them; the others from half a second after the last of those was taken, so that nothing that waits from before is
 * measured. Used by one thread.
 */
final class SendTimes
{
    /** What the warm-up left behind is through by then. */
    private static final long SETTLE_NS = TimeUnit.MILLISECONDS.toNanos(500);

    private final int warmup;
    private final double measuredRate;
    private double rate;
    private long originNs;
    private boolean isWarmingUp;

    /**
     * Times of one run.
     *
     * @param warmup     messages of the warm-up.
     * @param warmupRate of them, a second; 0: they are as the others.
     * @param rate       messages a second of the others; 0: all are due at once, those of the warm-up too.
     */
    SendTimes(final int warmup, final double warmupRate, final double rate)
    {
        this.warmup = warmup;
        measuredRate = rate;
        isWarmingUp = 0 != rate && 0 != warmupRate;
        this.rate = isWarmingUp ? warmupRate : rate;
    }

    /** The first message is due then, monotonic nanoseconds. */
    void begin(final long startNs)
    {
        originNs = startNs;
    }

    /**
     * When a message is due. Messages come in order, each when the one before was taken.
     *
     * @param message from 0.
     * @param nowNs   monotonic nanoseconds.
     * @return monotonic nanoseconds.
     */
    long dueNs(final long message, final long nowNs)
    {
        if (isWarmingUp && message >= warmup)
        {
            isWarmingUp = false;
            rate = measuredRate;
            originNs = nowNs + SETTLE_NS - sinceOriginNs(rate, message);
        }

        return dueNs(originNs, rate, message);
    }

    /** Are the times still those of the warm-up? */
    boolean isWarmingUp()
    {
        return isWarmingUp;
    }

    /** When the first message would have been due at the rate of now. */
    long originNs()
    {
        return originNs;
    }

    /** Messages a second now. */
    double rate()
    {
        return rate;
    }

    /** What a receiver makes of the two. */
    static long dueNs(final long originNs, final double rate, final long message)
    {
        return originNs + sinceOriginNs(rate, message);
    }

    private static long sinceOriginNs(final double rate, final long message)
    {
        return 0 == rate ? 0 : (long)(message * 1e9 / rate);
    }
}
