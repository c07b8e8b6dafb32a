package io.fragcast.edge;

import io.fragcast.BlockListener;
import io.fragcast.wire.BlockEventAdapter;
import org.agrona.DirectBuffer;

/**
 * Delivers to a {@link BlockListener} in this process, on the edge agent's thread.
 */
public final class ListenerEdge implements Edge
{
    private final BlockEventAdapter adapter;

    /**
     * An edge to one listener.
     *
     * @param listener takes the events.
     */
    public ListenerEdge(final BlockListener listener)
    {
        adapter = new BlockEventAdapter(listener);
    }

    @Override
    public boolean onEvent(final DirectBuffer buffer, final int offset, final int length)
    {
        adapter.onEvent(buffer, offset, length);

        return true;
    }

    @Override
    public void flush()
    {
        // Every event was handed over in onEvent.
    }

    @Override
    public String name()
    {
        return "listener";
    }

    @Override
    public void close()
    {
        // Nothing is held; the listener belongs to the caller.
    }
}
