package io.fragcast.sim;

import io.fragcast.agent.IngestAgent;
import io.fragcast.codecs.PlanDecoder;
import io.fragcast.config.PeerName;
import io.fragcast.counter.Counters;
import io.fragcast.node.TreeStreams;
import io.fragcast.protocol.block.MessageSigner;
import io.fragcast.protocol.fanout.FanoutPlanner;
import io.fragcast.protocol.fanout.Plan;
import io.fragcast.protocol.fanout.PlanAuthor;
import io.fragcast.protocol.fanout.SessionPeers;
import io.fragcast.protocol.fanout.TreeKeeper;
import io.fragcast.protocol.fanout.TreeLinks;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.protocol.peer.PeerRole;
import io.fragcast.protocol.peer.PeerTable;
import io.fragcast.protocol.peer.Statements;
import io.fragcast.transport.FrameSink;
import io.fragcast.transport.FrameSource;
import io.fragcast.wire.FrameFanout;
import io.fragcast.wire.PlanAdapter;
import io.fragcast.wire.PlanProxy;
import io.fragcast.wire.StatementSigner;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The place of one process in the trees that leaders plan, as {@code NodeTree} and {@code HotPeers} put it together:
 * plans come as statements, and what they want becomes open ends of simulated paths.
 */
final class SimTree implements TreeLinks
{
    private static final int SPARE_DEGREE = 2;

    private final SimContext ctx;
    private final SimPlans plans;
    private final SimSite site;
    private final PeerRole role;
    private final Counters counters;
    private final Supplier<Schedule> schedule;
    private final int index;
    private final int maxFrameLength;
    private final long[] heardNs;
    private final List<PeerName> upstreams;
    private final List<PeerName> downstreams;
    private final Map<Integer, FrameSource> sources = new LinkedHashMap<>();
    private final Map<Integer, FrameSink> sinks = new LinkedHashMap<>();
    private @Nullable TreeKeeper keeper;
    private @Nullable PlanAuthor author;
    private @Nullable PeerTable table;
    private @Nullable IngestAgent ingest;
    private Function<SimPath, SimFrameSource> toSource = SimFrameSource::new;
    private @Nullable FrameFanout fanout;
    private Function<SimPath, FrameSink> toSink = (path) -> new SimFrameSink(path, 1, null);
    private @Nullable TreeStreams wanted;

    SimTree(
        final SimContext ctx,
        final SimSite site,
        final PeerRole role,
        final int maxFrameLength,
        final Supplier<Schedule> schedule,
        final Statements statements,
        final Counters counters)
    {
        this.ctx = ctx;
        this.site = site;
        this.role = role;
        this.maxFrameLength = maxFrameLength;
        this.schedule = schedule;
        this.counters = counters;
        plans = ctx.plans();
        index = site.index();
        heardNs = new long[ctx.options().nodes()];
        Arrays.fill(heardNs, NEVER_NS);
        upstreams = site.incoming().stream().map(SimPath::from).filter(this::isHonest).map(plans::name).toList();
        downstreams = site.outgoing().stream().map(SimPath::to).map(plans::name).toList();
        statements.register(PlanDecoder.TEMPLATE_ID, PlanAdapter.PLACES, new PlanAdapter(schedule, this::onPlan));
        plans.checker().onNodeUp(index);
        for (int from = 0; from < heardNs.length; from++)
        {
            final SimPath path = plans.path(from, index);
            if (null != path)
            {
                path.hear(site.incoming().contains(path));
            }
        }
    }

    /** Begins to keep the node in the tree, and to plan if it leads. */
    void open(final PeerTable peers)
    {
        final SessionPeers seen = new SessionPeers(peers, schedule);
        final TreeKeeper treeKeeper = new TreeKeeper(
            id(plans.name(index)),
            PeerRole.REPLICA != role,
            true,
            SPARE_DEGREE,
            upstreams.stream().mapToLong(SimTree::id).toArray(),
            seen,
            this,
            counters);
        peers.feedsTo(treeKeeper);
        final MessageSigner signer = site.signer();
        if (PeerRole.SEQUENCER == role && null != signer)
        {
            final long self = id(plans.name(index));
            final PlanProxy proxy = new PlanProxy(
                ctx.schedule().chainId(), maxFrameLength, new StatementSigner(signer), peers.statements());
            author = new PlanAuthor(
                self,
                signer.publicKey(),
                (int)TimeUnit.NANOSECONDS.toSeconds(site.clock().epochNanos().nanoTime()),
                schedule,
                seen,
                new FanoutPlanner(
                    self, ctx.options().fanoutDegree(), SPARE_DEGREE, PlanProxy.maxNodes(maxFrameLength)),
                (plan, nowNs) ->
                {
                    plans.checker().onPlanned(index, plan);
                    return proxy.send(plan, nowNs);
                },
                counters);
        }
        keeper = treeKeeper;
        table = peers;
    }

    /** The sources that are configured, to be polled from the start. */
    FrameSource[] sources(final Function<SimPath, SimFrameSource> opener)
    {
        toSource = opener;
        site.incoming().forEach((path) -> sources.put(path.from(), open(path)));

        return sources.values().toArray(FrameSource[]::new);
    }

    /** Names who polls the sources. */
    void polledBy(final IngestAgent agent)
    {
        ingest = agent;
    }

    /** Names what sends to the sinks, which are those of the configuration, in its order. */
    void fedBy(final FrameFanout target, final Function<SimPath, FrameSink> opener)
    {
        fanout = target;
        toSink = opener;
        for (int i = 0; i < target.sinkCount(); i++)
        {
            sinks.put(site.outgoing().get(i).to(), target.sink(i));
        }
    }

    /** Has to be called in each duty cycle, behind the peers. */
    int doWork()
    {
        final TreeKeeper treeKeeper = keeper;
        final PeerTable peers = table;
        if (null == treeKeeper || null == peers)
        {
            return 0;
        }
        final PlanAuthor planAuthor = author;
        final long nowNs = site.clock().nanoTime();
        final long newestBlock = peers.holdings().highestBlock();
        final int workCount =
            (null == planAuthor ? 0 : planAuthor.doWork(newestBlock, treeKeeper.plan(), nowNs)) +
            treeKeeper.doWork(newestBlock, nowNs);
        final long parent = treeKeeper.parent();
        plans.checker().onLooked(index, 0 == parent ? Plan.NO_NODE : nodeOf(parent), nowNs);

        return workCount;
    }

    /** Has to be called between two duty cycles of the hot agents. */
    void doHotWork()
    {
        final TreeStreams streams = wanted;
        if (null != streams)
        {
            wanted = null;
            hear(streams);
            feed(streams);
        }
    }

    @Override
    public void follow(final long[] sourceIds, final long[] sinkIds, final @Nullable Plan plan)
    {
        final TreeSet<Integer> feeders = new TreeSet<>();
        Arrays.stream(sourceIds).forEach((id) -> feeders.add(nodeOf(id)));
        plans.checker().onFeeders(index, feeders);
        wanted = new TreeStreams(named(sourceIds), named(sinkIds), List.of(), plan);
    }

    @Override
    public long heardNs(final long id)
    {
        return heardNs[nodeOf(id)];
    }

    private void onPlan(final Plan plan)
    {
        plans.checker().onAccepted(index, plan);
        ctx.log().on(EventLog.Kind.HEAL, index, "takes a plan from block", plan.validFromBlock());
        if (null != keeper)
        {
            keeper.onPlan(plan);
        }
        if (null != author)
        {
            author.onPlan(plan);
        }
    }

    private void hear(final TreeStreams streams)
    {
        final IngestAgent agent = ingest;
        if (null == agent)
        {
            return;
        }
        final List<PeerName> names = new ArrayList<>(streams.configuredSources(upstreams));
        names.addAll(streams.unicastSources(upstreams));
        final List<Integer> heard = names.stream().map(plans::nodeOf).toList();
        final List<Integer> left =
            sources.keySet().stream().filter((from) -> isHonest(from) && !heard.contains(from)).toList();
        for (final int from : left)
        {
            sources.remove(from).close();
            plans.path(from, index).hear(false);
        }
        for (final int from : heard)
        {
            final SimPath path = plans.path(from, index);
            if (null != path && !sources.containsKey(from))
            {
                path.hear(true);
                sources.put(from, open(path));
            }
        }
        agent.sources(sources.values().toArray(FrameSource[]::new));
    }

    private void feed(final TreeStreams streams)
    {
        final FrameFanout target = fanout;
        if (null == target)
        {
            return;
        }
        final Map<Integer, FrameSink> before = new LinkedHashMap<>(sinks);
        sinks.clear();
        for (final PeerName name : streams.sinks(downstreams))
        {
            final int to = plans.nodeOf(name);
            final SimPath path = plans.path(index, to);
            if (null != path)
            {
                final FrameSink open = before.remove(to);
                sinks.put(to, null == open ? toSink.apply(path) : open);
            }
        }
        before.values().forEach(FrameSink::close);
        target.change(List.copyOf(sinks.values()));
    }

    private FrameSource open(final SimPath path)
    {
        final SimFrameSource source = toSource.apply(path);

        return isHonest(path.from()) ? source.onTaken(() -> onHeard(path.from())) : source;
    }

    private void onHeard(final int from)
    {
        heardNs[from] = site.clock().nanoTime();
        plans.checker().onHeard(index, from, heardNs[from]);
    }

    private boolean isHonest(final int node)
    {
        return node < heardNs.length;
    }

    private List<PeerName> named(final long[] ids)
    {
        return Arrays.stream(ids).mapToObj((id) -> plans.name(nodeOf(id))).toList();
    }

    private int nodeOf(final long id)
    {
        for (int i = 0; i < heardNs.length; i++)
        {
            if (id == id(plans.name(i)))
            {
                return i;
            }
        }

        throw new IllegalStateException("node " + index + " follows " + Long.toHexString(id) + ", which is nobody");
    }

    private static long id(final PeerName name)
    {
        return Plan.idOf(name.publicKey());
    }
}
