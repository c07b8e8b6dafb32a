package io.fragcast.node;

import io.fragcast.BlockEvent;
import io.fragcast.BlockListener;
import org.HdrHistogram.Histogram;

import java.util.ArrayList;
import java.util.List;

/**
 * Copies what a replica delivers. Written by its edge thread, read by the test's.
 */
final class DeliveryLog implements BlockListener
{
    /** One event, copied. */
    record Event(BlockEvent.Kind kind, long block, int seq, int reason, List<byte[]> txs)
    {
        @Override
        public String toString()
        {
            return kind + "@" + block + (BlockEvent.Kind.FRAG == kind ? "#" + seq : "") +
                (0 == reason ? "" : " reason " + reason);
        }
    }

    private final List<Event> events = new ArrayList<>();
    private Histogram latencyNs = new Histogram(3);

    @Override
    public synchronized void onBlockEvent(final BlockEvent event)
    {
        final List<byte[]> txs = new ArrayList<>();
        event.forEachTx((buffer, offset, length) ->
        {
            final byte[] tx = new byte[length];
            buffer.getBytes(offset, tx);
            txs.add(tx);
        });
        events.add(new Event(event.kind(), event.blockNumber(), event.seq(), event.reason(), txs));
        if (BlockEvent.Kind.FRAG == event.kind())
        {
            latencyNs.recordValue(Math.max(0, event.deliverTimeNs() - event.publishTimeNs()));
        }
    }

    synchronized List<Event> events()
    {
        return new ArrayList<>(events);
    }

    /** The events as words. */
    List<String> story()
    {
        return events().stream().map(Event::toString).toList();
    }

    synchronized long count(final BlockEvent.Kind kind)
    {
        return events.stream().filter((event) -> event.kind() == kind).count();
    }

    /** From signature to delivery, of the frags since the last call. */
    synchronized Histogram takeLatencyNs()
    {
        final Histogram taken = latencyNs;
        latencyNs = new Histogram(3);

        return taken;
    }
}
