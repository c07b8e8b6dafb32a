package io.fragcast.node;

import io.fragcast.config.Endpoint;
import io.fragcast.config.PeerName;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.crypto.SessionIds;
import io.fragcast.protocol.block.SlowSink;
import io.fragcast.protocol.leader.LeaderLookahead;
import io.fragcast.transport.FrameLink;
import io.fragcast.transport.FrameSink;
import io.fragcast.transport.FrameSource;
import io.fragcast.transport.aeron.AeronClient;
import io.fragcast.transport.aeron.ChannelConfig;
import io.fragcast.transport.aeron.Grant;
import io.fragcast.transport.aeron.KernelLimits;
import io.fragcast.transport.aeron.LinkConfig;
import io.fragcast.transport.aeron.LinkBudget;
import org.agrona.CloseHelper;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The streams of one node's block lane, made from the names of its peers: whom it listens to, and whom it sends to, in
 * order. Owned by the node; made and closed on the thread that launches it, before and after its agents run.
 */
final class Links implements AutoCloseable
{
    private final NodeContext<?> ctx;
    private final AeronClient client;
    private final Counters counters;
    private final KernelLimits limits = KernelLimits.ofThisHost();
    private final List<FrameSource> sources = new ArrayList<>();
    private final List<FrameSink> sinks = new ArrayList<>();
    private final List<FrameLink> holders = new ArrayList<>();
    private final Set<Grant> grants = new LinkedHashSet<>();

    Links(final NodeContext<?> ctx, final AeronClient client, final Counters counters)
    {
        this.ctx = ctx;
        this.client = client;
        this.counters = counters;
    }

    /**
     * Adds a source for each upstream peer: by multicast where the node's mode says so, else a unicast stream of its
     * own.
     *
     * @return this.
     */
    Links listen()
    {
        final MulticastGroup group = ctx.upstreamGroup();
        for (final PeerName peer : ctx.upstreams())
        {
            final ChannelConfig channel = null == group ?
                unicast(Lane.BLOCK.at(ctx.listen()), ctx.identity().sessionWith(peer.publicKey(), Lane.BLOCK)) :
                multicast(group, SessionIds.multicast(peer.publicKey(), Lane.BLOCK.portOffset()));
            sources.add(client.addSource(
                peer.toString(),
                channel,
                new InetSocketAddress(peer.endpoint().host(), peer.endpoint().port()).getAddress(),
                counters.get(FragcastCounter.SOURCES_REMADE)));
            grants.addAll(channel.grants());
        }

        return this;
    }

    /**
     * Adds a sink for each downstream peer, in order, and one for the multicast group where there is one.
     *
     * @return this.
     */
    Links send()
    {
        for (final PeerName peer : ctx.sinks())
        {
            final ChannelConfig channel = unicast(
                Lane.BLOCK.at(peer.endpoint()), ctx.identity().sessionWith(peer.publicKey(), Lane.BLOCK));
            sinks.add(client.addSink(peer.toString(), channel));
            grants.addAll(channel.grants());
        }

        final MulticastGroup group = ctx.sinkGroup();
        if (null != group)
        {
            final ChannelConfig channel = multicast(
                group, SessionIds.multicast(ctx.identity().publicKey(), Lane.BLOCK.portOffset()));
            sinks.add(client.addSink(group.endpoint(), channel));
            grants.addAll(channel.grants());
        }

        return this;
    }

    /**
     * Names of the sources that {@link #listen} makes.
     *
     * @return in their order.
     */
    List<String> sourceNames()
    {
        return ctx.upstreams().stream().map(PeerName::toString).toList();
    }

    /**
     * Names of the sinks that {@link #send} makes.
     *
     * @return in their order.
     */
    List<String> sinkNames()
    {
        final List<String> names = new ArrayList<>(ctx.sinks().stream().map(PeerName::toString).toList());
        final MulticastGroup group = ctx.sinkGroup();
        if (null != group)
        {
            names.add(group.endpoint());
        }

        return names;
    }

    /**
     * Tells which of the sinks lead soon.
     *
     * @return the answer, for the thread that sends.
     */
    LeaderLookahead lookahead()
    {
        final List<LeaderLookahead.Target> targets = new ArrayList<>();
        for (final PeerName peer : ctx.sinks())
        {
            targets.add(new LeaderLookahead.Target(peer.publicKey(), peer.endpoint().toString()));
        }
        final MulticastGroup group = ctx.sinkGroup();
        if (null != group)
        {
            targets.add(new LeaderLookahead.Target(null, group.endpoint()));
        }

        return new LeaderLookahead(ctx.schedule(), ctx.identity().publicKey(), targets);
    }

    /**
     * Dials the repair lane of each holder.
     *
     * @return this.
     */
    Links dial()
    {
        for (final PeerName peer : ctx.holders())
        {
            holders.add(client.dial(
                peer.toString(),
                link(Lane.REPAIR, peer.endpoint(), peer.publicKey()),
                counters.get(FragcastCounter.SOURCES_REMADE)));
        }

        return this;
    }

    FrameLink[] holders()
    {
        return holders.toArray(new FrameLink[0]);
    }

    /**
     * A link of a lane between this node and a peer.
     *
     * @param lane   of questions and answers.
     * @param server the node of the two that is dialled.
     * @param peer   identity key of the other one, 33 bytes.
     * @return how it is carried.
     */
    LinkConfig link(final Lane lane, final Endpoint server, final byte[] peer)
    {
        return LinkConfig.of(
            lane.at(server),
            lane.answersAt(server),
            lane.streamId(),
            ctx.identity().sessionWith(peer, lane),
            ctx.identity().answersWith(peer, lane),
            ctx.schedule().mtu(),
            ctx.budget(),
            limits);
    }

    FrameSource[] sources()
    {
        return sources.toArray(new FrameSource[0]);
    }

    List<FrameSink> sinks()
    {
        return sinks;
    }

    /**
     * Is each stream up, as the hot agent last saw it? Any thread may ask.
     *
     * @return true if all sources and sinks are connected.
     */
    boolean isConnected()
    {
        return counters.value(FragcastCounter.SOURCES_CONNECTED) == sources.size() &&
            counters.value(FragcastCounter.SINKS_CONNECTED) == sinks.size();
    }

    /**
     * What the channels wanted and what the kernel granted.
     *
     * @return distinct grants, in the order of the channels.
     */
    Set<Grant> grants()
    {
        return grants;
    }

    @Override
    public void close()
    {
        CloseHelper.closeAll(sources);
        CloseHelper.closeAll(sinks);
        CloseHelper.closeAll(holders);
    }

    private ChannelConfig unicast(final String endpoint, final int sessionId)
    {
        return reliable(ChannelConfig.unicast(
            endpoint, Lane.BLOCK.streamId(), sessionId, ctx.schedule().mtu(), ctx.budget(), limits));
    }

    private ChannelConfig multicast(final MulticastGroup group, final int sessionId)
    {
        final LinkBudget budget = ctx.budget();
        final ChannelConfig channel = ChannelConfig.multicast(
            group.endpoint(),
            group.networkInterface(),
            Lane.BLOCK.streamId(),
            sessionId,
            ctx.schedule().mtu(),
            budget,
            limits);

        return SlowSink.WAIT == ctx.slowSink() ? reliable(channel.losslessGroup()) : channel;
    }

    private ChannelConfig reliable(final ChannelConfig channel)
    {
        return ctx.isReliable() ? channel : channel.unreliable();
    }
}
