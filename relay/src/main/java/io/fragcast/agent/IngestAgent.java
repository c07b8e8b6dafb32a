package io.fragcast.agent;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.block.BlockLaneReceiver;
import io.fragcast.protocol.repair.RepairClient;
import io.fragcast.transport.FrameLink;
import io.fragcast.transport.FrameSource;
import io.fragcast.wire.BlockLaneAdapter;
import io.fragcast.wire.RepairAnswerAdapter;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.status.AtomicCounter;
import org.jspecify.annotations.Nullable;

/**
 * Receives: polls the sources, lets the receiver check, assemble and deliver, and has the holders asked for what was
 * lost. The hot agent of a replica, and of a sequencer while others lead.
 */
public final class IngestAgent implements Agent
{
    /** Frames a source may hand over in a turn: at 6 us each all sources have theirs within some 100 us. */
    private static final int FRAME_LIMIT = 16;

    private final String name;
    private final NanoClock clock;
    private FrameSource[] sources;
    private final BlockLaneAdapter adapter;
    private final BlockLaneReceiver receiver;
    private final @Nullable RepairClient repair;
    private final FrameLink[] holders;
    private final RepairAnswerAdapter[] answers;
    private final Runnable journalWork;
    private final AtomicCounter connected;
    private @Nullable CatchUpFeed feed;

    /**
     * An agent that nobody repairs for.
     *
     * @param name        of the node.
     * @param clock       monotonic.
     * @param sources     to poll; owned by the node.
     * @param adapter     that the frames go to.
     * @param receiver    behind the adapter.
     * @param journalWork what the journal's ring has to do in a duty cycle.
     * @param counters    of the node.
     */
    public IngestAgent(
        final String name,
        final NanoClock clock,
        final FrameSource[] sources,
        final BlockLaneAdapter adapter,
        final BlockLaneReceiver receiver,
        final Runnable journalWork,
        final Counters counters)
    {
        this(
            name,
            clock,
            sources,
            adapter,
            receiver,
            null,
            new FrameLink[0],
            new RepairAnswerAdapter[0],
            journalWork,
            counters);
    }

    /**
     * An agent.
     *
     * @param name        of the node.
     * @param clock       monotonic.
     * @param sources     to poll; owned by the node.
     * @param adapter     that the frames go to.
     * @param receiver    behind the adapter.
     * @param repair      asks the holders; null: nobody does.
     * @param holders     links to the holders; owned by the node.
     * @param answers     one for each holder.
     * @param journalWork what the journal's ring has to do in a duty cycle.
     * @param counters    of the node.
     */
    public IngestAgent(
        final String name,
        final NanoClock clock,
        final FrameSource[] sources,
        final BlockLaneAdapter adapter,
        final BlockLaneReceiver receiver,
        final @Nullable RepairClient repair,
        final FrameLink[] holders,
        final RepairAnswerAdapter[] answers,
        final Runnable journalWork,
        final Counters counters)
    {
        this.name = name;
        this.clock = clock;
        this.sources = sources.clone();
        this.adapter = adapter;
        this.receiver = receiver;
        this.repair = repair;
        this.holders = holders.clone();
        this.answers = answers.clone();
        this.journalWork = journalWork;
        connected = counters.get(FragcastCounter.SOURCES_CONNECTED);
    }

    /**
     * Whole heights are fetched when the node is far behind. Called before the first duty cycle.
     *
     * @param feed of what was fetched.
     */
    public void caughtUpBy(final CatchUpFeed feed)
    {
        this.feed = feed;
    }

    /**
     * Polls these sources from now on. By the agent's own thread, between two duty cycles.
     *
     * @param newSources to poll; owned by the node.
     */
    public void sources(final FrameSource[] newSources)
    {
        sources = newSources.clone();
    }

    @Override
    public int doWork()
    {
        final long nowNs = clock.nanoTime();
        int workCount = receiver.doWork(nowNs);
        int connectedCount = 0;
        long stalledNs = 0;
        for (final FrameSource source : sources)
        {
            workCount += source.doWork(nowNs);
            workCount += source.poll(adapter, FRAME_LIMIT);
            connectedCount += source.isConnected() ? 1 : 0;
            stalledNs = Math.max(stalledNs, source.stalledNs(nowNs));
        }
        connected.setRelease(connectedCount);
        if (null != repair)
        {
            workCount += repair(repair, stalledNs, nowNs);
        }
        if (null != feed)
        {
            workCount += feed.doWork(nowNs);
        }
        journalWork.run();

        return workCount;
    }

    /** Behind the sources: what came live need not be asked for. */
    private int repair(final RepairClient client, final long stalledNs, final long nowNs)
    {
        if (0 < stalledNs)
        {
            client.onStalled(stalledNs);
        }
        int workCount = 0;
        for (int i = 0; i < holders.length; i++)
        {
            workCount += holders[i].doWork(nowNs);
            workCount += holders[i].source().poll(answers[i], FRAME_LIMIT);
        }

        return workCount + client.doWork(nowNs);
    }

    @Override
    public String roleName()
    {
        return name + " ingest";
    }
}
