package io.fragcast.node;

import io.fragcast.transport.ParkingIdleStrategy;
import io.fragcast.transport.WakingIdleStrategy;
import io.fragcast.transport.aeron.DriverConfig;
import io.fragcast.transport.aeron.DriverThreading;
import io.fragcast.transport.aeron.SocketIdleStrategy;
import org.agrona.CloseHelper;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.IdleStrategy;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * How the threads of a host idle. Where they give way and one of them runs the driver ({@code threads.mode = shared},
 * {@code threads.idle = backoff}), they wake each other, and the kernel wakes the driver's:
 * <pre>
 *   datagram ─▶ driver ◀─▶ hot ◀─▶ blocking (journal, edge)
 *                 ▲         ▲ ▲        ▲
 *                 └──▶ cold ◀┴─┼────────┘
 *                              builders of this process
 * </pre>
 * Else each idles as {@link ThreadPlan} says, for itself: with one thread there is nobody to wake, and a driver of
 * another process wakes nobody here. Made, linked and closed by the host.
 */
final class HostIdle implements AutoCloseable
{
    /** Below this the kernel's slack of 50 us is most of it. */
    private static final long FIRST_HOT_WAIT_NS = TimeUnit.MICROSECONDS.toNanos(31);
    /** Nothing that the others do is on a frame's way. */
    private static final long FIRST_WAIT_NS = TimeUnit.MILLISECONDS.toNanos(1);
    /** What wakes nobody: timers of some 40 ms and more, the keep-alives of clients. */
    private static final long LONGEST_WAIT_NS = TimeUnit.MILLISECONDS.toNanos(16);
    /** Nor does room in the window of an answer, a round trip away. */
    private static final long LONGEST_COLD_WAIT_NS = TimeUnit.MILLISECONDS.toNanos(8);

    private final ThreadPlan plan;
    private final @Nullable SocketIdleStrategy sockets;
    private final List<WakingIdleStrategy> hot = new ArrayList<>();
    private final List<WakingIdleStrategy> cold = new ArrayList<>();
    private final List<WakingIdleStrategy> blocking = new ArrayList<>();
    private volatile WakingIdleStrategy[] rungFromOutside = {};

    HostIdle(final ThreadPlan plan, final DriverConfig driver, final ErrorHandler errorHandler)
    {
        this.plan = plan;
        sockets = isWaking(plan, driver) ? new SocketIdleStrategy(LONGEST_WAIT_NS, errorHandler) : null;
    }

    /** The same driver, idling as this host does. */
    DriverConfig applyTo(final DriverConfig driver)
    {
        return null == sockets ? driver : driver.withSockets(sockets);
    }

    /**
     * Of a hot thread.
     *
     * @param isFed does anybody who rings nobody hand it what is to be done now? Asked on its thread.
     * @return the strategy.
     */
    IdleStrategy newHot(final BooleanSupplier isFed)
    {
        return null == sockets ? plan.newHotIdleStrategy() : newWaking(hot, FIRST_HOT_WAIT_NS, LONGEST_WAIT_NS, isFed);
    }

    /**
     * Of a cold thread.
     *
     * @param isFed true if a thread that rings nobody hands it what is to be done.
     * @return the strategy.
     */
    IdleStrategy newCold(final boolean isFed)
    {
        return null == sockets ? plan.newColdIdleStrategy() : newWaking(
            cold, FIRST_WAIT_NS, LONGEST_COLD_WAIT_NS, () -> isFed);
    }

    IdleStrategy newBlocking()
    {
        return null == sockets ? plan.newColdIdleStrategy() : newWaking(
            blocking, FIRST_WAIT_NS, LONGEST_WAIT_NS, () -> false);
    }

    /**
     * Tells each whom to ring. Once all are made, before their threads start.
     */
    void link()
    {
        if (null == sockets)
        {
            return;
        }
        rungFromOutside = hot.toArray(new WakingIdleStrategy[0]);
        sockets.rings(others(sockets, hot, cold));
        for (final WakingIdleStrategy strategy : hot)
        {
            strategy.rings(others(strategy, List.of(sockets), hot, cold, blocking));
        }
        for (final WakingIdleStrategy strategy : cold)
        {
            strategy.rings(others(strategy, List.of(sockets), hot, cold, blocking));
        }
        for (final WakingIdleStrategy strategy : blocking)
        {
            strategy.rings(others(strategy, hot, cold));
        }
    }

    /**
     * Ends the wait of the hot threads. By any thread, at any time; nothing before they are linked, and where each
     * idles for itself.
     */
    void ringHot()
    {
        for (final WakingIdleStrategy strategy : rungFromOutside)
        {
            strategy.ring();
        }
    }

    @Override
    public void close()
    {
        CloseHelper.close(sockets);
    }

    private static boolean isWaking(final ThreadPlan plan, final DriverConfig driver)
    {
        return DriverThreading.SHARED == plan.driverThreading() &&
            !plan.config().isSpinning() &&
            !driver.isExternal();
    }

    private static WakingIdleStrategy newWaking(
        final List<WakingIdleStrategy> kind,
        final long firstWaitNs,
        final long longestWaitNs,
        final BooleanSupplier isFed)
    {
        final WakingIdleStrategy strategy = new ParkingIdleStrategy(firstWaitNs, longestWaitNs, isFed);
        kind.add(strategy);

        return strategy;
    }

    @SafeVarargs
    private static WakingIdleStrategy[] others(
        final WakingIdleStrategy self, final List<? extends WakingIdleStrategy>... kinds)
    {
        final List<WakingIdleStrategy> others = new ArrayList<>();
        for (final List<? extends WakingIdleStrategy> kind : kinds)
        {
            others.addAll(kind);
        }
        others.remove(self);

        return others.toArray(new WakingIdleStrategy[0]);
    }
}
