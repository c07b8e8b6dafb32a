package io.fragcast.sim;

import io.fragcast.agent.BroadcastAgent;
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
import io.fragcast.protocol.block.LeaderMemory;
import io.fragcast.protocol.block.MerkleTransactionsRoot;
import io.fragcast.protocol.block.MessageSigner;
import io.fragcast.protocol.block.ReceiverPorts;
import io.fragcast.protocol.block.SignatureVerifier;
import io.fragcast.protocol.block.SlowSink;
import io.fragcast.protocol.leader.Schedule;
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
 * A node of {@link SimEndurance}: the production agents over one path in and one out, a journal that drops what is old,
 * and the repair lane to both sides. Nothing watches it, for what watches remembers.
 */
final class EnduringNode
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
    }

    private static final int RING_LENGTH = 256 << 10;
    private static final int ARCHIVE_CAPACITY = 1 << 10;
    /** Behind the newest; what repair may be asked for is kept at any rate. */
    private static final int KEPT_BLOCKS = 256;

    private final Network net;
    private final int index;
    private final SimClock clock;
    private final Counters counters = Counters.inMemory();
    private final @Nullable SimPath incoming;
    private final FrameSink[] sinks;
    private final SimRolls rolls = new SimRolls();
    private final JournalRing journalRing = new JournalRing(RING_LENGTH, counters);
    private final JournalRing repairRing;
    private final JournalSignals signals;
    private final FrameLink[] holders;
    private final List<Agent> agents = new ArrayList<>();
    private @Nullable BlockLaneReceiver receiver;

    EnduringNode(
        final Network net,
        final int index,
        final SimRandom random,
        final @Nullable SimPath incoming,
        final @Nullable SimPath outgoing,
        final SimLink.@Nullable Pair asked,
        final SimLink.@Nullable Pair served)
    {
        this.net = net;
        this.index = index;
        this.incoming = incoming;
        clock = new SimClock(net.events, 0, 0);
        sinks = null == outgoing ?
            new FrameSink[0] : new FrameSink[]{new SimFrameSink(outgoing, maxFrameLength(), null)};
        repairRing = new JournalRing(RING_LENGTH, counters.get(FragcastCounter.REPAIR_MEMORY_LOST));
        signals = new JournalSignals(journalRing, net.schedule.chainId(), clock.epochNanos());
        holders = null == asked ? new FrameLink[0] : new FrameLink[]{asked.askingEnd(maxFrameLength())};

        final JournalKeeper keeper = new JournalKeeper(
            rolls,
            JournalIndex.open(rolls, rolls),
            new Retention(KEPT_BLOCKS, 0, 0),
            signals::finalBlock,
            clock.epochNanos(),
            counters);
        agents.add(new JournalAgent(
            new JournalRing[]{journalRing}, rolls, keeper, new DiskGuard(() -> Long.MAX_VALUE, 1), clock, counters));
        final FrameLink[] links =
            null == served ? new FrameLink[0] : new FrameLink[]{served.holdingEnd(maxFrameLength())};
        final RecentFrames memory = new RecentFrames(RecentFrames.MIN_LENGTH, counters);
        final JournalArchive archive =
            new JournalArchive(rolls.reader(), rolls.reader(), ARCHIVE_CAPACITY, counters);
        agents.add(new RepairAgent(
            "node " + index,
            clock,
            new AcceptedFrames[]{new AcceptedFrames(repairRing, memory)},
            archive,
            links,
            new RepairServer(
                net.schedule.chainId(),
                links.length,
                memory,
                archive,
                new AnswerProxy(links, net.schedule.chainId(), maxFrameLength()),
                AnswerLimits.DEFAULT,
                random.forPart(1_000 + index)::nextLong,
                counters),
            () -> 0,
            () -> 0,
            counters));
    }

    /** It leads. */
    PublishRing publish(final MessageSigner signer)
    {
        final FrameFanout fanout = fanout();
        final FragBroadcaster broadcaster = new FragBroadcaster(
            net.schedule,
            signer,
            new BlockLaneProxy(fanout, tap(null), maxFrameLength()),
            net.limits,
            counters,
            new LeaderMemory(new UnsafeBuffer(new byte[LeaderMemory.LENGTH]), net.schedule.chainId()));
        broadcaster.signals(signals);
        final PublishRing requests = new PublishRing(net.limits);
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

    /** It follows, and passes on where there is a way out, or delivers to an edge. */
    void receive(final @Nullable Edge edge)
    {
        final SimPath path = incoming;
        if (null == path)
        {
            throw new IllegalStateException("node " + index + " hears nobody");
        }
        final FrameFanout fanout = 0 == sinks.length ? null : fanout();
        final JournalTap tap = tap(fanout);
        final BlockConsumer consumer = null == edge ? (delivery) -> true : deliverTo(edge);
        final BlockLaneReceiver made = new BlockLaneReceiver(
            net.schedule,
            net.limits,
            new ReceiverPorts(
                net.verifier,
                tap,
                consumer,
                null == edge ? null : new MerkleTransactionsRoot(),
                (first, firstOffset, firstLength, digest, second, secondOffset, secondLength) ->
                {
                    throw new SimFailure("the leader is honest");
                },
                (sessionId) ->
                {
                    throw new SimFailure("node " + index + " rejects session " + sessionId);
                }),
            counters);
        receiver = made;
        made.lanes(tap::lane);
        made.signals(signals);
        final BlockLaneAdapter adapter = new BlockLaneAdapter(made, clock, counters);
        final RepairClient client = new RepairClient(
            made, new RepairProxy(holders, net.schedule.chainId()), RepairClient.DEFAULT_PATIENCE_NS, counters);
        made.repairedBy(client, (latencyNs) -> {});
        final IngestAgent ingest = new IngestAgent(
            "node " + index,
            clock,
            new FrameSource[]{new SimFrameSource(path)},
            adapter,
            made,
            client,
            holders,
            new RepairAnswerAdapter[]{
                new RepairAnswerAdapter(0, made, adapter, client, clock, net.schedule.chainId(), counters)},
            this::doHotWork,
            counters);
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
        catch (final Exception ex)
        {
            throw new SimFailure("node " + index + " threw " + ex, ex);
        }
    }

    /** It lost frames, had them repaired, journaled all, and dropped what was old. */
    void check()
    {
        if (0 == counters.value(FragcastCounter.FRAGS_REPAIRED))
        {
            throw new SimFailure("node " + index + " had nothing repaired");
        }
        if (0 != counters.value(FragcastCounter.JOURNAL_FRAMES_LOST) || 0 == rolls.deleted())
        {
            throw new SimFailure("node " + index + " lost " + counters.value(FragcastCounter.JOURNAL_FRAMES_LOST) +
                " frames of its journal, and dropped " + rolls.deleted() + " files");
        }
    }

    private BlockConsumer deliverTo(final Edge edge)
    {
        final OneToOneRingBuffer ring = BlockEventProxy.newRing(net.limits, maxFrameLength());
        agents.add(new EdgeAgent(ring, edge));

        return new BlockEventProxy(ring, clock.epochNanos(), counters);
    }

    private JournalTap tap(final @Nullable FrameFanout fanout)
    {
        return new JournalTap(new JournalRing[]{journalRing, repairRing}, clock.epochNanos(), fanout);
    }

    private FrameFanout fanout()
    {
        return new FrameFanout(
            List.of(sinks), (blockNumber) -> 0, SlowSink.SKIP, maxFrameLength(), () -> {}, counters);
    }

    private void doHotWork()
    {
        journalRing.doWork();
        repairRing.doWork();
    }

    private int maxFrameLength()
    {
        return net.schedule.mtu() - 32;
    }
}
