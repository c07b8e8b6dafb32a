package io.fragcast.edge;

import io.fragcast.wire.BlockEventView;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Hands each event on once, and ends what a restart cut off: between a source that tells of several lives of a node,
 * one after the other, and an edge. Owns the edge.
 */
public final class OnceEdge implements Edge
{
    private final Edge edge;
    private final DeliveryCursor cursor = new DeliveryCursor();
    private final BlockEventView event = new BlockEventView();
    private final UnsafeBuffer superseded = new UnsafeBuffer(new byte[DeliveryCursor.SUPERSEDED_LENGTH]);

    /**
     * Before an edge.
     *
     * @param edge to hand on to; closed with this one.
     */
    public OnceEdge(final Edge edge)
    {
        this.edge = edge;
    }

    @Override
    public boolean onEvent(final DirectBuffer buffer, final int offset, final int length)
    {
        event.wrap(buffer, offset, length);
        if (cursor.isPast(event))
        {
            return true;
        }
        if (cursor.isLeftOpenBy(event))
        {
            cursor.encodeSuperseded(superseded, event.deliverTimeNs());
            if (!edge.onEvent(superseded, 0, superseded.capacity()))
            {
                return false;
            }
            cursor.onTaken(event.wrap(superseded, 0, superseded.capacity()));
            event.wrap(buffer, offset, length);
        }
        if (!edge.onEvent(buffer, offset, length))
        {
            return false;
        }
        cursor.onTaken(event);

        return true;
    }

    @Override
    public void flush()
    {
        edge.flush();
    }

    @Override
    public int doWork()
    {
        return edge.doWork();
    }

    @Override
    public String name()
    {
        return edge.name();
    }

    @Override
    public void close()
    {
        edge.close();
    }
}
