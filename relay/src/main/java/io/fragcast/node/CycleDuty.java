package io.fragcast.node;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.journal.JournalRing;
import io.fragcast.protocol.leader.CurrentSchedule;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.transport.FrameSink;
import io.fragcast.transport.FrameSource;
import io.fragcast.watch.Presence;
import io.fragcast.wire.FrameFanout;
import org.agrona.concurrent.status.AtomicCounter;
import org.jspecify.annotations.Nullable;

import java.util.function.Consumer;

/**
 * What a node's hot agent does at the end of each duty cycle besides its work: the rings' due, a look for a new
 * schedule or other peers, and now and then a look at the links for those who watch. Allocates nothing.
 */
final class CycleDuty implements Runnable
{
    /** A cycle takes a microsecond or, backing off, a millisecond: the links are looked at every 64 ms at least. */
    private static final int LOOK_CYCLES = 64;

    private final CurrentSchedule schedule;
    private final Consumer<Schedule> scheduleTaker;
    private final JournalRing[] rings;
    private final HotPeers peers;
    private final Runnable chain;
    private final @Nullable FrameFanout fanout;
    private final Presence sourcePresence;
    private final Presence sinkPresence;
    private final AtomicCounter unsentHighWater;
    private Schedule taken;
    private int cycles;

    /**
     * A duty.
     *
     * @param first          schedule that the agent's machines were made with; another may hold by now.
     * @param schedule       of the node, replaced by any thread.
     * @param scheduleTaker  told now if another holds, and on this agent's thread when it is replaced.
     * @param rings          of the agent.
     * @param peers          that are looked at, and change now and then.
     * @param chain          brings what is told of the chain from outside.
     * @param fanout         over the sinks, or null.
     * @param sourcePresence shows the sources.
     * @param sinkPresence   shows the sinks.
     * @param counters       of the node.
     */
    CycleDuty(
        final Schedule first,
        final CurrentSchedule schedule,
        final Consumer<Schedule> scheduleTaker,
        final JournalRing[] rings,
        final HotPeers peers,
        final Runnable chain,
        final @Nullable FrameFanout fanout,
        final Presence sourcePresence,
        final Presence sinkPresence,
        final Counters counters)
    {
        this.schedule = schedule;
        this.scheduleTaker = scheduleTaker;
        taken = first;
        this.rings = rings.clone();
        this.peers = peers;
        this.chain = chain;
        this.fanout = fanout;
        this.sourcePresence = sourcePresence;
        this.sinkPresence = sinkPresence;
        unsentHighWater = counters.get(FragcastCounter.SINK_UNSENT_HIGH_WATER);
        takeSchedule();
    }

    @Override
    public void run()
    {
        for (final JournalRing ring : rings)
        {
            ring.doWork();
        }
        peers.doWork();
        chain.run();
        takeSchedule();
        if (++cycles >= LOOK_CYCLES)
        {
            cycles = 0;
            look();
        }
    }

    private void takeSchedule()
    {
        final Schedule current = schedule.current();
        if (current != taken)
        {
            taken = current;
            scheduleTaker.accept(current);
        }
    }

    private void look()
    {
        final FrameSource[] sources = peers.sources();
        final FrameSink[] sinks = peers.sinks();
        for (int i = 0; i < sources.length; i++)
        {
            sourcePresence.onPeer(i, sources[i].isConnected());
            sourcePresence.onHeard(i, sources[i].heardNs());
        }
        for (int i = 0; i < sinks.length; i++)
        {
            final FrameSink sink = sinks[i];
            sinkPresence.onPeer(i, sink.isConnected());
            unsentHighWater.proposeMaxRelease(sink.unsentBytes());
            if (null != fanout)
            {
                sinkPresence.onSkipped(i, fanout.skipped(i));
            }
        }
    }
}
