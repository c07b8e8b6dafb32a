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
    void shouldLookAgainBeforeItWaitsAfterTraffic()
    {
        strategy.idle(UPKEEP + 1);

        idle(110);
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
    void shouldMeetTimersOfAMillisecondForAWhileAfterTraffic()
    {
        strategy.rings(beside);
        strategy.idle(UPKEEP + 1);
        idle(110 + 2 + 4);
        strategy.waitsUs.clear();

        idle(6);

        assertEquals(List.of(1_000L, 2_000L, 4_000L, LONGEST_US, LONGEST_US, LONGEST_US), strategy.waitsUs);
    }

    @Test
    void shouldHardlyLookAgainAfterUpkeep()
    {
        strategy.rings(beside);
        strategy.idle(UPKEEP);

        idle(4);
        assertEquals(List.of(), strategy.waitsUs);
        idle(6);

        assertEquals(List.of(250L, 500L, 1_000L, 2_000L, 4_000L, LONGEST_US), strategy.waitsUs);
    }

    @Test
    void shouldNotCutShortWhatTrafficIsWorthByUpkeep()
    {
        strategy.idle(UPKEEP + 1);
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
        final ParkingIdleStrategy parking = new ParkingIdleStrategy(1, TimeUnit.HOURS.toNanos(1));
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
        protected void wake()
        {
            wakes++;
        }
    }
}
