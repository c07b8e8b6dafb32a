package io.fragcast.agent;

import io.fragcast.counter.Counters;
import io.fragcast.protocol.sync.StreamSeeder;
import io.fragcast.transport.FrameLink;
import io.fragcast.wire.BulkAdapter;

/**
 * Serves the bulk lane beside repair, on the thread that has the memory and the archive, and only where repair leaves
 * it time.
 */
public final class BulkService
{
    private final ServedLinks links;
    private final StreamSeeder seeder;

    /**
     * A service.
     *
     * @param links    of the requesters, numbered as the seeder knows them; owned by the node.
     * @param seeder   that answers.
     * @param chainId  EIP-155 chain id.
     * @param counters of the node.
     */
    public BulkService(
        final FrameLink[] links, final StreamSeeder seeder, final long chainId, final Counters counters)
    {
        this.seeder = seeder;
        final BulkAdapter[] adapters = new BulkAdapter[links.length];
        for (int i = 0; i < links.length; i++)
        {
            adapters[i] = new BulkAdapter(i, seeder, chainId, counters);
        }
        this.links = new ServedLinks(links, adapters, seeder::onDisconnected);
    }

    /**
     * How far the node is itself.
     *
     * @param blockNumber height that it is to finish now.
     */
    void onOpenBlock(final long blockNumber)
    {
        seeder.onOpenBlock(blockNumber);
    }

    /**
     * Hears requests, and answers if nobody is repaired.
     *
     * @param isRepairing did repair answer anybody in this duty cycle?
     * @param nowNs       monotonic nanoseconds.
     * @return work done.
     */
    int doWork(final boolean isRepairing, final long nowNs)
    {
        final int workCount = links.poll(nowNs);

        return isRepairing ? workCount : workCount + seeder.doWork(nowNs);
    }
}
