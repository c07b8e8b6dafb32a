package io.fragcast.sim;

import io.fragcast.agent.RepairAgent;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.journal.AcceptedFrames;
import io.fragcast.journal.JournalArchive;
import io.fragcast.journal.JournalRing;
import io.fragcast.node.JournalTap;
import io.fragcast.protocol.block.BlockLaneReceiver;
import io.fragcast.protocol.block.FrameForwarder;
import io.fragcast.protocol.block.RunProgress;
import io.fragcast.protocol.repair.AnswerLimits;
import io.fragcast.protocol.repair.RecentFrames;
import io.fragcast.protocol.repair.RepairClient;
import io.fragcast.protocol.repair.RepairServer;
import io.fragcast.transport.FrameLink;
import io.fragcast.wire.AnswerProxy;
import io.fragcast.wire.BlockLaneAdapter;
import io.fragcast.wire.RepairAnswerAdapter;
import io.fragcast.wire.RepairProxy;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.EpochNanoClock;
import org.jspecify.annotations.Nullable;


/**
 * The repair lane of one process of a node: what it serves to those that ask it, and what it asks of its holders.
 */
final class SimRepair
{
    /** Holds what a node accepts between two duties of its repair agent: what both rings lose nobody can serve. */
    private static final int RING_LENGTH = 256 << 10;
    /** Large blocks are so many times as large. */
    private static final int LARGE_FACTOR = 8;
    /** What a datagram of 1,408 bytes holds, the shortest that a node allows: a Want of all holes fits. */
    private static final int MIN_FRAME_LENGTH = 1_376;
    /** More heights than a run has. */
    private static final int ARCHIVE_CAPACITY = 64;

    private final SimContext ctx;
    private final SimClock clock;
    private final Counters counters;
    private final JournalRing ring;
    private final FrameLink[] holders;
    private final RepairAgent agent;
    private @Nullable RunProgress progress;

    /**
     * The repair lane of a process that starts.
     *
     * @param ctx      of the run.
     * @param site     of the node.
     * @param life     of the process.
     * @param counters of the process.
     */
    SimRepair(final SimContext ctx, final SimSite site, final SimLife life, final Counters counters)
    {
        this.ctx = ctx;
        this.counters = counters;
        clock = site.clock();
        final int maxFrameLength = Math.max(ctx.maxFrameLength(), MIN_FRAME_LENGTH);
        final int factor = ctx.options().isLargeBlocks() ? LARGE_FACTOR : 1;
        ring = new JournalRing(factor * RING_LENGTH, counters.get(FragcastCounter.REPAIR_MEMORY_LOST));
        holders = site.asked().stream()
            .map((pair) -> pair.askingEnd(maxFrameLength, life.onOther())).toArray(FrameLink[]::new);

        final FrameLink[] links = site.served().stream()
            .map((pair) -> pair.holdingEnd(maxFrameLength, life.onOther())).toArray(FrameLink[]::new);
        final long chainId = ctx.schedule().chainId();
        final RecentFrames memory = new RecentFrames(factor * RecentFrames.MIN_LENGTH, counters);
        final JournalArchive archive = new JournalArchive(
            new SimJournalReader(site.disk()), new SimJournalReader(site.disk()), ARCHIVE_CAPACITY, counters);
        agent = new RepairAgent(
            "node " + site.index(),
            clock,
            new AcceptedFrames[]{new AcceptedFrames(ring, memory)},
            archive,
            links,
            new RepairServer(
                chainId,
                links.length,
                memory,
                archive,
                new AnswerProxy(links, chainId, maxFrameLength),
                AnswerLimits.DEFAULT,
                life.random().forPart(2)::nextLong,
                counters),
            () -> null == progress ? RepairServer.NONE_OPEN : progress.openBlock(),
            () -> 0,
            counters);
    }

    /** Copies what the node accepts for those that ask. */
    FrameForwarder tap(final EpochNanoClock epochClock, final @Nullable FrameForwarder sinks)
    {
        return new JournalTap(ring, epochClock, sinks);
    }

    /** The same of a leader's own frames: also those that no sink takes may be asked for. */
    FrameForwarder ownTap(final EpochNanoClock epochClock)
    {
        return tap(epochClock, own(null));
    }

    /** Shows a leader's own frames as what is true. */
    FrameForwarder own(final @Nullable FrameForwarder next)
    {
        return new FrameForwarder()
        {
            @Override
            public void onAccepted(
                final DirectBuffer buffer, final int offset, final int length, final int sessionId)
            {
                ctx.published().onFrame(buffer, offset, length);
                if (null != next)
                {
                    next.onAccepted(buffer, offset, length, sessionId);
                }
            }

            @Override
            public boolean isReady()
            {
                return null == next || next.isReady();
            }
        };
    }

    /** Has to be called in each duty cycle of the hot agent. */
    void doHotWork()
    {
        ring.doWork();
    }

    RepairAgent agent()
    {
        return agent;
    }

    FrameLink[] holders()
    {
        return holders;
    }

    /** Asks the holders for what a receiver lacks. */
    RepairClient client(final BlockLaneReceiver receiver)
    {
        final RepairClient client = new RepairClient(
            receiver,
            new RepairProxy(holders, ctx.schedule().chainId()),
            RepairClient.DEFAULT_PATIENCE_NS,
            counters);
        progress = receiver.progress();
        receiver.repairedBy(client, (latencyNs) ->
        {
        });

        return client;
    }

    RepairAnswerAdapter[] answers(
        final BlockLaneReceiver receiver, final BlockLaneAdapter adapter, final RepairClient client)
    {
        final RepairAnswerAdapter[] answers = new RepairAnswerAdapter[holders.length];
        for (int i = 0; i < answers.length; i++)
        {
            answers[i] = new RepairAnswerAdapter(
                i, receiver, adapter, client, clock, ctx.schedule().chainId(), counters);
        }

        return answers;
    }
}
