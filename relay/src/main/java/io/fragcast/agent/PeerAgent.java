package io.fragcast.agent;

import io.fragcast.counter.Counters;
import io.fragcast.protocol.peer.PeerSettings;
import io.fragcast.protocol.peer.PeerTable;
import io.fragcast.transport.FrameLink;
import io.fragcast.wire.ControlAdapter;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.NanoClock;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;

/**
 * Talks to the peers: polls the links of the control lane, tells the table what the node accepted, and lets it say what
 * is due. On a cold thread. Closed in good order it says Goodbye and waits a moment for it to leave.
 */
public final class PeerAgent implements Agent
{
    /** Frames a link may hand over in a turn: no peer's flood takes more than its share of a cycle. */
    private static final int FRAME_LIMIT = 8;
    /** A Goodbye leaves within a duty cycle of the driver, which backs off to a millisecond. */
    private static final long CLOSE_TIMEOUT_NS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long CLOSE_PAUSE_NS = TimeUnit.MICROSECONDS.toNanos(100);

    private final String name;
    private final NanoClock clock;
    private final EpochNanoClock epochClock;
    private final FrameLink[] links;
    private final ControlAdapter[] adapters;
    private final Counters counters;
    private final HoldingsRing[] holdings;
    private final StatementRing statements;
    private final MessageHandler statementHandler = this::onStatement;
    private final PeerTable table;
    private final IntSupplier transport;
    private final Runnable afterCommit;

    /**
     * An agent.
     *
     * @param name        of the node.
     * @param clock       monotonic.
     * @param epochClock  for stamps.
     * @param links       of the control lane, in the order of the table's sessions; owned by the node.
     * @param holdings    one for each hot agent that accepts or publishes.
     * @param statements  that this node makes itself, for all.
     * @param table       of the peers.
     * @param transport   run once a duty cycle: the transport's own work on this thread.
     * @param afterCommit what makes a committed frame leave when no other thread runs the driver any more.
     * @param counters    of the node.
     */
    public PeerAgent(
        final String name,
        final NanoClock clock,
        final EpochNanoClock epochClock,
        final FrameLink[] links,
        final HoldingsRing[] holdings,
        final StatementRing statements,
        final PeerTable table,
        final IntSupplier transport,
        final Runnable afterCommit,
        final Counters counters)
    {
        if (links.length != table.sessionCount())
        {
            throw new IllegalArgumentException(links.length + " links for " + table.sessionCount() + " peers");
        }
        this.name = name;
        this.clock = clock;
        this.epochClock = epochClock;
        this.links = links.clone();
        this.holdings = holdings.clone();
        this.statements = statements;
        this.table = table;
        this.transport = transport;
        this.afterCommit = afterCommit;
        this.counters = counters;
        adapters = new ControlAdapter[links.length];
        for (int i = 0; i < links.length; i++)
        {
            adapters[i] = new ControlAdapter(table.session(i), clock, epochClock, counters);
        }
    }

    /**
     * Gives a place to another peer, or to none. By the agent's own thread.
     *
     * @param index    of the place; its link is the node's to change, after this.
     * @param settings of the peer.
     */
    public void assign(final int index, final PeerSettings settings)
    {
        table.assign(index, settings, clock.nanoTime());
        adapters[index] = new ControlAdapter(table.session(index), clock, epochClock, counters);
    }

    @Override
    public int doWork()
    {
        final long nowNs = clock.nanoTime();
        int workCount = transport.getAsInt();
        for (int i = 0; i < links.length; i++)
        {
            workCount += links[i].doWork(nowNs);
            workCount += links[i].source().poll(adapters[i], FRAME_LIMIT);
        }
        for (final HoldingsRing ring : holdings)
        {
            workCount += ring.poll(table, nowNs);
        }
        workCount += statements.poll(statementHandler, FRAME_LIMIT);

        return workCount + table.doWork(clock.nanoTime(), epochClock.nanoTime());
    }

    @Override
    public void onClose()
    {
        final long deadlineNs = clock.nanoTime() + CLOSE_TIMEOUT_NS;
        table.shutdown(clock.nanoTime());
        while (!isDone() && clock.nanoTime() - deadlineNs < 0)
        {
            afterCommit.run();
            LockSupport.parkNanos(CLOSE_PAUSE_NS);
        }
    }

    @Override
    public String roleName()
    {
        return name + " peers";
    }

    private void onStatement(
        final int templateId, final MutableDirectBuffer buffer, final int offset, final int length)
    {
        table.statements().publish(buffer, offset, length, clock.nanoTime());
    }

    private boolean isDone()
    {
        boolean isDone = table.flushGoodbyes();
        for (final FrameLink link : links)
        {
            isDone &= !link.sink().isConnected() || link.sink().isDrained();
        }

        return isDone;
    }
}
