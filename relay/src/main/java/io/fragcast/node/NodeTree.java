package io.fragcast.node;

import io.fragcast.codecs.PlanDecoder;
import io.fragcast.config.FanoutConfig;
import io.fragcast.config.PeerName;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.block.MessageSigner;
import io.fragcast.protocol.fanout.FanoutPlanner;
import io.fragcast.protocol.fanout.GroupWatch;
import io.fragcast.protocol.fanout.Plan;
import io.fragcast.protocol.fanout.PlanAuthor;
import io.fragcast.protocol.fanout.SessionPeers;
import io.fragcast.protocol.fanout.TreeKeeper;
import io.fragcast.protocol.fanout.TreeLinks;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.protocol.peer.PeerRole;
import io.fragcast.protocol.peer.PeerTable;
import io.fragcast.protocol.peer.Statements;
import io.fragcast.watch.Presence;
import io.fragcast.wire.PlanAdapter;
import io.fragcast.wire.PlanProxy;
import io.fragcast.wire.StatementSigner;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.status.AtomicCounter;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * A node's place in the tree, on the thread of its peers: plans come and go as statements, and what they want becomes
 * streams of the hot thread.
 * <pre>
 *   Statements ─▶ PlanAdapter ─▶ TreeKeeper ─▶ HotPeers: hear, feed      leader: PlanAuthor ─▶ PlanProxy ─▶ Statements
 *   PeerTable ──── Feed ───────────▲  ▲──── Presence: when each was heard
 * </pre>
 */
final class NodeTree implements TreeLinks
{
    /** Members of a group that may be fed by unicast: half of the sinks that there may be. */
    private static final int GROUP_SPARE_DEGREE = 32;

    private final NodeContext<?> ctx;
    private final FanoutConfig config;
    private final HotPeers hot;
    private final Links links;
    private final Presence sources;
    private final Supplier<Schedule> schedule;
    private final EpochNanoClock epochClock;
    private final Counters counters;
    private final AtomicCounter unknown;
    private final long self;
    private final Long2ObjectHashMap<PeerName> names = new Long2ObjectHashMap<>();
    private @Nullable PeerTable table;
    private @Nullable TreeKeeper keeper;
    private @Nullable PlanAuthor author;
    private @Nullable GroupWatch group;
    private List<PeerName> hears = List.of();
    private List<PeerName> feeds = List.of();
    private List<PeerName> unicast = List.of();
    private @Nullable Plan plan;

    private NodeTree(
        final NodeContext<?> ctx,
        final FanoutConfig config,
        final HotPeers hot,
        final Links links,
        final Presence sources,
        final Supplier<Schedule> schedule,
        final EpochNanoClock epochClock,
        final Counters counters)
    {
        this.ctx = ctx;
        this.config = config;
        this.hot = hot;
        this.links = links;
        this.sources = sources;
        this.schedule = schedule;
        this.epochClock = epochClock;
        this.counters = counters;
        unknown = counters.get(FragcastCounter.PLAN_NEIGHBOURS_UNKNOWN);
        self = Plan.idOf(ctx.identity().publicKey());
        List.of(ctx.upstreams(), ctx.sinks(), ctx.holders(), ctx.requesters(), config.known())
            .forEach((peers) -> peers.forEach((peer) -> names.putIfAbsent(Plan.idOf(peer.publicKey()), peer)));
    }

    /** Null where the configuration says who feeds whom, and by unicast. */
    static @Nullable NodeTree of(
        final NodeContext<?> ctx,
        final HotPeers hot,
        final Links links,
        final Presence sources,
        final NodeSchedule schedule,
        final EpochNanoClock epochClock,
        final Counters counters)
    {
        final FanoutConfig config = ctx.fanout();
        final boolean isGroup = null != ctx.sinkGroup() || null != ctx.upstreamGroup();

        return null == config && !isGroup ? null : new NodeTree(
            ctx,
            null == config ? new FanoutConfig(0, 0, List.of()) : config,
            hot,
            links,
            sources,
            schedule.current()::current,
            epochClock,
            counters);
    }

    /**
     * Begins to keep the node in the tree, and to plan if it leads.
     *
     * @param peers of the node; nothing was said yet.
     */
    void open(final PeerTable peers)
    {
        final Statements statements = peers.statements();
        final SessionPeers seen = new SessionPeers(peers, schedule);
        final long[] configured =
            ctx.upstreams().stream().mapToLong((peer) -> Plan.idOf(peer.publicKey())).toArray();
        final TreeKeeper treeKeeper = new TreeKeeper(
            self,
            PeerRole.REPLICA != ctx.role(),
            isPlanned(),
            config.spareDegree() + (null == ctx.sinkGroup() ? 0 : GROUP_SPARE_DEGREE),
            configured,
            seen,
            this,
            counters);
        peers.feedsTo(treeKeeper);
        if (null != ctx.upstreamGroup())
        {
            group = new GroupWatch(configured, seen, this::heardByMulticastNs, counters);
        }
        if (isPlanned())
        {
            statements.register(PlanDecoder.TEMPLATE_ID, PlanAdapter.PLACES, new PlanAdapter(schedule, this::onPlan));
        }
        final MessageSigner signer = ctx.statementSigner();
        if (isPlanned() && PeerRole.SEQUENCER == ctx.role() && null != signer)
        {
            final int maxLength = Lane.maxFrameLength(ctx.schedule().mtu());
            author = new PlanAuthor(
                self,
                signer.publicKey(),
                (int)TimeUnit.NANOSECONDS.toSeconds(epochClock.nanoTime()),
                schedule,
                seen,
                new FanoutPlanner(self, config.degree(), config.spareDegree(), PlanProxy.maxNodes(maxLength)),
                new PlanProxy(ctx.schedule().chainId(), maxLength, new StatementSigner(signer), statements),
                counters);
        }
        keeper = treeKeeper;
        table = peers;
    }

    /**
     * Runs on the thread of the peers, in each of its cycles.
     *
     * @param nowNs monotonic nanoseconds.
     * @return work done.
     */
    int doWork(final long nowNs)
    {
        final TreeKeeper treeKeeper = keeper;
        final PeerTable peers = table;
        if (null == treeKeeper || null == peers)
        {
            return 0;
        }
        final long newestBlock = peers.holdings().highestBlock();
        final PlanAuthor planAuthor = author;
        final GroupWatch watch = group;
        if (null != watch && watch.doWork(nowNs))
        {
            unicast = named(watch.unicast());
            hot.follow(new TreeStreams(hears, feeds, unicast, plan));
        }

        return (null == planAuthor ? 0 : planAuthor.doWork(newestBlock, treeKeeper.plan(), nowNs)) +
            treeKeeper.doWork(newestBlock, nowNs);
    }

    private void onPlan(final Plan accepted)
    {
        final TreeKeeper treeKeeper = keeper;
        final PlanAuthor planAuthor = author;
        if (null != treeKeeper)
        {
            treeKeeper.onPlan(accepted);
        }
        if (null != planAuthor)
        {
            planAuthor.onPlan(accepted);
        }
    }

    @Override
    public void follow(final long[] sourceIds, final long[] sinkIds, final @Nullable Plan newPlan)
    {
        plan = newPlan;
        hears = named(sourceIds);
        feeds = named(sinkIds);
        unknown.setRelease(sourceIds.length + sinkIds.length - hears.size() - feeds.size());
        hot.follow(new TreeStreams(hears, feeds, unicast, plan));
    }

    @Override
    public long heardNs(final long id)
    {
        final PeerName name = names.get(id);

        return null == name ? NEVER_NS :
            Math.max(heardNs(name.toString()), heardNs(links.unicastName(name)));
    }

    private long heardByMulticastNs(final long id)
    {
        final PeerName name = names.get(id);

        return null == name ? NEVER_NS : heardNs(name.toString());
    }

    private long heardNs(final String stream)
    {
        final Presence.Peers heard = sources.peers();
        final int index = heard.names().indexOf(stream);

        return index < 0 ? NEVER_NS : heard.heardNs(index);
    }

    private boolean isPlanned()
    {
        return 0 < config.degree();
    }

    /** Whose names are known, in the same order. */
    private List<PeerName> named(final long[] ids)
    {
        final List<PeerName> found = new ArrayList<>();
        for (final long id : ids)
        {
            final PeerName name = names.get(id);
            if (null != name)
            {
                found.add(name);
            }
        }

        return found;
    }
}
