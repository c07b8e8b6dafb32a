package io.fragcast.watch;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

class StageLatenciesTest
{
    private final Counters counters = Counters.inMemory();
    private final StageLatencies latencies = new StageLatencies(counters);

    @Test
    void shouldTellTheStagesApartToOnePercent()
    {
        for (int i = 1; i <= 1_000; i++)
        {
            latencies.record(LatencyStage.HOP, i * 1_000L);
        }
        latencies.record(LatencyStage.PUBLISH_DELIVER, 5_000_000);

        final Histogram hop = total(LatencyStage.HOP, 0);
        assertEquals(1_000, hop.getTotalCount());
        assertThat(hop.getValueAtPercentile(50)).isBetween(495_000L, 505_000L);
        assertThat(hop.getValueAtPercentile(99)).isBetween(980_000L, 1_000_000L);
        assertEquals(1, total(LatencyStage.PUBLISH_DELIVER, 0).getTotalCount());
        assertEquals(0, total(LatencyStage.RECEIVE_ACCEPT, 0).getTotalCount());
    }

    @Test
    void shouldCountWhatTwoClocksMakeNegative()
    {
        latencies.record(LatencyStage.HOP, -3_000);
        latencies.record(LatencyStage.HOP, 3_000);

        assertEquals(1, counters.value(FragcastCounter.LATENCIES_NEGATIVE));
        assertEquals(2, total(LatencyStage.HOP, 0).getTotalCount());
        assertEquals(0, total(LatencyStage.HOP, 0).getMinValue());
    }

    @Test
    void shouldTakeWhatIsLongerThanAllForTheLongest()
    {
        latencies.record(LatencyStage.HOP, Long.MAX_VALUE);

        assertThat(total(LatencyStage.HOP, 0).getMaxValue()).isGreaterThanOrEqualTo(TimeUnit.SECONDS.toNanos(59));
    }

    @Test
    void shouldForgetInTheWindowWhatTheTotalKeeps()
    {
        latencies.record(LatencyStage.HOP, 1_000);
        assertEquals(1, reading(LatencyStage.HOP, 0).recent().getTotalCount());
        assertEquals(1, reading(LatencyStage.HOP, TimeUnit.SECONDS.toNanos(31)).recent().getTotalCount());
        latencies.record(LatencyStage.HOP, 9_000);

        final StageLatencies.Reading later = reading(LatencyStage.HOP, TimeUnit.SECONDS.toNanos(62));

        assertEquals(1, later.recent().getTotalCount());
        assertThat(later.recent().getMinNonZeroValue()).isGreaterThan(8_000);
        assertEquals(2, later.total().getTotalCount());
    }

    /** A reader that swaps the halves all the time loses nothing that the writer records meanwhile. */
    @Test
    @Timeout(60)
    void shouldLoseNothingToAReader() throws InterruptedException
    {
        final int count = 500_000;
        final AtomicBoolean isDone = new AtomicBoolean();
        final Thread writer = new Thread(() ->
        {
            for (int i = 0; i < count; i++)
            {
                latencies.record(LatencyStage.RECEIVE_ACCEPT, i);
            }
            isDone.set(true);
        });
        writer.start();
        long last = 0;
        while (!isDone.get())
        {
            final long now = total(LatencyStage.RECEIVE_ACCEPT, 0).getTotalCount();
            assertThat(now).isGreaterThanOrEqualTo(last);
            last = now;
        }
        writer.join();

        assertEquals(count, total(LatencyStage.RECEIVE_ACCEPT, 0).getTotalCount());
    }

    private Histogram total(final LatencyStage stage, final long nowNs)
    {
        return reading(stage, nowNs).total();
    }

    private StageLatencies.Reading reading(final LatencyStage stage, final long nowNs)
    {
        return latencies.read(nowNs).get(stage.ordinal());
    }
}
