package io.fragcast.agent;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.block.BlockLaneReceiver;
import io.fragcast.transport.FrameSource;
import io.fragcast.wire.BlockLaneAdapter;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.status.AtomicCounter;

/**
 * Receives: polls the sources, and lets the receiver check, assemble and deliver. The hot agent of a replica, and of a
 * sequencer while others lead.
 */
public final class IngestAgent implements Agent
{
    /** Frames a source may hand over in a turn: at 6 us each all sources have theirs within some 100 us. */
    private static final int FRAME_LIMIT = 16;

    private final String name;
    private final NanoClock clock;
    private final FrameSource[] sources;
    private final BlockLaneAdapter adapter;
    private final BlockLaneReceiver receiver;
    private final Runnable journalWork;
    private final AtomicCounter connected;

    /**
     * An agent.
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
        this.name = name;
        this.clock = clock;
        this.sources = sources.clone();
        this.adapter = adapter;
        this.receiver = receiver;
        this.journalWork = journalWork;
        connected = counters.get(FragcastCounter.SOURCES_CONNECTED);
    }

    @Override
    public int doWork()
    {
        final long nowNs = clock.nanoTime();
        int workCount = receiver.doWork(nowNs);
        int connectedCount = 0;
        for (final FrameSource source : sources)
        {
            workCount += source.doWork(nowNs);
            workCount += source.poll(adapter, FRAME_LIMIT);
            connectedCount += source.isConnected() ? 1 : 0;
        }
        connected.setRelease(connectedCount);
        journalWork.run();

        return workCount;
    }

    @Override
    public String roleName()
    {
        return name + " ingest";
    }
}
