package io.fragcast.protocol.sync;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import org.junit.jupiter.api.Test;

import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every threshold at it and one past it, and a claim that flaps.
 */
class ModeSwitchTest
{
    private static final int WINDOW = 64;
    private static final int LEAVE = 8;

    private final Counters counters = Counters.inMemory();
    private final ModeSwitch modes = new ModeSwitch(WINDOW, counters.get(FragcastCounter.CATCH_UP_MODE));

    @Test
    void shouldStayLiveUpToAnEighthOfTheWindow()
    {
        modes.onBehind(1, LEAVE, true, false);
        assertThat(modes.mode()).isEqualTo(SyncMode.LIVE);
        modes.onBehind(1, LEAVE + 1, true, false);
        assertThat(modes.mode()).isEqualTo(SyncMode.OPEN_CATCH_UP);
    }

    @Test
    void shouldFetchWholeHeightsBeyondTheWindow()
    {
        modes.onBehind(1, WINDOW + 1, false, false);
        assertThat(modes.mode()).as("nobody has sealed what is open here").isEqualTo(SyncMode.LIVE);
        modes.onBehind(1, WINDOW, true, false);
        assertThat(modes.mode()).isEqualTo(SyncMode.OPEN_CATCH_UP);
        modes.onBehind(2, WINDOW + 1, true, false);
        assertThat(modes.mode()).isEqualTo(SyncMode.SEALED_CATCH_UP);
        assertThat(counters.value(FragcastCounter.CATCH_UP_MODE)).isEqualTo(SyncMode.SEALED_CATCH_UP.ordinal());
    }

    @Test
    void shouldGoBackToLiveInTwoSteps()
    {
        modes.onBehind(1, WINDOW + 1, true, false);
        modes.onBehind(2, LEAVE + 1, true, false);
        assertThat(modes.mode()).isEqualTo(SyncMode.SEALED_CATCH_UP);
        modes.onBehind(3, LEAVE, true, false);
        assertThat(modes.mode()).isEqualTo(SyncMode.OPEN_CATCH_UP);
        modes.onBehind(4, 2, true, false);
        assertThat(modes.mode()).isEqualTo(SyncMode.OPEN_CATCH_UP);
        modes.onBehind(5, 1, false, false);
        assertThat(modes.mode()).isEqualTo(SyncMode.LIVE);
    }

    @Test
    void shouldGoBackAtTheSameHeightOnTheLeadersWord()
    {
        modes.onBehind(1, WINDOW + 1, true, false);
        modes.onBehind(1, 0, false, false);
        modes.onBehind(1, 0, false, false);
        assertThat(modes.mode()).as("whoever claimed it is not believed any more").isEqualTo(SyncMode.LIVE);

        modes.onBehind(1, WINDOW + 1, true, false);
        assertThat(modes.mode()).isEqualTo(SyncMode.LIVE);
        modes.onBehind(1, WINDOW + 1, true, true);
        assertThat(modes.mode()).isEqualTo(SyncMode.SEALED_CATCH_UP);
    }

    @Test
    void shouldGoBehindAtMostOnceABlockHoweverClaimsFlap()
    {
        final Random random = new Random(22);
        for (long block = 1; block <= 200; block++)
        {
            int behindTimes = 0;
            for (int i = 0; i < 50; i++)
            {
                final SyncMode before = modes.mode();
                modes.onBehind(block, random.nextInt(3 * WINDOW), true, false);
                final SyncMode after = modes.mode();
                behindTimes += before != after &&
                    (SyncMode.LIVE == before || SyncMode.SEALED_CATCH_UP == after) ? 1 : 0;
            }
            assertThat(behindTimes).as("block " + block).isLessThanOrEqualTo(1);
        }
    }
}
