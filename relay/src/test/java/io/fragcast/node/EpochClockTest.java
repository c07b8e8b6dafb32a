package io.fragcast.node;

import org.agrona.concurrent.SystemEpochNanoClock;
import org.junit.jupiter.api.Test;

import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

class EpochClockTest
{
    private static final int LOOKS = 1_000;

    @Test
    void shouldTellTheSystemsTimeToAFractionOfAMillisecond()
    {
        final EpochClock clock = new EpochClock();
        final EpochClock other = new EpochClock();

        long leastNs = Long.MAX_VALUE;
        long leastBetweenNs = Long.MAX_VALUE;
        for (int i = 0; i < LOOKS; i++)
        {
            leastNs = Math.min(leastNs, Math.abs(SystemEpochNanoClock.INSTANCE.nanoTime() - clock.nanoTime()));
            leastBetweenNs = Math.min(leastBetweenNs, Math.abs(other.nanoTime() - clock.nanoTime()));
        }

        assertThat(leastNs).isLessThan(TimeUnit.MICROSECONDS.toNanos(50));
        assertThat(leastBetweenNs).as("two nodes of one machine").isLessThan(TimeUnit.MICROSECONDS.toNanos(50));
    }
}
