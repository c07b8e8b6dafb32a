package io.fragcast.agent;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.transport.FrameSink;
import io.fragcast.wire.FrameFanout;
import org.agrona.concurrent.status.AtomicCounter;

/**
 * What the fan-out of a hot agent has to do in a duty cycle: what waits is sent on, each sink has its turn, and those
 * that are connected are counted. Used by the agent's thread.
 */
final class FanoutDuty
{
    private final FrameFanout fanout;
    private final AtomicCounter connected;

    FanoutDuty(final FrameFanout fanout, final Counters counters)
    {
        this.fanout = fanout;
        connected = counters.get(FragcastCounter.SINKS_CONNECTED);
    }

    int doWork(final long nowNs)
    {
        int workCount = fanout.doWork();
        int connectedCount = 0;
        for (int i = 0, count = fanout.sinkCount(); i < count; i++)
        {
            final FrameSink sink = fanout.sink(i);
            workCount += sink.doWork(nowNs);
            connectedCount += sink.isConnected() ? 1 : 0;
        }
        connected.setRelease(connectedCount);

        return workCount;
    }

    /** What this cycle sent leaves. */
    void flush()
    {
        fanout.flush();
    }
}
