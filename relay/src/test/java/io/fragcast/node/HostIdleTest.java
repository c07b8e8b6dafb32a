package io.fragcast.node;

import io.fragcast.config.ThreadConfig;
import io.fragcast.transport.aeron.DriverConfig;
import io.fragcast.transport.aeron.DriverThreading;
import io.fragcast.transport.aeron.LinkBudget;
import org.agrona.LangUtil;
import org.agrona.concurrent.IdleStrategy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** Whether a thread waits shows in whether it asks if it is fed, for that bounds a wait. */
class HostIdleTest
{
    private final HostIdle idle = new HostIdle(
        new ThreadPlan(ThreadConfig.unpinned(ThreadConfig.Mode.SHARED, false)),
        DriverConfig.embedded("test-idle", DriverThreading.SHARED, LinkBudget.LAN),
        LangUtil::rethrowUnchecked);
    private int asked;
    private final IdleStrategy hot = idle.newHot(this::isFed);
    private final IdleStrategy other = idle.newHot(this::isFed);

    @AfterEach
    void close()
    {
        idle.close();
    }

    @Test
    void shouldWaitUnlessItIsRung()
    {
        idle.link();

        hot.idle(0);
        assertEquals(1, asked);

        idle.ringHot();
        hot.idle(0);
        other.idle(0);
        assertEquals(1, asked);

        hot.idle(0);
        other.idle(0);
        assertEquals(3, asked);
    }

    @Test
    void shouldRingNobodyBeforeAllAreThere()
    {
        idle.ringHot();

        hot.idle(0);

        assertEquals(1, asked);
    }

    @Test
    void shouldRingOthersAfterWork()
    {
        idle.link();

        other.idle(1);
        asked = 0;
        hot.idle(0);

        assertEquals(0, asked);
    }

    @Test
    void shouldRingNobodyWhereAThreadSpins()
    {
        try (HostIdle spinning = new HostIdle(
            new ThreadPlan(ThreadConfig.unpinned(ThreadConfig.Mode.SHARED, true)),
            DriverConfig.embedded("test-spin", DriverThreading.SHARED, LinkBudget.LAN),
            LangUtil::rethrowUnchecked))
        {
            final IdleStrategy strategy = spinning.newHot(this::isFed);
            spinning.link();

            spinning.ringHot();
            strategy.idle(0);

            assertEquals(0, asked);
        }
    }

    private boolean isFed()
    {
        asked++;

        return true;
    }
}
