package io.fragcast.protocol.peer;

import org.junit.jupiter.api.Test;

import java.util.Random;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goal: offset and bound from four stamps. Method: two clocks and a path whose delays the test decides; the true offset
 * is known, so that estimate and bound are held against it.
 */
class ClockSyncTest
{
    private static final long EPOCH_NS = 1_700_000_000_000_000_000L;
    private static final long SKEW_NS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long US = 1_000;

    private final ClockSync clock = new ClockSync();
    private long nowNs = 77;
    private long skewNs = SKEW_NS;

    @Test
    void shouldEstimateAnInjectedSkewWithinAFifthOfAMillisecond()
    {
        for (int i = 0; i < 8; i++)
        {
            exchange(40 * US, 40 * US);
        }

        assertThat(clock.offsetNs()).isBetween(SKEW_NS - 2 * US, SKEW_NS + 2 * US);
        assertThat(clock.errorBoundNs(nowNs)).isLessThan(200 * US);
        assertThat(clock.rttNs()).isEqualTo(80 * US);
    }

    /** Queues on one way alone shift single samples by half their length, up to 5 ms here; the others cut that away. */
    @Test
    void shouldEstimateTheSkewThroughAsymmetricJitter()
    {
        final Random random = new Random(4670);
        for (int i = 0; i < 40; i++)
        {
            final long queueNs = random.nextInt(4) == 0 ? 0 : random.nextInt(10_000) * US;
            exchange(40 * US + queueNs, 40 * US + random.nextInt(50) * US);
            assertIsCovered(SKEW_NS);
        }

        assertThat(clock.offsetNs()).isBetween(SKEW_NS - 200 * US, SKEW_NS + 200 * US);
    }

    /** What no stamp can show: a way that is always longer moves the estimate by half the difference, no further. */
    @Test
    void shouldCoverALastingAsymmetryByTheBound()
    {
        for (int i = 0; i < 40; i++)
        {
            exchange(1_000 * US, 100 * US);
        }

        assertThat(clock.offsetNs() - SKEW_NS).isBetween(445 * US, 455 * US);
        assertIsCovered(SKEW_NS);
        assertThat(clock.errorBoundNs(nowNs)).isLessThan(560 * US);
    }

    @Test
    void shouldCoverADriftOfFiftyPartsPerMillion()
    {
        final Random random = new Random(1);
        for (int i = 0; i < 300; i++)
        {
            skewNs = SKEW_NS + (nowNs - 77) / 20_000;
            exchange(40 * US + random.nextInt(100) * US, 40 * US + random.nextInt(100) * US);
            assertIsCovered(SKEW_NS + (nowNs - 77) / 20_000);
        }
        assertThat(clock.stepCount()).isZero();
    }

    @Test
    void shouldFollowAClockThatWasSet()
    {
        for (int i = 0; i < 20; i++)
        {
            exchange(40 * US, 40 * US);
        }
        skewNs = -TimeUnit.SECONDS.toNanos(3);
        exchange(40 * US, 40 * US);

        assertThat(clock.stepCount()).isEqualTo(1);
        assertIsCovered(skewNs);
    }

    @Test
    void shouldIgnoreAnswersWithoutStampsRepeatedOrToNoQuestion()
    {
        final long askedNs = ask();
        assertThat(answer(askedNs + 1, askedNs, 10, 20, askedNs + 100)).isFalse();
        assertThat(answer(askedNs, askedNs, 10, 0, askedNs + 100)).isFalse();
        assertThat(answer(askedNs, askedNs, 0, 20, askedNs + 100)).isFalse();
        assertThat(clock.isSynchronised()).isFalse();
        assertThat(clock.errorBoundNs(nowNs)).isEqualTo(Long.MAX_VALUE);

        assertThat(answer(askedNs, askedNs, 10, 20, askedNs + 100)).isTrue();
        assertThat(answer(askedNs, askedNs, 10, 20, askedNs + 100)).isFalse();

        final long nextNs = ask();
        assertThat(answer(askedNs, askedNs, 10, 20, askedNs + 100)).isFalse();
        assertThat(answer(nextNs, nextNs, 10, 500, nextNs + 100)).as("answered before it arrived").isFalse();
    }

    @Test
    void shouldIgnoreQuestionsWithoutStampOrRepeated()
    {
        assertThat(clock.onQuestion(0)).isFalse();
        assertThat(clock.onQuestion(-5)).isFalse();
        assertThat(clock.onQuestion(9)).isTrue();
        assertThat(clock.onQuestion(9)).isFalse();
        assertThat(clock.onQuestion(10)).isTrue();
    }

    @Test
    void shouldSurviveHostileStamps()
    {
        final long[] hostile = {1, Long.MAX_VALUE, Long.MAX_VALUE / 2, EPOCH_NS};
        for (final long t2 : hostile)
        {
            for (final long t3 : hostile)
            {
                final long askedNs = ask();
                answer(askedNs, askedNs, t2, t3, askedNs + 100);
                nowNs += TimeUnit.SECONDS.toNanos(1);
                assertThat(clock.rttNs()).isBetween(0L, TimeUnit.SECONDS.toNanos(10));
            }
        }
        skewNs = SKEW_NS;
        exchange(40 * US, 40 * US);
        assertIsCovered(SKEW_NS);
    }

    @Test
    void shouldAskFasterAtTheStart()
    {
        assertThat(clock.isDue(nowNs)).isTrue();
        int questions = 0;
        final long startNs = nowNs;
        while (nowNs - startNs < TimeUnit.SECONDS.toNanos(10))
        {
            if (clock.isDue(nowNs))
            {
                questions++;
                exchange(40 * US, 40 * US);
            }
            nowNs += TimeUnit.MILLISECONDS.toNanos(1);
        }
        assertThat(questions).isBetween(8 + 9, 8 + 11);
    }

    @Test
    void shouldNeverStampTwiceTheSame()
    {
        assertThat(clock.nextTransmitNs(100)).isEqualTo(100);
        assertThat(clock.nextTransmitNs(100)).isEqualTo(101);
        assertThat(clock.nextTransmitNs(50)).isEqualTo(102);
    }

    private void exchange(final long forthNs, final long backNs)
    {
        final long t1 = ask();
        nowNs += forthNs;
        final long t2 = EPOCH_NS + nowNs + skewNs;
        nowNs += 10 * US;
        final long t3 = EPOCH_NS + nowNs + skewNs;
        nowNs += backNs;
        assertThat(answer(t1, t1, t2, t3, EPOCH_NS + nowNs)).isTrue();
        nowNs += TimeUnit.MILLISECONDS.toNanos(50);
    }

    private long ask()
    {
        final long askedNs = clock.nextTransmitNs(EPOCH_NS + nowNs);
        clock.onAsked(askedNs, nowNs);

        return askedNs;
    }

    private boolean answer(final long originate, final long t1, final long t2, final long t3, final long t4)
    {
        return clock.onAnswer(originate, t1, t2, t3, t4, nowNs);
    }

    private void assertIsCovered(final long trueNs)
    {
        assertThat(Math.abs(clock.offsetNs() - trueNs)).isLessThanOrEqualTo(clock.errorBoundNs(nowNs));
    }
}
