package io.fragcast.agent;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.transport.FrameSink;
import io.fragcast.wire.FrameFanout;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.status.AtomicCounter;

/**
 * Relays: what its ingest accepts has gone to the sinks before it is assembled; here are the sinks' own duties, and the
 * frame that waits for one of them. The hot agent of a relay.
 */
public final class ForwardAgent implements Agent
{
    private final String name;
    private final NanoClock clock;
    private final IngestAgent ingest;
    private final FrameFanout fanout;
    private final AtomicCounter connected;

    /**
     * An agent.
     *
     * @param name     of the node.
     * @param clock    monotonic.
     * @param ingest   whose receiver forwards to the fan-out.
     * @param fanout   over the sinks, which the node owns.
     * @param counters of the node.
     */
    public ForwardAgent(
        final String name,
        final NanoClock clock,
        final IngestAgent ingest,
        final FrameFanout fanout,
        final Counters counters)
    {
        this.name = name;
        this.clock = clock;
        this.ingest = ingest;
        this.fanout = fanout;
        connected = counters.get(FragcastCounter.SINKS_CONNECTED);
    }

    @Override
    public int doWork()
    {
        final long nowNs = clock.nanoTime();
        int workCount = fanout.doWork();
        int connectedCount = 0;
        for (int i = 0, count = fanout.sinkCount(); i < count; i++)
        {
            final FrameSink sink = fanout.sink(i);
            workCount += sink.doWork(nowNs);
            connectedCount += sink.isConnected() ? 1 : 0;
        }
        connected.setRelease(connectedCount);

        return workCount + ingest.doWork();
    }

    @Override
    public String roleName()
    {
        return name + " forward";
    }
}
