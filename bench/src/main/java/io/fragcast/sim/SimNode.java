package io.fragcast.sim;

import io.fragcast.agent.BroadcastAgent;
import io.fragcast.agent.EdgeAgent;
import io.fragcast.agent.ForwardAgent;
import io.fragcast.agent.IngestAgent;
import io.fragcast.agent.JournalAgent;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.edge.ipc.PublishRing;
import io.fragcast.journal.DiskGuard;
import io.fragcast.journal.JournalRecovery;
import io.fragcast.journal.JournalRing;
import io.fragcast.node.JournalTap;
import io.fragcast.protocol.block.BlockConsumer;
import io.fragcast.protocol.block.BlockLaneReceiver;
import io.fragcast.protocol.block.EvidenceConsumer;
import io.fragcast.protocol.block.FragBroadcaster;
import io.fragcast.protocol.block.FrameForwarder;
import io.fragcast.protocol.block.LeaderMemory;
import io.fragcast.protocol.block.MerkleTransactionsRoot;
import io.fragcast.protocol.block.MessageSigner;
import io.fragcast.protocol.block.ReceiverPorts;
import io.fragcast.protocol.block.Verdict;
import io.fragcast.protocol.repair.RepairClient;
import io.fragcast.sim.checker.FrameView;
import io.fragcast.sim.checker.SimFailure;
import io.fragcast.transport.FrameSink;
import io.fragcast.transport.FrameSource;
import io.fragcast.wire.BlockEventProxy;
import io.fragcast.wire.BlockLaneAdapter;
import io.fragcast.wire.BlockLaneProxy;
import io.fragcast.wire.FrameFanout;
import io.fragcast.wire.PublishAdapter;
import io.fragcast.wire.PublishSource;
import org.agrona.BitUtil;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * One node: the agents of its role, as {@code SequencerNode}, {@code RelayNode} and {@code ReplicaNode} put them
 * together, over simulated paths, clock and disk. Its disk outlives its processes; all else starts anew.
 */
final class SimNode
{
    /**
     * What the node does now.
     */
    enum State
    {
        /** Its agents run. */
        UP,
        /** Its agents stand still; what comes waits. */
        PAUSED,
        /** There is no process. */
        DOWN
    }

    /** Between two duty cycles of a node that has nothing to do. */
    private static final long IDLE_NS = 4_000_000;
    /** Between two writes of the operating system: some 100 ms. */
    private static final int SYNC_DUTIES = 32;
    private static final double FIRST_SINK_IS_NEXT_LEADER = 0.3;

    private final SimContext ctx;
    private final Topology topology;
    private final int index;
    private final SimRandom random;
    private final SimClock clock;
    private final SimDisk disk;
    private final List<SimPath> incoming;
    private final List<SimPath> outgoing;
    private final List<SimLink.Pair> asked;
    private final List<SimLink.Pair> served;
    private final @Nullable MessageSigner signer;
    private final @Nullable SimBuilder builder;
    private final FrameView evidence = new FrameView();
    private final int edgePeriod;
    private final boolean isFirstSinkNextLeader;

    private State state = State.DOWN;
    private Agent[] agents = {};
    private @Nullable Agent journalAgent;
    private @Nullable Agent repairAgent;
    private @Nullable Agent edgeAgent;
    private @Nullable Counters counters;
    private long edgeRingLength;
    private long nextDutyNs = Long.MAX_VALUE;
    private long dutyCount;

    SimNode(
        final SimContext ctx,
        final Topology topology,
        final int index,
        final SimRandom random,
        final SimClock clock,
        final List<SimPath> incoming,
        final List<SimPath> outgoing,
        final List<SimLink.Pair> pairs,
        final @Nullable MessageSigner signer,
        final @Nullable SimBuilder builder)
    {
        this.ctx = ctx;
        this.topology = topology;
        this.index = index;
        this.random = random;
        this.clock = clock;
        this.incoming = incoming;
        this.outgoing = outgoing;
        asked = pairs.stream().filter((pair) -> pair.asking() == index).toList();
        served = pairs.stream().filter((pair) -> pair.holder() == index).toList();
        this.signer = signer;
        this.builder = builder;
        disk = new SimDisk(ctx.events(), random.forPart(1));
        edgePeriod = random.isHit(0.3) ? random.between(2, 20) : 1;
        isFirstSinkNextLeader = random.isHit(FIRST_SINK_IS_NEXT_LEADER);
    }

    int index()
    {
        return index;
    }

    State state()
    {
        return state;
    }

    SimClock clock()
    {
        return clock;
    }

    SimDisk disk()
    {
        return disk;
    }

    /** Starts a process over what is on the disk. */
    void start()
    {
        final Counters counters = Counters.inMemory();
        this.counters = counters;
        final SimJournal journal = new SimJournal(disk);
        final JournalRecovery recovery = JournalRecovery.read(journal);
        final JournalRing journalRing = new JournalRing(journalRingLength(), counters);
        journalAgent = new JournalAgent(
            new JournalRing[]{journalRing}, journal, new DiskGuard(disk::usableBytes, 1), clock, counters);
        final SimRepair repair = new SimRepair(
            ctx, "node " + index, clock, disk, random.forPart(2), asked, served, counters);
        repairAgent = repair.agent();
        edgeAgent = null;
        agents = topology.isLeader(index) ?
            broadcaster(counters, journalRing, repair, recovery) : receiver(counters, journalRing, repair);
        state = State.UP;
        ctx.deliveries().onNodeUp(index);
        wake();
    }

    /** Kills the process. */
    void stop()
    {
        state = State.DOWN;
        nextDutyNs = Long.MAX_VALUE;
        agents = new Agent[0];
        if (null != builder)
        {
            builder.onLeaderDown();
        }
    }

    void pause()
    {
        state = State.PAUSED;
        nextDutyNs = Long.MAX_VALUE;
    }

    void resume()
    {
        state = State.UP;
        wake();
    }

    /** Something has come, or there is room again. */
    void wake()
    {
        if (State.UP == state)
        {
            scheduleDuty(ctx.events().nowNs() + 1 + random.between(0L, ctx.options().cycleNs()));
        }
    }

    /** Everything that must hold of the node's own counters. */
    void checkCounters()
    {
        final Counters counters = this.counters;
        if (null == counters)
        {
            return;
        }
        checkWithin(counters, FragcastCounter.BODY_SLAB_USED, ctx.limits().slabBytes());
        checkWithin(
            counters,
            FragcastCounter.ATTEMPTS_LIVE,
            (long)BlockLaneReceiver.ATTEMPTS_PER_HEIGHT * ctx.limits().windowBlocks());
        checkWithin(counters, FragcastCounter.EARLY_PIECES_HELD, BlockLaneReceiver.MAX_EARLY_PIECES);
        checkWithin(counters, FragcastCounter.JOURNAL_RING_HIGH_WATER, journalRingLength());
        checkWithin(counters, FragcastCounter.EDGE_RING_HIGH_WATER, edgeRingLength);
        if (0 != counters.value(FragcastCounter.DUPLICATES_DELIVERED))
        {
            throw new SimFailure("node " + index + " counts duplicates delivered");
        }
    }

    private void checkWithin(final Counters counters, final FragcastCounter gauge, final long capacity)
    {
        final long value = counters.value(gauge);
        if (value < 0 || value > capacity)
        {
            throw new SimFailure("node " + index + " has " + gauge.label() + " " + value + " of " + capacity);
        }
    }

    private int journalRingLength()
    {
        final int shortest = BitUtil.findNextPositivePowerOfTwo(16 * ctx.options().mtu());

        return Math.max(ctx.options().journalRing(), shortest);
    }

    /**
     * Every frame that a node received has a verdict. A frame that waited for its header has two; one that came after
     * the last frag and before it was known to be that has two as well.
     */
    void checkVerdicts()
    {
        final Counters counters = this.counters;
        if (null == counters)
        {
            return;
        }
        final long received = counters.value(FragcastCounter.FRAMES_RECEIVED);
        long verdicts = counters.value(FragcastCounter.FRAMES_MALFORMED);
        for (final Verdict verdict : Verdict.values())
        {
            verdicts += counters.value(verdict.counter());
        }
        final long twice =
            counters.value(FragcastCounter.FRAMES_HELD) + counters.value(FragcastCounter.FRAMES_OUT_OF_STATE);
        if (verdicts < received || verdicts - twice > received)
        {
            throw new SimFailure(
                "node " + index + " received " + received + " frames and counts " + verdicts + " verdicts");
        }
    }

    private void scheduleDuty(final long timeNs)
    {
        if (timeNs < nextDutyNs)
        {
            nextDutyNs = timeNs;
            ctx.events().at(timeNs, this::duty);
        }
    }

    private void duty(final long nowNs)
    {
        if (State.UP != state || nowNs != nextDutyNs)
        {
            return;
        }

        nextDutyNs = Long.MAX_VALUE;
        dutyCount++;
        int workCount = 0;
        try
        {
            for (final Agent agent : agents)
            {
                workCount += agent.doWork();
            }
            final Agent edgeAgent = this.edgeAgent;
            if (null != edgeAgent && 0 == dutyCount % edgePeriod)
            {
                workCount += edgeAgent.doWork();
            }
            final Agent journalAgent = this.journalAgent;
            if (null != journalAgent && !disk.isStalled())
            {
                workCount += journalAgent.doWork();
                final Agent repairAgent = this.repairAgent;
                workCount += null == repairAgent ? 0 : repairAgent.doWork();
                if (0 == dutyCount % SYNC_DUTIES)
                {
                    disk.sync();
                }
            }
        }
        catch (final SimFailure ex)
        {
            throw ex;
        }
        catch (final Exception | AssertionError ex)
        {
            throw new SimFailure("node " + index + " threw " + ex, ex);
        }
        checkCounters();
        scheduleDuty(nowNs + (workCount > 0 ? Math.max(1, ctx.options().cycleNs()) : IDLE_NS));
    }

    private Agent[] broadcaster(
        final Counters counters,
        final JournalRing journalRing,
        final SimRepair repair,
        final JournalRecovery recovery)
    {
        final MessageSigner signer = this.signer;
        final SimBuilder builder = this.builder;
        if (null == signer || null == builder)
        {
            throw new IllegalStateException("leader " + index + " without key or builder");
        }

        final FrameSink[] sinks = sinks((path, buffer, length) ->
        {
            ctx.published().onFrame(buffer, SimFrameSink.CLAIM_OFFSET, length);
            ctx.observer().onFrame(buffer, SimFrameSink.CLAIM_OFFSET, length);
        });
        final FrameFanout fanout = fanout(sinks, isFirstSinkNextLeader && sinks.length > 1 ? 1 : 0, counters);
        final FragBroadcaster broadcaster = new FragBroadcaster(
            ctx.schedule(),
            signer,
            new BlockLaneProxy(
                fanout,
                new JournalTap(journalRing, clock.epochNanos(), repair.ownTap(clock.epochNanos())),
                ctx.maxFrameLength()),
            ctx.limits(),
            counters,
            new LeaderMemory(disk.mappedFile(), ctx.schedule().chainId())
                .stayAbove(recovery.highestIncarnation()));
        final PublishRing requests = new PublishRing(ctx.limits());
        builder.onLeaderUp(requests.publisher(builder));

        return new Agent[]{new BroadcastAgent(
            "node " + index,
            clock,
            clock.epochNanos(),
            new PublishSource[]{requests},
            new PublishAdapter(broadcaster, counters),
            broadcaster,
            fanout,
            hotWork(journalRing, repair),
            counters)};
    }

    private static Runnable hotWork(final JournalRing journalRing, final SimRepair repair)
    {
        return () ->
        {
            journalRing.doWork();
            repair.doHotWork();
        };
    }

    private Agent[] receiver(final Counters counters, final JournalRing journalRing, final SimRepair repair)
    {
        final FrameSink[] sinks = sinks((path, buffer, length) -> ctx.deliveries().onForwarded(
            index,
            path.to(),
            0 < counters.value(FragcastCounter.ATTEMPTS_EVICTED),
            buffer,
            SimFrameSink.CLAIM_OFFSET,
            length));
        final FrameFanout fanout = topology.isRelay(index) ? fanout(sinks, 0, counters) : null;
        final FrameForwarder forwarder =
            new JournalTap(journalRing, clock.epochNanos(), repair.tap(clock.epochNanos(), fanout));
        final BlockConsumer consumer = topology.isReplica(index) ? edge(counters) : (delivery) -> true;
        final BlockLaneReceiver receiver = new BlockLaneReceiver(
            ctx.schedule(),
            ctx.limits(),
            new ReceiverPorts(
                ctx.verifier(),
                forwarder,
                consumer,
                topology.isReplica(index) ? new MerkleTransactionsRoot() : null,
                evidence(),
                this::onSessionRejected),
            counters);
        if (SimDisk.NOTHING != disk.consumedBlock())
        {
            receiver.resumeAfter(disk.consumedBlock());
        }
        final FrameSource[] sources = new FrameSource[incoming.size()];
        for (int i = 0; i < sources.length; i++)
        {
            sources[i] = new SimFrameSource(incoming.get(i));
        }
        final BlockLaneAdapter adapter = new BlockLaneAdapter(receiver, clock, counters);
        final RepairClient client = repair.client(receiver);
        final IngestAgent ingest = new IngestAgent(
            "node " + index,
            clock,
            sources,
            adapter,
            receiver,
            client,
            repair.holders(),
            repair.answers(receiver, adapter, client),
            hotWork(journalRing, repair),
            counters);

        return new Agent[]{
            null == fanout ? ingest : new ForwardAgent("node " + index, clock, ingest, fanout, counters)};
    }

    /**
     * On a lossy lane the header may be lost and a thief's for the same frag stand in its place: the chunks that are
     * not of it are charged to their honest sender. Known; another session or repair serves meanwhile.
     */
    private void onSessionRejected(final int sessionId)
    {
        if (ctx.options().isReliable() || !SimChain.isKeyStolen(ctx.options()))
        {
            ctx.leaders().onSessionRejected(index, sessionId);
        }
    }

    private BlockConsumer edge(final Counters counters)
    {
        final OneToOneRingBuffer ring = BlockEventProxy.newRing(ctx.limits(), ctx.maxFrameLength());
        edgeRingLength = ring.capacity();
        edgeAgent = new EdgeAgent(ring, new CheckedEdge(ctx, index, random, disk));

        return new BlockEventProxy(ring, clock.epochNanos(), counters);
    }

    private EvidenceConsumer evidence()
    {
        return (first, firstOffset, firstLength, firstDigest, second, secondOffset, secondLength) ->
        {
            final int term = evidence.wrap(second, secondOffset, secondLength).attempt().term();
            ctx.log().on(EventLog.Kind.ACCUSE, index, "proof against term", term);
            ctx.leaders().onEquivocation(index, term);
            return true;
        };
    }

    private FrameSink[] sinks(final SimFrameSink.Tap tap)
    {
        final FrameSink[] sinks = new FrameSink[outgoing.size()];
        for (int i = 0; i < sinks.length; i++)
        {
            sinks[i] = new SimFrameSink(outgoing.get(i), ctx.maxFrameLength(), tap);
        }

        return sinks;
    }

    private FrameFanout fanout(final FrameSink[] sinks, final int nextLeaders, final Counters counters)
    {
        final long first = (1L << nextLeaders) - 1;

        return new FrameFanout(
            List.of(sinks),
            (blockNumber) -> first,
            ctx.options().slowSink(),
            ctx.maxFrameLength(),
            () -> {},
            counters);
    }
}
