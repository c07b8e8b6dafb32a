package io.fragcast.agent;

import io.fragcast.counter.Counters;
import io.fragcast.protocol.block.FragBroadcaster;
import io.fragcast.wire.FrameFanout;
import io.fragcast.wire.PublishAdapter;
import io.fragcast.wire.PublishSource;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.NanoClock;

/**
 * Publishes: takes the builders' requests one by one, and sends what the broadcaster makes of them. The hot agent of a
 * sequencer.
 */
public final class BroadcastAgent implements Agent
{
    /** Small frags that follow each other share what a duty cycle costs. */
    private static final int REQUESTS_PER_CYCLE = 8;

    private final String name;
    private final NanoClock clock;
    private final EpochNanoClock epochClock;
    private final PublishSource[] requests;
    private final PublishAdapter adapter;
    private final FragBroadcaster broadcaster;
    private final FanoutDuty fanout;
    private final Runnable journalWork;
    private int nextSource;

    /**
     * An agent.
     *
     * @param name        of the node.
     * @param clock       monotonic.
     * @param epochClock  for what is signed.
     * @param requests    where requests come from, polled in turn; owned by the node.
     * @param adapter     that they go to.
     * @param broadcaster behind the adapter.
     * @param fanout      that the broadcaster sends to; its sinks are owned by the node.
     * @param journalWork what the journal's ring has to do in a duty cycle.
     * @param counters    of the node.
     */
    public BroadcastAgent(
        final String name,
        final NanoClock clock,
        final EpochNanoClock epochClock,
        final PublishSource[] requests,
        final PublishAdapter adapter,
        final FragBroadcaster broadcaster,
        final FrameFanout fanout,
        final Runnable journalWork,
        final Counters counters)
    {
        this.name = name;
        this.clock = clock;
        this.epochClock = epochClock;
        this.requests = requests.clone();
        this.adapter = adapter;
        this.broadcaster = broadcaster;
        this.fanout = new FanoutDuty(fanout, counters);
        this.journalWork = journalWork;
    }

    @Override
    public int doWork()
    {
        final long nowNs = clock.nanoTime();
        int workCount = fanout.doWork(nowNs);

        workCount += adapter.doWork();
        workCount += broadcast(nowNs);
        fanout.flush();
        journalWork.run();

        return workCount;
    }

    /** Goes on with what was taken, then with what one of the sources has, while that leaves at once. */
    private int broadcast(final long nowNs)
    {
        if (broadcaster.isIdle())
        {
            nextSource = nextSource + 1 < requests.length ? nextSource + 1 : 0;
        }
        int taken = 0;
        int frames = 0;
        boolean isTaken = true;
        while (isTaken && taken < REQUESTS_PER_CYCLE && frames < FragBroadcaster.FRAMES_PER_CYCLE)
        {
            isTaken = broadcaster.isIdle() && 0 < requests[nextSource].poll(adapter, 1);
            taken += isTaken ? 1 : 0;
            frames += broadcaster.doWork(nowNs, epochClock.nanoTime());
        }

        return taken + frames;
    }

    @Override
    public String roleName()
    {
        return name + " broadcast";
    }
}
