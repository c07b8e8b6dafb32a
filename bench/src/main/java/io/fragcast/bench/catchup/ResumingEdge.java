package io.fragcast.bench.catchup;

import io.fragcast.BlockEvent;
import io.fragcast.edge.Edge;
import io.fragcast.edge.ListenerEdge;
import org.agrona.DirectBuffer;

/**
 * A consumer that has the first block, and counts what comes, and what does not come in order. Written by the edge's
 * thread, read by any.
 */
final class ResumingEdge implements Edge
{
    static final long LAST_BLOCK = 1;

    private final ListenerEdge listener = new ListenerEdge(this::onEvent);
    private volatile long verified;
    private volatile long gaps;
    private long next = LAST_BLOCK + 1;

    long verified()
    {
        return verified;
    }

    /** Blocks out of order: missed, or repeated. */
    long gaps()
    {
        return gaps;
    }

    @Override
    public boolean onEvent(final DirectBuffer buffer, final int offset, final int length)
    {
        return listener.onEvent(buffer, offset, length);
    }

    @Override
    public void flush()
    {
        listener.flush();
    }

    @Override
    public long lastBlock(final long chainId)
    {
        return LAST_BLOCK;
    }

    @Override
    public String name()
    {
        return "resuming";
    }

    @Override
    public void close()
    {
        listener.close();
    }

    private void onEvent(final BlockEvent event)
    {
        if (BlockEvent.Kind.VERIFIED == event.kind())
        {
            gaps = gaps + (event.blockNumber() == next ? 0 : 1);
            next = event.blockNumber() + 1;
            verified = verified + 1;
        }
    }
}
