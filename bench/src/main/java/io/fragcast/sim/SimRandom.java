package io.fragcast.sim;

import java.util.SplittableRandom;

/**
 * A stream of numbers that its seed alone decides. Each part of a run has a stream of its own, so that a change in one
 * part does not shift the draws of the others.
 */
public final class SimRandom
{
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private final SplittableRandom random;
    private final long seed;

    /**
     * A stream.
     *
     * @param seed that decides it.
     */
    public SimRandom(final long seed)
    {
        this.seed = seed;
        random = new SplittableRandom(seed);
    }

    /**
     * Another stream, decided by this one's seed and a number; draws nothing from this one.
     *
     * @param number of the part that it is for.
     * @return the stream.
     */
    public SimRandom forPart(final long number)
    {
        return new SimRandom(seed * GOLDEN_GAMMA + (number + 1) * 0xD1B54A32D192ED03L);
    }

    /**
     * Any number.
     *
     * @return 64 bits.
     */
    public long nextLong()
    {
        return random.nextLong();
    }

    /**
     * A number from a range.
     *
     * @param low  smallest.
     * @param high largest, inclusive.
     * @return the number.
     */
    public int between(final int low, final int high)
    {
        return random.nextInt(low, high + 1);
    }

    /**
     * A number from a range.
     *
     * @param low  smallest.
     * @param high largest, inclusive.
     * @return the number.
     */
    public long between(final long low, final long high)
    {
        return random.nextLong(low, high + 1);
    }

    /**
     * Does it happen this time?
     *
     * @param probability from 0 to 1.
     * @return true that often.
     */
    public boolean isHit(final double probability)
    {
        return random.nextDouble() < probability;
    }

    /**
     * A waiting time with a long tail.
     *
     * @param meanNs of the distribution.
     * @return nanoseconds, at least 0 and at most 20 times the mean.
     */
    public long exponentialNs(final long meanNs)
    {
        final double uniform = 1 - random.nextDouble();

        return (long)Math.min(-StrictMath.log(uniform) * meanNs, 20.0 * meanNs);
    }

    /**
     * Fills an array.
     *
     * @param bytes to fill.
     */
    public void fill(final byte[] bytes)
    {
        random.nextBytes(bytes);
    }
}
