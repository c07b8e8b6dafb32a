package io.fragcast.cli;

import io.fragcast.edge.Edge;
import io.fragcast.journal.EventReplay;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.NanoClock;

import java.io.PrintWriter;
import java.util.concurrent.TimeUnit;

/**
 * What {@code journal replay} does: hands the deliveries of a journal to an edge, as fast as it takes them, or in the
 * time that they took, or a part of it.
 */
final class JournalReplay implements EventReplay.Consumer
{
    /** As fast as the edge takes them. */
    static final double FULL_SPEED = 0;

    /** A broken disk would print for hours; the count goes on. */
    private static final int MAX_PRINTED = 100;

    private final Edge edge;
    private final double speed;
    private final NanoClock clock;
    private final PrintWriter err;
    private final IdleStrategy idle =
        new BackoffIdleStrategy(100, 10, TimeUnit.MICROSECONDS.toNanos(1), TimeUnit.MILLISECONDS.toNanos(1));
    private long lost;
    private boolean isStarted;
    private long startNs;
    private long firstTimeNs;

    JournalReplay(final Edge edge, final double speed, final NanoClock clock, final PrintWriter err)
    {
        this.edge = edge;
        this.speed = speed;
        this.clock = clock;
        this.err = err;
    }

    /** Deliveries that cannot be made again. */
    long lostCount()
    {
        return lost;
    }

    @Override
    public boolean onEvent(final DirectBuffer buffer, final int offset, final int length, final long deliverTimeNs)
    {
        awaitTurn(deliverTimeNs);
        idle.reset();
        while (!edge.onEvent(buffer, offset, length))
        {
            idle.idle(edge.doWork());
        }

        return true;
    }

    @Override
    public void onLost(final String what)
    {
        lost++;
        if (lost <= MAX_PRINTED)
        {
            err.println("journal: " + what);
        }
    }

    /** The first delivery is due at once, each other as long after it as it was, over the speed. */
    private void awaitTurn(final long deliverTimeNs)
    {
        if (FULL_SPEED == speed)
        {
            return;
        }
        if (!isStarted)
        {
            isStarted = true;
            startNs = clock.nanoTime();
            firstTimeNs = deliverTimeNs;
        }

        final long dueNs = startNs + (long)((deliverTimeNs - firstTimeNs) / speed);
        if (dueNs - clock.nanoTime() > 0)
        {
            edge.flush();
        }
        idle.reset();
        while (dueNs - clock.nanoTime() > 0)
        {
            idle.idle(edge.doWork());
        }
    }
}
