package io.fragcast.sim;

import io.fragcast.BlockEvent;
import io.fragcast.edge.Edge;
import io.fragcast.wire.BlockEventView;
import org.agrona.DirectBuffer;

/** Hands what a node delivers to the checker, keeps how far its consumer is; pushes back now and then. */
final class CheckedEdge implements Edge
{
    private static final double PUSH_BACK_PROBABILITY = 0.05;

    private final SimContext ctx;
    private final int index;
    private final SimRandom random;
    private final SimDisk disk;
    private final BlockEventView event = new BlockEventView();

    CheckedEdge(final SimContext ctx, final int index, final SimRandom random, final SimDisk disk)
    {
        this.ctx = ctx;
        this.index = index;
        this.random = random;
        this.disk = disk;
    }

    @Override
    public boolean onEvent(final DirectBuffer buffer, final int offset, final int length)
    {
        if (random.isHit(PUSH_BACK_PROBABILITY))
        {
            return false;
        }
        ctx.log().onDelivered(index, buffer, offset, length);
        ctx.deliveries().onEvent(index, buffer, offset, length);
        ctx.eventLists().onTaken(index, buffer, offset, length);
        event.wrap(buffer, offset, length);
        if (BlockEvent.Kind.VERIFIED == event.kind() || BlockEvent.Kind.MISMATCHED == event.kind())
        {
            disk.onConsumed(event.blockNumber());
        }

        return true;
    }

    @Override
    public void flush()
    {
    }

    @Override
    public String name()
    {
        return "checker";
    }

    @Override
    public void close()
    {
    }
}
