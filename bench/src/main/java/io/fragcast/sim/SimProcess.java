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
import io.fragcast.journal.JournalRing;
import io.fragcast.journal.JournalSignals;
import io.fragcast.node.JournalTap;
import io.fragcast.protocol.block.BlockConsumer;
import io.fragcast.protocol.block.BlockLaneReceiver;
import io.fragcast.protocol.block.BlockSignals;
import io.fragcast.protocol.block.EvidenceConsumer;
import io.fragcast.protocol.block.FragBroadcaster;
import io.fragcast.protocol.block.FrameForwarder;
import io.fragcast.protocol.block.LeaderMemory;
import io.fragcast.protocol.block.MerkleTransactionsRoot;
import io.fragcast.protocol.block.MessageSigner;
import io.fragcast.protocol.block.OwnSignatures;
import io.fragcast.protocol.block.ReceiverPorts;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.protocol.peer.PeerRole;
import io.fragcast.protocol.repair.RepairClient;
import io.fragcast.sim.checker.FrameView;
import io.fragcast.transport.FrameSink;
import io.fragcast.transport.FrameSource;
import io.fragcast.wire.BlockEventProxy;
import io.fragcast.wire.BlockLaneAdapter;
import io.fragcast.wire.BlockLaneProxy;
import io.fragcast.wire.FrameFanout;
import io.fragcast.wire.OwnFrames;
import io.fragcast.wire.PublishAdapter;
import io.fragcast.wire.PublishSource;
import io.fragcast.wire.SealedParents;
import org.agrona.BitUtil;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * One process of a node: the agents of its role, as {@code SequencerNode}, {@code RelayNode} and {@code ReplicaNode}
 * put them together, over simulated paths, clock and disk.
 */
final class SimProcess
{
    /** Between two writes of the operating system: some 100 ms. */
    private static final int SYNC_DUTIES = 32;

    private final SimContext ctx;
    private final Topology topology;
    private final SimSite site;
    private final int index;
    private final SimLife life;
    private final FrameView evidence = new FrameView();
    private final FrameView sent = new FrameView();
    private final Counters counters = Counters.inMemory();
    private final Agent[] agents;
    private final Agent journalAgent;
    private final Agent repairAgent;
    private @Nullable SimControl control;
    private Function<SimPath, FrameSink> toSink = (path) -> new SimFrameSink(path, 1, null);
    private @Nullable Agent edgeAgent;
    private @Nullable BlockLaneReceiver receiver;
    private long edgeRingLength;
    private long dutyCount;

    /**
     * Starts over what is on the disk.
     *
     * @param ctx      of the run.
     * @param topology of the run.
     * @param site     of the node.
     * @param life     of this process alone.
     */
    SimProcess(final SimContext ctx, final Topology topology, final SimSite site, final SimLife life)
    {
        this.ctx = ctx;
        this.topology = topology;
        this.site = site;
        this.life = life;
        index = site.index();
        final SimJournal journal = new SimJournal(site.disk());
        final JournalRing journalRing = new JournalRing(journalRingLength(), counters);
        journalRing.onStarted(ctx.schedule().chainId(), site.clock().epochNanos().nanoTime());
        final DiskGuard diskGuard = new DiskGuard(site.disk()::usableBytes, 1);
        journalAgent =
            new JournalAgent(new JournalRing[]{journalRing}, journal, diskGuard, site.clock(), counters);
        ctx.eventLists().onNodeUp(index, site.disk().recordCount());
        final SimRepair repair = new SimRepair(ctx, site, life, counters);
        repairAgent = repair.agent();
        agents = topology.isLeader(index) ? broadcaster(journalRing, repair) : receiver(journalRing, repair);
    }

    /** One duty cycle of all its agents; returns work done. */
    int doWork() throws Exception
    {
        dutyCount++;
        int workCount = 0;
        if (site.outgoing().stream().noneMatch(SimPath::isConnected))
        {
            ctx.takeovers().onUnheard(index, ctx.events().nowNs());
        }
        final SimTree tree = tree();
        if (null != tree)
        {
            tree.doHotWork();
        }
        for (final Agent agent : agents)
        {
            workCount += agent.doWork();
        }
        final Agent edgeAgent = this.edgeAgent;
        if (null != edgeAgent && 0 == dutyCount % site.edgePeriod())
        {
            workCount += edgeAgent.doWork();
        }
        final SimControl control = this.control;
        if (null != control)
        {
            workCount += control.agent().doWork();
        }
        if (!site.disk().isStalled())
        {
            workCount += journalAgent.doWork();
            workCount += repairAgent.doWork();
            if (0 == dutyCount % SYNC_DUTIES)
            {
                site.disk().sync();
            }
        }

        return workCount;
    }

    /** Between two duty cycles, and so between two frames. */
    void onFinalized(final long blockNumber, final byte[] hash)
    {
        if (null != receiver)
        {
            receiver.onFinalized(blockNumber, hash);
        }
    }

    /** Everything that must hold of the node's own counters. */
    void checkCounters()
    {
        new SimAccounts(index, counters).check(ctx.limits(), journalRingLength(), edgeRingLength);
    }

    /** Nothing that honest peers said was held against them. */
    void checkControl()
    {
        if (null != control)
        {
            control.check();
        }
    }

    /** Holds what the journal tells against what happened; the process is up and idle, or its node is down. */
    void checkEventList(final boolean isUp)
    {
        ctx.eventLists().check(
            index, new SimJournal(site.disk()), isUp, counters.value(FragcastCounter.JOURNAL_EVENTS_LOST));
    }

    private int journalRingLength()
    {
        final int shortest = BitUtil.findNextPositivePowerOfTwo(16 * ctx.options().mtu());

        return Math.max(ctx.options().journalRing(), shortest);
    }

    private Agent[] broadcaster(final JournalRing journalRing, final SimRepair repair)
    {
        final MessageSigner signer = site.signer();
        final SimBuilder builder = site.builder();
        final SimClock clock = site.clock();
        if (null == signer || null == builder)
        {
            throw new IllegalStateException("leader " + index + " without key or builder");
        }

        final FrameSink[] sinks = sinks((path, buffer, length) ->
        {
            ctx.published().onFrame(buffer, SimFrameSink.CLAIM_OFFSET, length);
            ctx.observer().onFrame(buffer, SimFrameSink.CLAIM_OFFSET, length);
            if (sent.wrap(buffer, SimFrameSink.CLAIM_OFFSET, length).isSigned())
            {
                ctx.takeovers().onSent(
                    index, sent.attempt().term(), sent.attempt().blockNumber(), ctx.events().nowNs());
            }
        });
        final FrameFanout fanout = fanout(sinks, site.isFirstSinkNextLeader() && sinks.length > 1 ? 1 : 0);
        final LeaderMemory memory = new LeaderMemory(site.disk().mappedFile(), ctx.schedule().chainId());
        final PublishRing requests = new PublishRing(ctx.limits(), () -> {});
        builder.onLeaderUp(requests.publisher(builder));
        final SimHead head = site.head();
        if (null != head)
        {
            return sequencer(
                journalRing, repair, new OwnSignatures(signer, ctx.verifier()), head, memory, fanout, requests);
        }
        final FragBroadcaster broadcaster = new FragBroadcaster(
            ctx.schedule(),
            signer,
            new BlockLaneProxy(
                fanout,
                told(PeerRole.SEQUENCER, journaled(new JournalTap(
                    journalRing, clock.epochNanos(), repair.ownTap(clock.epochNanos())))),
                ctx.maxFrameLength()),
            ctx.limits(),
            counters,
            memory);
        broadcaster.signals(signals(journalRing, clock.epochNanos()::nanoTime));

        return new Agent[]{agent(broadcaster, fanout, requests, hotWork(journalRing, repair))};
    }

    private BroadcastAgent agent(
        final FragBroadcaster broadcaster,
        final FrameFanout fanout,
        final PublishRing requests,
        final Runnable hotWork)
    {
        planned(fanout);

        return new BroadcastAgent(
            "node " + index,
            site.clock(),
            site.clock().epochNanos(),
            new PublishSource[]{requests},
            new PublishAdapter(broadcaster, counters),
            broadcaster,
            fanout,
            hotWork,
            counters);
    }

    /** A leader that follows the others, so that it knows what it builds on, and when to take over. */
    private Agent[] sequencer(
        final JournalRing journalRing,
        final SimRepair repair,
        final OwnSignatures signatures,
        final SimHead head,
        final LeaderMemory memory,
        final FrameFanout fanout,
        final PublishRing requests)
    {
        final EpochNanoClock epochClock = site.clock().epochNanos();
        final JournalTap journalTap = new JournalTap(journalRing, epochClock, repair.tap(epochClock, null));
        final FrameForwarder told = told(PeerRole.SEQUENCER, journaled(journalTap));
        final CheckedForwarder accepted =
            new CheckedForwarder(ctx.proofs(), index, counters, OwnFrames.without(told));
        final BlockLaneReceiver receiver = new BlockLaneReceiver(
            ctx.schedule(),
            ctx.limits(),
            new ReceiverPorts(
                signatures,
                accepted,
                new SealedParents(memory, head),
                null,
                evidence(),
                this::onSessionRejected),
            counters);
        receiver.signals(signals(journalRing, epochClock::nanoTime));
        final BlockLaneAdapter adapter = new BlockLaneAdapter(receiver, site.clock(), counters);
        final FragBroadcaster broadcaster = new FragBroadcaster(
            ctx.schedule(),
            signatures,
            new BlockLaneProxy(fanout, new OwnFrames(repair.own(told), adapter), ctx.maxFrameLength()),
            ctx.limits(),
            counters,
            memory);
        broadcaster.follow(receiver);
        if (null != control)
        {
            head.follow(receiver, control.schedule());
        }

        return new Agent[]{
            agent(broadcaster, fanout, requests, () -> {}),
            ingest(receiver, adapter, accepted, journalTap, journalRing, repair, broadcaster::onSchedule)};
    }

    private IngestAgent ingest(
        final BlockLaneReceiver receiver,
        final BlockLaneAdapter adapter,
        final CheckedForwarder forwarder,
        final JournalTap journalTap,
        final JournalRing journalRing,
        final SimRepair repair,
        final Consumer<Schedule> scheduleTaker)
    {
        receiver.lanes(journalTap::lane);
        final SimTree tree = tree();
        final FrameSource[] sources = null == tree ?
            site.incoming().stream().map(forwarder::source).toArray(FrameSource[]::new) :
            tree.sources(forwarder::source);
        final RepairClient client = repair.client(receiver);
        if (null != control)
        {
            control.hint(client);
            control.follow(receiver, scheduleTaker);
        }

        final IngestAgent ingest = new IngestAgent(
            "node " + index,
            site.clock(),
            sources,
            adapter,
            receiver,
            client,
            repair.holders(),
            repair.answers(receiver, adapter, client),
            hotWork(journalRing, repair),
            counters);
        if (null != tree)
        {
            tree.polledBy(ingest);
        }

        return ingest;
    }

    private @Nullable SimTree tree()
    {
        return null == control ? null : control.tree();
    }

    /** The tree may change whom it sends to. */
    private void planned(final FrameFanout fanout)
    {
        final SimTree tree = tree();
        if (null != tree)
        {
            tree.fedBy(fanout, toSink);
        }
    }

    private Runnable hotWork(final JournalRing journalRing, final SimRepair repair)
    {
        final SimControl control = this.control;

        return () ->
        {
            journalRing.doWork();
            repair.doHotWork();
            if (null != control)
            {
                control.doHotWork();
            }
        };
    }

    private Agent[] receiver(final JournalRing journalRing, final SimRepair repair)
    {
        final FrameSink[] sinks = sinks((path, buffer, length) -> ctx.deliveries().onForwarded(
            index,
            path.to(),
            0 < counters.value(FragcastCounter.ATTEMPTS_EVICTED),
            buffer,
            SimFrameSink.CLAIM_OFFSET,
            length));
        final FrameFanout fanout = topology.isRelay(index) ? fanout(sinks, 0) : null;
        final SimClock clock = site.clock();
        final SimDisk disk = site.disk();
        final JournalTap journalTap =
            new JournalTap(journalRing, clock.epochNanos(), repair.tap(clock.epochNanos(), fanout));
        final CheckedForwarder forwarder = new CheckedForwarder(
            ctx.proofs(),
            index,
            counters,
            told(null == fanout ? PeerRole.REPLICA : PeerRole.RELAY, journaled(journalTap)));
        final BlockEventProxy deliveries = topology.isReplica(index) ? edge() : null;
        final BlockConsumer consumer = null == deliveries ? (delivery) -> true : deliveries;
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
        this.receiver = receiver;
        receiver.signals(signals(
            journalRing, null == deliveries ? clock.epochNanos()::nanoTime : deliveries::deliverTimeNs));
        if (SimDisk.NOTHING != disk.consumedBlock())
        {
            receiver.resumeAfter(disk.consumedBlock());
        }
        final BlockLaneAdapter adapter = new BlockLaneAdapter(receiver, clock, counters);
        final IngestAgent ingest =
            ingest(receiver, adapter, forwarder, journalTap, journalRing, repair, (newer) -> {});

        if (null != fanout)
        {
            planned(fanout);
        }

        return new Agent[]{
            null == fanout ? ingest : new ForwardAgent("node " + index, clock, ingest, fanout, counters)};
    }

    private void onSessionRejected(final int sessionId)
    {
        ctx.leaders().onSessionRejected(index, sessionId);
    }

    /** Opens the control lane, where there is one: it tells the peers what is accepted. */
    private FrameForwarder told(final PeerRole role, final FrameForwarder next)
    {
        if (!ctx.options().isTalking())
        {
            return next;
        }
        final SimControl opened = new SimControl(ctx, site, life, role, next, counters);
        control = opened;

        return opened.accepted();
    }

    private BlockEventProxy edge()
    {
        final OneToOneRingBuffer ring = BlockEventProxy.newRing(ctx.limits(), ctx.maxFrameLength());
        edgeRingLength = ring.capacity();
        edgeAgent = new EdgeAgent(ring, new CheckedEdge(ctx, index, site.random(), site.disk()));

        return new BlockEventProxy(ring, site.clock().epochNanos(), counters);
    }

    private FrameForwarder journaled(final JournalTap tap)
    {
        return ctx.eventLists().journaled(
            index, () -> counters.value(FragcastCounter.JOURNAL_FRAMES_LOST), tap);
    }

    private BlockSignals signals(final JournalRing journalRing, final LongSupplier deliverTimeNs)
    {
        return ctx.eventLists().signals(index, new JournalSignals(
            journalRing, ctx.schedule().chainId(), site.clock().epochNanos(), deliverTimeNs));
    }

    private EvidenceConsumer evidence()
    {
        return (first, firstOffset, firstLength, firstDigest, second, secondOffset, secondLength) ->
        {
            final int term = evidence.wrap(second, secondOffset, secondLength).attempt().term();
            ctx.log().on(EventLog.Kind.ACCUSE, index, "proof against term", term);
            ctx.leaders().onEquivocation(index, term);
            ctx.proofs().onProof(
                index, first, firstOffset, firstLength, firstDigest, second, secondOffset, secondLength);
            if (null != control)
            {
                control.onEquivocation(first, firstOffset, firstLength, second, secondOffset, secondLength);
            }
            return true;
        };
    }

    private FrameSink[] sinks(final SimFrameSink.Tap tap)
    {
        toSink = (path) -> new SimFrameSink(path, ctx.maxFrameLength(), (to, buffer, length) ->
        {
            life.onBlock().onSent(to, buffer, length);
            tap.onSent(to, buffer, length);
        });

        return site.outgoing().stream().map(toSink).toArray(FrameSink[]::new);
    }

    private FrameFanout fanout(final FrameSink[] sinks, final int nextLeaders)
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
