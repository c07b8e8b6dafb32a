package io.fragcast.sim;

import io.fragcast.agent.BulkService;
import io.fragcast.agent.CatchUpAgent;
import io.fragcast.agent.CatchUpFeed;
import io.fragcast.agent.CatchUpRing;
import io.fragcast.agent.HolderRing;
import io.fragcast.agent.IngestAgent;
import io.fragcast.counter.Counters;
import io.fragcast.journal.JournalArchive;
import io.fragcast.journal.JournalRing;
import io.fragcast.node.JournalTap;
import io.fragcast.protocol.block.BlockLaneReceiver;
import io.fragcast.protocol.block.FrameLane;
import io.fragcast.protocol.repair.HeldFrames;
import io.fragcast.protocol.repair.HeldItems;
import io.fragcast.protocol.repair.RecentFrames;
import io.fragcast.protocol.sync.CatchUp;
import io.fragcast.protocol.sync.ChunkSender;
import io.fragcast.protocol.sync.SeederLimits;
import io.fragcast.protocol.sync.StreamSeeder;
import io.fragcast.transport.FrameLink;
import io.fragcast.transport.LinkPlace;
import io.fragcast.wire.BlockLaneAdapter;
import io.fragcast.wire.BulkAnswerAdapter;
import io.fragcast.wire.BulkProxy;
import io.fragcast.wire.ChunkProxy;
import io.fragcast.wire.FrameNames;
import io.fragcast.wire.ItemNames;
import org.agrona.concurrent.Agent;

import java.util.List;
import java.util.function.UnaryOperator;

/**
 * The bulk lane of one process, as {@code CatchUpLane} and {@code RepairLane} put it together: it serves whole heights,
 * and fetches them when the node is far behind, over links that it opens then.
 */
final class SimBulk
{
    /** As in production, of the slab: three eighths. */
    private static final int BUDGET_EIGHTHS = 3;

    private final List<SimLink.Pair> asked;
    private final List<SimLink.Pair> served;
    private final SimRandom random;
    private final UnaryOperator<ChunkSender> lie;
    private final HolderRing news = new HolderRing();

    /**
     * A lane.
     *
     * @param asked  pairs to those it fetches from.
     * @param served pairs to those who fetch from it.
     * @param random of the process.
     * @param lie    what becomes of its answers.
     */
    SimBulk(
        final List<SimLink.Pair> asked,
        final List<SimLink.Pair> served,
        final SimRandom random,
        final UnaryOperator<ChunkSender> lie)
    {
        this.asked = asked;
        this.served = served;
        this.random = random;
        this.lie = lie;
    }

    /** Hears what holders say that they have. */
    HolderRing news()
    {
        return news;
    }

    /** What answers those who fetch. */
    BulkService serve(
        final LeanNode.Network net, final RecentFrames memory, final JournalArchive archive, final Counters counters)
    {
        final long chainId = net.schedule().chainId();
        final FrameLink[] links =
            served.stream().map((pair) -> pair.holdingEnd(net.maxFrameLength())).toArray(FrameLink[]::new);
        final HeldFrames held = new HeldFrames(memory, archive);
        final StreamSeeder seeder = new StreamSeeder(
            chainId,
            links.length,
            new HeldItems[]{held, held, null, null},
            new ItemNames()::tryName,
            lie.apply(new ChunkProxy(links, chainId, net.maxFrameLength())),
            SeederLimits.DEFAULT,
            random.forPart(1)::nextLong,
            counters);

        return new BulkService(links, seeder, chainId, counters);
    }

    /** What fetches for a receiver. */
    Agent fetch(
        final LeanNode.Network net,
        final int index,
        final SimClock clock,
        final BlockLaneReceiver receiver,
        final BlockLaneAdapter adapter,
        final IngestAgent ingest,
        final JournalRing[] rings,
        final Counters counters)
    {
        final long chainId = net.schedule().chainId();
        final LinkPlace[] holders = LinkPlace.array(asked.size());
        final CatchUpRing ring = new CatchUpRing();
        final CatchUp catchUp = new CatchUp(
            chainId,
            new BulkProxy(holders, chainId),
            ring,
            new FrameNames()::tryName,
            net.limits().windowBlocks(),
            net.limits().maxFragsPerBlock(),
            (long)net.limits().slabBytes() / 8 * BUDGET_EIGHTHS,
            random.forPart(2)::nextLong,
            counters);
        final BulkAnswerAdapter[] answers = new BulkAnswerAdapter[holders.length];
        for (int i = 0; i < answers.length; i++)
        {
            answers[i] = new BulkAnswerAdapter(i, catchUp, null, clock, chainId, counters);
        }

        final boolean isServing = !served.isEmpty();
        final JournalTap kept = new JournalTap(rings, clock.epochNanos(), null);
        kept.lane((isServing ? FrameLane.REPAIR : FrameLane.BULK).offset());
        final CatchUpFeed feed = new CatchUpFeed(ring, receiver, adapter);
        receiver.caughtUpBy(feed, kept);
        if (isServing)
        {
            receiver.checkEveryFrame();
        }
        ingest.caughtUpBy(feed);

        return new CatchUpAgent(
            "node " + index,
            clock,
            ring,
            news,
            holders,
            answers,
            catchUp,
            null,
            (isWanted) -> dial(holders, isWanted, net.maxFrameLength()),
            () -> 0);
    }

    private void dial(final LinkPlace[] holders, final boolean isWanted, final int maxFrameLength)
    {
        for (int i = 0; i < holders.length; i++)
        {
            if (isWanted)
            {
                holders[i].take(asked.get(i).askingEnd(maxFrameLength));
            }
            else
            {
                holders[i].leave();
            }
        }
    }
}
