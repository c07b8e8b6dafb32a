package io.fragcast.node;

import io.aeron.Aeron;
import io.fragcast.agent.HolderHints;
import io.fragcast.agent.HolderRing;
import io.fragcast.agent.IngestAgent;
import io.fragcast.config.Endpoint;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.edge.http.HttpServer;
import io.fragcast.edge.http.StatusPages;
import io.fragcast.journal.JournalConfig;
import io.fragcast.journal.JournalRing;
import io.fragcast.journal.chronicle.ChronicleJournal;
import io.fragcast.node.ThreadPlan.Role;
import io.fragcast.protocol.block.BlockConsumer;
import io.fragcast.protocol.block.BlockLaneReceiver;
import io.fragcast.protocol.block.FrameForwarder;
import io.fragcast.protocol.block.RunProgress;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.protocol.peer.PeerSnapshot;
import io.fragcast.protocol.repair.RepairClient;
import io.fragcast.protocol.repair.RepairServer;
import io.fragcast.transport.LinkPlace;
import io.fragcast.transport.aeron.AeronClient;
import io.fragcast.transport.aeron.Grant;
import io.fragcast.watch.CountedClocks;
import io.fragcast.watch.NodeWatch;
import io.fragcast.wire.BlockLaneAdapter;
import io.fragcast.wire.FrameFanout;
import io.fragcast.wire.RepairAnswerAdapter;
import io.fragcast.wire.RepairProxy;
import org.agrona.CloseHelper;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemNanoClock;
import org.agrona.concurrent.status.AtomicCounter;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * What each kind of node has: its host, client, counters, links and journal. Made by a node's launch, on its thread.
 */
final class NodeRuntime implements AutoCloseable
{
    /** News in a duty cycle: what ten holders say at once is read in ten cycles. */
    private static final int HOLDER_NEWS_LIMIT = 8;

    private final NodeContext<?> ctx;
    private final NodeHost host;
    private final boolean ownsHost;
    private final AeronClient client;
    private final Counters counters;
    private final Links links;
    private final NanoClock clock = SystemNanoClock.INSTANCE;
    private final EpochNanoClock epochClock = new EpochClock();
    private final @Nullable JournalLane journal;
    private final JournalRing[] rings;
    private final Alarms alarms;
    private final @Nullable HttpServer http;
    private final NodeSight sight;
    private final HolderRing holderNews = new HolderRing();
    /** Told by the hot agent, where there is one that follows the run, to the thread that answers. */
    private final AtomicLong openBlock = new AtomicLong(RepairServer.NONE_OPEN);
    /** Told by the hot agent of a sequencer to the thread that fills its journal. */
    private final AtomicBoolean isLeading = new AtomicBoolean();
    private final NodeStatements statements;
    private final HotPeers peers;
    private final NodeReload reload;
    private final NodeSchedule schedule;
    private final ChainSources chain;
    private final CatchUpLane catchUp;
    private @Nullable ControlLane control;
    private @Nullable JournalTap journalTap;

    private NodeRuntime(
        final NodeContext<?> ctx,
        final NodeHost host,
        final boolean ownsHost,
        final @Nullable ChronicleJournal opened,
        final @Nullable HttpServer http)
    {
        this.http = http;
        this.ctx = ctx;
        this.host = host;
        this.ownsHost = ownsHost;
        client = host.connect(ctx.name());
        counters = new Counters(client.counterFactory());
        host.addResource(counters::detach);
        links = new Links(ctx, client, counters);
        host.addResource(links);

        sight = new NodeSight(ctx.name(), links, counters, epochClock);
        peers = new HotPeers(links, sight.sources(), sight.sinks(), ctx.upstreams(), ctx.sinks());
        schedule = new NodeSchedule(ctx.schedule(), sight.board(), counters);
        chain = ChainSources.open(ctx, host, clock, counters);
        statements = new NodeStatements(ctx, chain.finality(), () -> sight.board().read().number(), counters);

        final JournalConfig config = ctx.journal();
        alarms = new Alarms(
            ctx.name(), null == config ? null : config.dir().resolve("evidence"), maxFrameLength(), statements.own());
        journal = JournalLane.open(ctx, host, opened, chain.finality(), clock, epochClock, counters);
        host.addCold(Role.JOURNAL, alarms, hotErrors());
        final RepairLane repair = RepairLane.serve(
            ctx, host, links, journal, openBlock::getAcquire, schedule.current(), chain, clock, epochClock, counters);
        rings = Stream.of(null == journal ? null : journal.ring(), null == repair ? null : repair.ring())
            .filter(Objects::nonNull)
            .toArray(JournalRing[]::new);
        catchUp = CatchUpLane.open(
            ctx, host, links, schedule.current(), chain, journal, isLeading::getAcquire, clock, epochClock, counters);
        reload = new NodeReload(ctx, schedule, peers, () -> control, repair, catchUp, counters);
        if (null != http)
        {
            host.addResource(http);
        }
    }

    /**
     * Opens what every node has. The journal first: its lock tells a second process of the same node before that
     * process takes the media driver's folder.
     *
     * @param ctx validated here.
     * @return the runtime; closed by the caller if launching the rest fails.
     */
    static NodeRuntime open(final NodeContext<?> ctx)
    {
        ctx.validate();
        final JournalConfig config = ctx.journal();
        final ChronicleJournal journal = null == config ? null : ChronicleJournal.open(config);
        NodeHost host = ctx.host();
        final boolean ownsHost = null == host;
        HttpServer http = null;
        try
        {
            http = bindHttp(ctx);
            if (null == host)
            {
                host = NodeHost.launch(ctx);
            }
            return new NodeRuntime(ctx, host, ownsHost, journal, http);
        }
        catch (final RuntimeException ex)
        {
            CloseHelper.quietCloseAll(ownsHost ? host : null, http, journal);
            throw ex;
        }
    }

    NodeHost host()
    {
        return host;
    }

    AeronClient client()
    {
        return client;
    }

    Counters counters()
    {
        return counters;
    }

    /** Told by the hot agent of a sequencer, each duty cycle. */
    void leading(final boolean value)
    {
        isLeading.setRelease(value);
    }

    AtomicCounter hotErrors()
    {
        return counters.get(FragcastCounter.HOT_ERRORS);
    }

    HotPeers hotPeers()
    {
        return peers;
    }

    Links links()
    {
        return links;
    }

    Set<Grant> grants()
    {
        return links.grants();
    }

    NanoClock clock()
    {
        return clock;
    }

    EpochNanoClock epochClock()
    {
        return epochClock;
    }

    /**
     * What the node's operator must hear of.
     *
     * @return the alarms.
     */
    Alarms alarms()
    {
        return alarms;
    }

    /**
     * Longest message of the block lane.
     *
     * @return bytes.
     */
    int maxFrameLength()
    {
        return Lane.maxFrameLength(ctx.schedule().mtu());
    }

    /**
     * The way of accepted frames to the sinks, the journal and those who watch.
     *
     * @param sinks to hand on to first, or null for none.
     * @return the forwarder.
     */
    FrameForwarder accepted(final @Nullable FrameForwarder sinks)
    {
        return sight.accepted(told(journaled(sinks)));
    }

    /**
     * The way of frames that this node publishes, besides to its sinks: to the journal and those who watch.
     *
     * @return the forwarder.
     */
    FrameForwarder published()
    {
        return sight.published(told(journaled(null)));
    }

    /**
     * The way of deliveries to who takes them and those who watch.
     *
     * @param consumer that takes them.
     * @return the consumer.
     */
    BlockConsumer delivered(final BlockConsumer consumer)
    {
        return sight.delivered(consumer);
    }

    /**
     * The node's journal.
     *
     * @return the journal; null if it keeps none.
     */
    @Nullable JournalLane journal()
    {
        return journal;
    }

    /**
     * The receiving side of the node: its sources, and the holders that it asks for what they lost.
     *
     * @param receiver  that takes the frames.
     * @param adapter   in front of it.
     * @param fanout    over the sinks, or null for none.
     * @param lookahead told of a new schedule too, on the agent's thread.
     * @return the agent.
     */
    IngestAgent newIngest(
        final BlockLaneReceiver receiver,
        final BlockLaneAdapter adapter,
        final @Nullable FrameFanout fanout,
        final Consumer<Schedule> lookahead)
    {
        final long chainId = ctx.schedule().chainId();
        receiver.pulse(statements.pulse());
        final JournalTap tap = journalTap;
        if (null != tap)
        {
            receiver.lanes(tap::lane);
        }
        final LinkPlace[] holders = links.listen().dial().holders();
        final RepairClient client = new RepairClient(
            receiver, new RepairProxy(holders, chainId), RepairClient.DEFAULT_PATIENCE_NS, counters);
        receiver.repairedBy(client, sight::repaired);
        chain.receiver(receiver);
        final RepairAnswerAdapter[] answers = new RepairAnswerAdapter[holders.length];
        for (int i = 0; i < holders.length; i++)
        {
            answers[i] = new RepairAnswerAdapter(i, receiver, adapter, client, clock, chainId, counters);
            client.onHolder(i, links.holderPlaces().isTaken(i));
        }

        final HolderHints hints = new HolderHints(client);
        final RunProgress progress = receiver.progress();
        openBlock.setRelease(progress.openBlock());
        final Runnable duty = cycleDuty(fanout, lookahead.andThen(receiver::onSchedule));

        final IngestAgent agent = new IngestAgent(
            ctx.name(),
            clock,
            links.sources(),
            adapter,
            receiver,
            client,
            holders,
            answers,
            () ->
            {
                holderNews.poll(hints, HOLDER_NEWS_LIMIT);
                openBlock.setRelease(progress.openBlock());
                duty.run();
            },
            counters);
        peers.polledBy(agent, client);
        catchUp.feed(agent, receiver, adapter, rings, epochClock);

        return agent;
    }

    /**
     * What the hot agent has to do in each duty cycle besides its work. Called when the links are made.
     *
     * @param fanout        over the sinks, or null for none.
     * @param scheduleTaker told of a new schedule, on the hot agent's thread.
     * @return the duty.
     */
    Runnable cycleDuty(final @Nullable FrameFanout fanout, final Consumer<Schedule> scheduleTaker)
    {
        return new CycleDuty(
            ctx.schedule(),
            schedule.current(),
            scheduleTaker,
            rings,
            peers,
            chain,
            fanout,
            sight.sources(),
            sight.sinks(),
            counters);
    }

    /**
     * The schedule that holds now, and how it is replaced.
     *
     * @return the schedule.
     */
    NodeSchedule schedule()
    {
        return schedule;
    }

    /**
     * What else may change while the node runs.
     *
     * @return takes it.
     */
    NodeReload reload()
    {
        return reload;
    }

    /**
     * Whom the node talks to.
     *
     * @return each as it was a moment ago.
     */
    List<PeerSnapshot> peers()
    {
        return null == control ? List.of() : control.peers();
    }

    /**
     * What the node shows of itself.
     *
     * @param role of the node.
     * @return everything that may be seen.
     */
    NodeWatch watch(final String role)
    {
        final JournalRing ring = null == journal ? null : journal.ring();

        return sight.watch(
            role,
            schedule,
            null == control ? new CountedClocks(counters) : control,
            this::peers,
            peers.asked(),
            () -> null == ring ? 0 : ring.buffer().size());
    }

    /**
     * The node's HTTP server, to mount on while the node is being made.
     *
     * @return the server, bound; null if the node has none.
     */
    @Nullable HttpServer http()
    {
        return http;
    }

    /**
     * The port of the HTTP server.
     *
     * @return the port; -1 without a server.
     */
    int httpPort()
    {
        return null == http ? Aeron.NULL_VALUE : http.port();
    }

    /**
     * Starts the threads, if they are this node's own, then serves HTTP.
     *
     * @param watch what the node shows there.
     */
    void start(final NodeWatch watch)
    {
        if (null != http)
        {
            StatusPages.mount(http, List.of(watch));
        }
        if (ownsHost)
        {
            host.start();
        }
        if (null != http)
        {
            http.start();
        }
    }

    @Override
    public void close()
    {
        if (ownsHost)
        {
            host.close();
        }
    }

    private static @Nullable HttpServer bindHttp(final NodeContext<?> ctx)
    {
        final Endpoint http = ctx.http();

        return null == http ? null : HttpServer.bind(ctx.name(), http.host(), http.port(), ctx.errorHandler());
    }

    /** Opens the control lane once, which tells the peers what is accepted here. */
    private @Nullable FrameForwarder told(final @Nullable FrameForwarder next)
    {
        // A sequencer that follows others has both ways, to the same lane.
        final ControlLane lane = null != control ? control : ControlLane.open(
            ctx,
            host,
            links,
            next,
            catchUp.told(holderNews),
            statements,
            schedule,
            alarms,
            NodeTree.of(ctx, peers, links, sight.sources(), schedule, epochClock, counters),
            clock,
            epochClock,
            counters);
        control = lane;
        if (null != lane)
        {
            chain.teller(lane::onFinalized);
        }

        return null == lane ? next : lane.accepted();
    }

    private @Nullable FrameForwarder journaled(final @Nullable FrameForwarder sinks)
    {
        assert null == journalTap || null == sinks : "a second way to the sinks";

        if (null == journalTap && 0 < rings.length)
        {
            journalTap = new JournalTap(rings, epochClock, sinks);
        }

        return null == journalTap ? sinks : journalTap;
    }
}
