package io.fragcast.agent;

import io.fragcast.edge.Edge;
import org.agrona.CloseHelper;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.ControlledMessageHandler;
import org.agrona.concurrent.ringbuffer.RingBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Moves events from the hot agent's ring buffer to the edges, each event to each edge in order. An event leaves the
 * ring when every edge took it; one that pushes back, or fails, holds up the rest, and is offered the event again.
 * <p>
 * Owns the edges: {@link #onClose} hands over what they still take, and closes them. The hot agent must have been
 * closed before.
 */
public final class EdgeAgent implements Agent
{
    /** A batch ends in a flush; this many small events are about 64 KiB. */
    private static final int BATCH_EVENTS = 256;

    private final RingBuffer events;
    private final Edge[] edges;
    private final ControlledMessageHandler handler = this::onEvent;
    private int nextEdge;
    private boolean isFlushDue;
    private @Nullable RuntimeException failure;

    /**
     * An agent over one ring.
     *
     * @param events that the hot agent writes.
     * @param edges  in the order that they are served; closed by this agent.
     */
    public EdgeAgent(final RingBuffer events, final Edge... edges)
    {
        this.events = events;
        this.edges = edges;
    }

    @Override
    public int doWork()
    {
        int work = events.controlledRead(handler, BATCH_EVENTS);
        if (null != failure)
        {
            final RuntimeException ex = failure;
            failure = null;
            throw ex;
        }
        if (isFlushDue)
        {
            for (final Edge edge : edges)
            {
                edge.flush();
            }
            isFlushDue = false;
        }
        for (final Edge edge : edges)
        {
            work += edge.doWork();
        }

        return work;
    }

    @Override
    public void onClose()
    {
        try
        {
            int work;
            do
            {
                work = doWork();
            }
            while (work > 0);
        }
        finally
        {
            CloseHelper.closeAll(edges);
        }
    }

    @Override
    public String roleName()
    {
        return "edge";
    }

    private ControlledMessageHandler.Action onEvent(
        final int messageTypeId, final MutableDirectBuffer buffer, final int offset, final int length)
    {
        try
        {
            while (nextEdge < edges.length)
            {
                if (!edges[nextEdge].onEvent(buffer, offset, length))
                {
                    return ControlledMessageHandler.Action.ABORT;
                }
                isFlushDue = true;
                nextEdge++;
            }
        }
        catch (final RuntimeException ex)
        {
            // Thrown from here the event would leave the ring.
            failure = ex;
            return ControlledMessageHandler.Action.ABORT;
        }
        nextEdge = 0;

        return ControlledMessageHandler.Action.COMMIT;
    }
}
