package io.fragcast.sim;

import io.fragcast.agent.BroadcastAgent;
import io.fragcast.agent.BulkService;
import io.fragcast.agent.EdgeAgent;
import io.fragcast.agent.ForwardAgent;
import io.fragcast.agent.IngestAgent;
import io.fragcast.agent.JournalAgent;
import io.fragcast.agent.RepairAgent;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.edge.Edge;
import io.fragcast.edge.ipc.PublishRing;
import io.fragcast.journal.AcceptedFrames;
import io.fragcast.journal.DiskGuard;
import io.fragcast.journal.JournalArchive;
import io.fragcast.journal.JournalIndex;
import io.fragcast.journal.JournalKeeper;
import io.fragcast.journal.JournalRing;
import io.fragcast.journal.JournalSignals;
import io.fragcast.journal.Retention;
import io.fragcast.node.JournalTap;
import io.fragcast.protocol.block.BlockConsumer;
import io.fragcast.protocol.block.BlockLaneReceiver;
import io.fragcast.protocol.block.BlockLimits;
import io.fragcast.protocol.block.FragBroadcaster;
import io.fragcast.protocol.block.FrameForwarder;
import io.fragcast.protocol.block.LeaderMemory;
import io.fragcast.protocol.block.MerkleTransactionsRoot;
import io.fragcast.protocol.block.MessageSigner;
import io.fragcast.protocol.block.ReceiverPorts;
import io.fragcast.protocol.block.SignatureVerifier;
import io.fragcast.protocol.block.SlowSink;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.protocol.peer.PeerRole;
import io.fragcast.protocol.repair.AnswerLimits;
import io.fragcast.protocol.repair.RecentFrames;
import io.fragcast.protocol.repair.RepairClient;
import io.fragcast.protocol.repair.RepairServer;
import io.fragcast.sim.checker.SimFailure;
import io.fragcast.transport.FrameLink;
import io.fragcast.transport.FrameSink;
import io.fragcast.transport.FrameSource;
import io.fragcast.wire.AnswerProxy;
import io.fragcast.wire.BlockEventProxy;
import io.fragcast.wire.BlockLaneAdapter;
import io.fragcast.wire.BlockLaneProxy;
import io.fragcast.wire.FrameFanout;
import io.fragcast.wire.PublishAdapter;
import io.fragcast.wire.PublishSource;
import io.fragcast.wire.RepairAnswerAdapter;
import io.fragcast.wire.RepairProxy;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * One process of a node in a world where nobody but its checkers looks on and nobody forges: the production agents over
 * some paths in and out, a journal that is cut into files, the repair lane and the control lane to both sides, and,
 * where there is one, the bulk lane. Nothing watches it, for what watches remembers. Its journal outlives it.
 */
final class LeanNode
{
    /**
     * What the nodes share.
     *
     * @param events   of the run.
     * @param schedule of the chain.
     * @param limits   of the network.
     * @param verifier of all nodes.
     */
    record Network(EventQueue events, Schedule schedule, BlockLimits limits, SignatureVerifier verifier)
    {
        int maxFrameLength()
        {
            return schedule.mtu() - 32;
        }
    }

    /**
     * Ways to and from others.
     *
     * @param incoming of the block lane.
     * @param outgoing of the block lane.
     * @param asked    pairs of the repair lane to those it asks.
     * @param served   pairs of the repair lane to those who ask it.
     * @param dialled  pairs of the control lane to those it asks, in the same order.
     * @param dialling pairs of the control lane to those who ask it.
     */
    record Ways(
        List<SimPath> incoming,
        List<SimPath> outgoing,
        List<SimLink.Pair> asked,
        List<SimLink.Pair> served,
        List<SimLink.Pair> dialled,
        List<SimLink.Pair> dialling)
    {
    }

    private static final int RING_LENGTH = 256 << 10;
    private static final int ARCHIVE_CAPACITY = 1 << 10;

    private final Network net;
    private final int index;
    private final SimClock clock;
    private final Counters counters = Counters.inMemory();
    private final Ways ways;
    private final @Nullable SimBulk bulk;
    private final FrameSink[] sinks;
    private final JournalRing journalRing = new JournalRing(RING_LENGTH, counters);
    private final JournalRing repairRing;
    private final JournalSignals signals;
    private final FrameLink[] holders;
    private final List<Agent> agents = new ArrayList<>();
    private final SimRandom random;
    private final long endedBlock;
    private @Nullable BlockLaneReceiver receiver;
    private @Nullable SimTalk talk;

    /**
     * A process.
     *
     * @param net       of the run.
     * @param index     of the node.
     * @param random    of the process.
     * @param rolls     its journal.
     * @param retention of the journal.
     * @param ways      to and from others.
     * @param bulk      lane of the process; null: it has none.
     */
    LeanNode(
        final Network net,
        final int index,
        final SimRandom random,
        final SimRolls rolls,
        final Retention retention,
        final Ways ways,
        final @Nullable SimBulk bulk)
    {
        this.net = net;
        this.index = index;
        this.ways = ways;
        this.bulk = bulk;
        this.random = random;
        clock = new SimClock(net.events, 0, 0);
        sinks = ways.outgoing.stream()
            .map((path) -> new SimFrameSink(path, net.maxFrameLength(), null)).toArray(FrameSink[]::new);
        repairRing = new JournalRing(RING_LENGTH, counters.get(FragcastCounter.REPAIR_MEMORY_LOST));
        signals = new JournalSignals(journalRing, net.schedule.chainId(), clock.epochNanos());
        holders = ways.asked.stream()
            .map((pair) -> pair.askingEnd(net.maxFrameLength())).toArray(FrameLink[]::new);
        journalRing.onStarted(net.schedule.chainId(), clock.epochNanos().nanoTime());
        final JournalIndex journalIndex = JournalIndex.open(rolls, rolls);
        endedBlock = journalIndex.endedBlock(net.schedule.chainId());
        agents.add(new JournalAgent(
            new JournalRing[]{journalRing},
            rolls,
            new JournalKeeper(
                rolls, journalIndex, retention, signals::finalBlock, clock.epochNanos(), counters),
            new DiskGuard(() -> Long.MAX_VALUE, 1),
            clock,
            counters));
        agents.add(serve(rolls));
    }

    /** It leads. */
    PublishRing publish(final MessageSigner signer)
    {
        final FrameFanout fanout = fanout();
        final FragBroadcaster broadcaster = new FragBroadcaster(
            net.schedule,
            signer,
            new BlockLaneProxy(fanout, told(PeerRole.SEQUENCER, tap(null)), net.maxFrameLength()),
            net.limits,
            counters,
            new LeaderMemory(new UnsafeBuffer(new byte[LeaderMemory.LENGTH]), net.schedule.chainId()));
        broadcaster.signals(signals);
        final PublishRing requests = new PublishRing(net.limits, () -> {});
        agents.add(new BroadcastAgent(
            "node " + index,
            clock,
            clock.epochNanos(),
            new PublishSource[]{requests},
            new PublishAdapter(broadcaster, counters),
            broadcaster,
            fanout,
            this::doHotWork,
            counters));

        return requests;
    }

    /**
     * It follows, and passes on where there is a way out, or delivers to an edge.
     *
     * @param edge takes deliveries; null: nobody does.
     */
    void receive(final @Nullable Edge edge)
    {
        final FrameFanout fanout = 0 == sinks.length ? null : fanout();
        final JournalTap tap = tap(fanout);
        final BlockConsumer consumer = null == edge ? (delivery) -> true : deliverTo(edge);
        final BlockLaneReceiver made = new BlockLaneReceiver(
            net.schedule,
            net.limits,
            new ReceiverPorts(
                net.verifier,
                told(null == fanout ? PeerRole.REPLICA : PeerRole.RELAY, tap),
                consumer,
                null == edge ? null : new MerkleTransactionsRoot(),
                (first, firstOffset, firstLength, digest, second, secondOffset, secondLength) ->
                {
                    throw new SimFailure("the leader is honest");
                },
                (sessionId) ->
                {
                    if (null == bulk)
                    {
                        throw new SimFailure("node " + index + " rejects session " + sessionId);
                    }
                }),
            counters);
        receiver = made;
        made.lanes(tap::lane);
        made.signals(signals);
        final long last = null == edge ? endedBlock : edge.lastBlock(net.schedule.chainId());
        if (last >= 0)
        {
            made.resumeAfter(last);
        }
        final BlockLaneAdapter adapter = new BlockLaneAdapter(made, clock, counters);
        final IngestAgent ingest = ingest(made, adapter);
        if (null != bulk)
        {
            agents.add(bulk.fetch(
                net, index, clock, made, adapter, ingest, new JournalRing[]{journalRing, repairRing}, counters));
        }
        agents.add(null == fanout ? ingest : new ForwardAgent("node " + index, clock, ingest, fanout, counters));
    }

    void onFinalized(final long blockNumber, final byte[] hash)
    {
        if (null != receiver)
        {
            receiver.onFinalized(blockNumber, hash);
        }
    }

    void doWork()
    {
        try
        {
            for (int i = 0; i < agents.size(); i++)
            {
                agents.get(i).doWork();
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
    }

    Counters counters()
    {
        return counters;
    }

    /** Height to be finished now; 0 before any is known. */
    long cursor()
    {
        final BlockLaneReceiver following = receiver;

        return null == following || !following.progress().isPlaced() ? 0 : following.progress().cursor();
    }

    private Agent serve(final SimRolls rolls)
    {
        final long chainId = net.schedule.chainId();
        final FrameLink[] links =
            ways.served.stream().map((pair) -> pair.holdingEnd(net.maxFrameLength())).toArray(FrameLink[]::new);
        final RecentFrames memory = new RecentFrames(RecentFrames.MIN_LENGTH, counters);
        final JournalArchive archive =
            new JournalArchive(rolls.reader(), rolls.reader(), ARCHIVE_CAPACITY, counters);
        archive.follow(rolls);
        final BulkService service = null == bulk ? null : bulk.serve(net, memory, archive, counters);

        return new RepairAgent(
            "node " + index,
            clock,
            new AcceptedFrames[]{new AcceptedFrames(repairRing, memory)},
            archive,
            links,
            new RepairServer(
                chainId,
                links.length,
                memory,
                archive,
                new AnswerProxy(links, chainId, net.maxFrameLength()),
                AnswerLimits.DEFAULT,
                random.forPart(1)::nextLong,
                counters),
            () -> null == receiver ? RepairServer.NONE_OPEN : receiver.progress().openBlock(),
            service,
            () -> 0,
            counters);
    }

    private IngestAgent ingest(final BlockLaneReceiver made, final BlockLaneAdapter adapter)
    {
        final long chainId = net.schedule.chainId();
        final RepairClient client = new RepairClient(
            made, new RepairProxy(holders, chainId), RepairClient.DEFAULT_PATIENCE_NS, counters);
        made.repairedBy(client, (latencyNs) -> {});
        if (null != talk)
        {
            talk.hint(client);
        }
        final RepairAnswerAdapter[] answers = new RepairAnswerAdapter[holders.length];
        for (int i = 0; i < answers.length; i++)
        {
            answers[i] = new RepairAnswerAdapter(i, made, adapter, client, clock, chainId, counters);
        }

        return new IngestAgent(
            "node " + index,
            clock,
            ways.incoming.stream().map(SimFrameSource::new).toArray(FrameSource[]::new),
            adapter,
            made,
            client,
            holders,
            answers,
            this::doHotWork,
            counters);
    }

    private BlockConsumer deliverTo(final Edge edge)
    {
        final OneToOneRingBuffer ring = BlockEventProxy.newRing(net.limits, net.maxFrameLength());
        agents.add(new EdgeAgent(ring, edge));

        return new BlockEventProxy(ring, clock.epochNanos(), counters);
    }

    private JournalTap tap(final @Nullable FrameFanout fanout)
    {
        return new JournalTap(new JournalRing[]{journalRing, repairRing}, clock.epochNanos(), fanout);
    }

    /** Peers are told what is accepted, too. */
    private FrameForwarder told(final PeerRole role, final FrameForwarder next)
    {
        final SimTalk made = new SimTalk(
            net,
            index,
            role,
            ways.dialled,
            ways.dialling,
            next,
            null == bulk ? null : bulk.news(),
            random.forPart(2),
            clock,
            counters);
        talk = made;
        agents.add(made.agent());

        return made.accepted();
    }

    private FrameFanout fanout()
    {
        return new FrameFanout(
            List.of(sinks), (blockNumber) -> 0, SlowSink.SKIP, net.maxFrameLength(), () -> {}, counters);
    }

    private void doHotWork()
    {
        journalRing.doWork();
        repairRing.doWork();
        if (null != talk)
        {
            talk.doHotWork();
        }
    }
}
