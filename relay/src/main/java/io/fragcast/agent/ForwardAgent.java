package io.fragcast.agent;

import io.fragcast.counter.Counters;
import io.fragcast.wire.FrameFanout;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.NanoClock;

/**
 * Relays: what its ingest accepts has gone to the sinks before it is assembled; here are the sinks' own duties, and the
 * frame that waits for one of them. The hot agent of a relay.
 */
public final class ForwardAgent implements Agent
{
    private final String name;
    private final NanoClock clock;
    private final IngestAgent ingest;
    private final FanoutDuty fanout;

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
        this.fanout = new FanoutDuty(fanout, counters);
    }

    @Override
    public int doWork()
    {
        final int workCount = fanout.doWork(clock.nanoTime()) + ingest.doWork();
        fanout.flush();

        return workCount;
    }

    @Override
    public String roleName()
    {
        return name + " forward";
    }
}
