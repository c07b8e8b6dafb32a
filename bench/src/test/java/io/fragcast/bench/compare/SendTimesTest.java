package io.fragcast.bench.compare;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SendTimesTest
{
    private static final long MS_NS = 1_000_000;

    @Test
    void shouldBeginAnewWhenTheLastOfTheWarmUpWasTaken()
    {
        final SendTimes times = new SendTimes(10, 1_000, 100);
        times.begin(50 * MS_NS);
        assertThat(times.dueNs(0, 0)).isEqualTo(50 * MS_NS);
        assertThat(times.dueNs(9, 0)).isEqualTo(59 * MS_NS);

        // Receivers took two seconds for what was to be over after 10 ms.
        final long tenthNs = times.dueNs(10, 2_000 * MS_NS);

        assertThat(tenthNs).isEqualTo(2_500 * MS_NS);
        assertThat(times.dueNs(10, 2_001 * MS_NS)).isEqualTo(tenthNs);
        assertThat(times.dueNs(13, 3_000 * MS_NS)).isEqualTo(2_530 * MS_NS);
    }

    @Test
    void shouldTellReceiversWhatTheyReckonWith()
    {
        final SendTimes times = new SendTimes(10, 1_000, 300);
        times.begin(50 * MS_NS);

        final long warmNs = times.dueNs(7, 0);
        assertThat(SendTimes.dueNs(times.originNs(), times.rate(), 7)).isEqualTo(warmNs);
        final long measuredNs = times.dueNs(11, 2_000 * MS_NS);
        assertThat(SendTimes.dueNs(times.originNs(), times.rate(), 11)).isEqualTo(measuredNs);
    }

    @Test
    void shouldGoOnWithoutABreakAtOneRate()
    {
        final SendTimes times = new SendTimes(10, 0, 100);
        times.begin(0);

        assertThat(times.dueNs(10, 5_000 * MS_NS)).isEqualTo(100 * MS_NS);
    }

    @Test
    void shouldHaveAllDueAtOnceAtFullSpeed()
    {
        final SendTimes times = new SendTimes(10, 400, 0);
        times.begin(MS_NS);

        assertThat(times.dueNs(10, 5_000 * MS_NS)).isEqualTo(MS_NS);
    }
}
