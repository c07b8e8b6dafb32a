package io.fragcast.protocol.block;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import org.agrona.concurrent.status.AtomicCounter;

/**
 * Heights that somebody led and of which nothing came, until the consumer is told of them by a GAP.
 */
final class MissedBlocks
{
    private final BlockDelivery delivery;
    private final AtomicCounter blocksMissed;
    private long count;
    private long countAtFloor;

    MissedBlocks(final BlockDelivery delivery, final Counters counters)
    {
        this.delivery = delivery;
        blocksMissed = counters.get(FragcastCounter.BLOCKS_MISSED);
    }

    void add(final long blocks)
    {
        count += blocks;
    }

    /** The run is moved ahead: {@link #backToFloor} returns to what is missed now. */
    void onFloor()
    {
        countAtFloor = count;
    }

    void backToFloor()
    {
        count = countAtFloor;
    }

    /** The run goes back below all of them. */
    void forget()
    {
        count = 0;
        countAtFloor = 0;
    }

    /**
     * Tells the consumer, if there is anything to tell.
     *
     * @param before attempt that is delivered next.
     * @return false if refused.
     */
    boolean offer(final BlockAssembler before)
    {
        if (0 == count)
        {
            return true;
        }
        if (!delivery.offer(Delivery.GAP, before, 0, 0, 0, 0, 0, (int)Math.min(count, Integer.MAX_VALUE)))
        {
            return false;
        }
        blocksMissed.getAndAddRelease(count);
        forget();

        return true;
    }
}
