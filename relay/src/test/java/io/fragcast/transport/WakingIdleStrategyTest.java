package io.fragcast.transport;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;

class WakingIdleStrategyTest
{
    private static final long LONGEST_US = 8_000;
    private static final int UPKEEP = 128;

    private final RecordingIdleStrategy strategy = new RecordingIdleStrategy(250);
    private final RecordingIdleStrategy beside = new RecordingIdleStrategy(250);

    @Test
    void shouldHardlyLookAgainAfterTrafficByItself()
    {
        strategy.rings(beside);
        strategy.idle(UPKEEP + 1);

        idle(8);
        assertEquals(List.of(), strategy.waitsUs);
        idle(6);

        assertEquals(List.of(250L, 500L, 1_000L, 2_000L, 4_000L, LONGEST_US), strategy.waitsUs);
    }

    @Test
    void shouldLookTwiceAsOftenWithEachTrafficOfABurst()
    {
        for (final int turns : new int[]{8, 16 + 1, 32 + 3, 64 + 6, 100 + 10, 100 + 10})
        {
            strategy.idle(UPKEEP + 1);
            idle(turns);
            assertEquals(List.of(), strategy.waitsUs);
        }

        idle(1);
        assertEquals(List.of(250L), strategy.waitsUs);
    }

    @Test
    void shouldTakeTrafficAfterAShortWaitForTheSameBurst()
    {
        strategy.rings(beside);
        strategy.idle(UPKEEP + 1);
        idle(8 + 3);
        assertEquals(List.of(250L, 500L, 1_000L), strategy.waitsUs);
        strategy.waitsUs.clear();

        strategy.idle(UPKEEP + 1);

        idle(16 + 1);
        assertEquals(List.of(), strategy.waitsUs);
    }

    @Test
    void shouldTakeTrafficAfterLongWaitsForTheFirstOfAnother()
    {
        strategy.rings(beside);
        burst();
        idle(110 + 2 + 5 + 1);
        assertEquals(
            List.of(250L, 500L, 1_000L, 1_000L, 1_000L, 1_000L, 1_000L, 2_000L), strategy.waitsUs);
        strategy.waitsUs.clear();

        strategy.idle(UPKEEP + 1);

        idle(8);
        assertEquals(List.of(), strategy.waitsUs);
        idle(1);
        assertEquals(List.of(250L), strategy.waitsUs);
    }

    @Test
    void shouldNotWaitLongBeforeItsHostHasStarted()
    {
        idle(8);

        assertEquals(
            List.of(250L, 500L, 1_000L, 1_000L, 1_000L, 1_000L, 1_000L, 1_000L), strategy.waitsUs);
    }

    @Test
    void shouldMeetTimersOfAMillisecondForAWhileAfterABurst()
    {
        strategy.rings(beside);
        burst();
        idle(110 + 2 + 4);
        strategy.waitsUs.clear();

        idle(6);

        assertEquals(List.of(1_000L, 2_000L, 4_000L, LONGEST_US, LONGEST_US, LONGEST_US), strategy.waitsUs);
    }

    @Test
    void shouldTakeAnyTrafficForABurstWhileItIsFed()
    {
        strategy.rings(beside);
        idle(6);
        strategy.waitsUs.clear();
        strategy.isFed = true;

        strategy.idle(UPKEEP + 1);

        idle(110);
        assertEquals(List.of(), strategy.waitsUs);
        idle(1);
        assertEquals(List.of(250L), strategy.waitsUs);
    }

    @Test
    void shouldWaitNoLongerThanAMillisecondWhileItIsFed()
    {
        strategy.rings(beside);
        idle(6);
        assertEquals(LONGEST_US, strategy.waitsUs.get(5));
        strategy.waitsUs.clear();

        strategy.isFed = true;
        idle(2);
        strategy.isFed = false;
        idle(1);

        assertEquals(List.of(1_000L, 1_000L, LONGEST_US), strategy.waitsUs);
    }

    @Test
    void shouldWaitOnAfterUpkeep()
    {
        strategy.rings(beside);
        idle(2);
        strategy.idle(UPKEEP);
        idle(4);

        assertEquals(List.of(250L, 500L, 1_000L, 2_000L, 4_000L, LONGEST_US), strategy.waitsUs);
    }

    @Test
    void shouldNotCutShortWhatTrafficIsWorthByUpkeep()
    {
        burst();
        idle(10);
        strategy.idle(UPKEEP);

        idle(100);

        assertEquals(List.of(), strategy.waitsUs);
    }

    @Test
    void shouldLookOnceMoreInsteadOfWaitingIfItWasRung()
    {
        strategy.ring();

        idle(1);
        assertEquals(List.of(), strategy.waitsUs);
        idle(1);
        assertEquals(1, strategy.waitsUs.size());
    }

    @Test
    void shouldRingOthersAfterTrafficAlone()
    {
        strategy.rings(beside);

        strategy.idle(UPKEEP);
        beside.idle(0);
        assertEquals(1, beside.waitsUs.size());

        strategy.idle(UPKEEP + 1);
        beside.idle(0);
        assertEquals(1, beside.waitsUs.size());
    }

    @Test
    void shouldWakeOnlyWhoWaitsAndOnce()
    {
        strategy.ring();
        assertEquals(0, strategy.wakes);

        idle(1);
        strategy.whileWaiting = () ->
        {
            strategy.ring();
            strategy.ring();
        };
        idle(1);

        assertEquals(1, strategy.wakes);
    }

    @Test
    @Timeout(30)
    void shouldWakeAParkedThread() throws InterruptedException
    {
        final ParkingIdleStrategy parking = new ParkingIdleStrategy(1, TimeUnit.HOURS.toNanos(1), () -> false);
        parking.rings(beside);
        final CountDownLatch isOver = new CountDownLatch(1);
        final Thread thread = new Thread(() ->
        {
            // Each wait twice the one before: the last ten would take more than an hour together.
            for (int i = 0; i < 50; i++)
            {
                parking.idle();
            }
            isOver.countDown();
        });
        thread.setDaemon(true);
        thread.start();

        do
        {
            parking.ring();
        }
        while (!isOver.await(1, TimeUnit.MILLISECONDS));
    }

    private void burst()
    {
        for (int i = 0; i < 5; i++)
        {
            strategy.idle(UPKEEP + 1);
        }
    }

    private void idle(final int turns)
    {
        for (int i = 0; i < turns; i++)
        {
            strategy.idle(0);
        }
    }

    private static final class RecordingIdleStrategy extends WakingIdleStrategy
    {
        private final List<Long> waitsUs = new ArrayList<>();
        private Runnable whileWaiting = () -> {};
        private boolean isFed;
        private int wakes;

        RecordingIdleStrategy(final long firstWaitUs)
        {
            super(TimeUnit.MICROSECONDS.toNanos(firstWaitUs), TimeUnit.MICROSECONDS.toNanos(LONGEST_US), UPKEEP);
        }

        @Override
        public String alias()
        {
            return "recording";
        }

        @Override
        protected void await(final long timeoutNs)
        {
            waitsUs.add(TimeUnit.NANOSECONDS.toMicros(timeoutNs));
            whileWaiting.run();
        }

        @Override
        protected boolean isFed()
        {
            return isFed;
        }

        @Override
        protected void wake()
        {
            wakes++;
        }
    }
}
