package io.fragcast.node;

import io.fragcast.config.Endpoint;
import io.fragcast.config.PeerName;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.crypto.SessionIds;
import io.fragcast.protocol.block.SlowSink;
import io.fragcast.protocol.leader.LeaderLookahead;
import io.fragcast.transport.FrameSink;
import io.fragcast.transport.FrameSource;
import io.fragcast.transport.LinkPlace;
import io.fragcast.transport.aeron.AeronClient;
import io.fragcast.transport.aeron.ChannelConfig;
import io.fragcast.transport.aeron.Grant;
import io.fragcast.transport.aeron.KernelLimits;
import io.fragcast.transport.aeron.LinkConfig;
import io.fragcast.transport.aeron.LinkBudget;
import org.agrona.CloseHelper;
import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The streams of one node's block lane, made from the names of its peers: whom it listens to, and whom it sends to, in
 * order. Owned by the node; made and closed on the thread that launches it, before and after its agents run; changed by
 * the hot thread while they do ({@link HotPeers}).
 */
final class Links implements AutoCloseable
{
    private final NodeContext<?> ctx;
    private final AeronClient client;
    private final Counters counters;
    private final KernelLimits limits = KernelLimits.ofThisHost();
    private volatile FrameSource[] sources = new FrameSource[0];
    private volatile FrameSink[] sinks = new FrameSink[0];
    private final PeerPlaces holderPlaces;
    private final LinkPlace[] holders;
    private final Set<Grant> grants = new LinkedHashSet<>();

    Links(final NodeContext<?> ctx, final AeronClient client, final Counters counters)
    {
        this.ctx = ctx;
        this.client = client;
        this.counters = counters;
        holderPlaces = new PeerPlaces(PeerPlaces.holders(ctx.holders()));
        holders = LinkPlace.array(holderPlaces.capacity());
    }

    /**
     * A stream of the block lane that is wanted.
     *
     * @param name    of the peer or group.
     * @param channel of the stream.
     * @param from    address that it comes from; null for one that goes out.
     */
    record Stream(String name, ChannelConfig channel, @Nullable InetAddress from)
    {
    }

    /**
     * What it takes to hear peers: by multicast where the node's mode says so, else a unicast stream each. Any thread
     * may ask.
     *
     * @param peers by name.
     * @return a stream each, in their order.
     */
    List<Stream> upstreams(final List<PeerName> peers)
    {
        final MulticastGroup group = ctx.upstreamGroup();
        if (null == group)
        {
            return unicastUpstreams(peers);
        }
        final List<Stream> streams = new ArrayList<>();
        for (final PeerName peer : peers)
        {
            streams.add(new Stream(
                peer.toString(),
                multicast(group, SessionIds.multicast(peer.publicKey(), Lane.BLOCK.portOffset())),
                new InetSocketAddress(peer.endpoint().host(), peer.endpoint().port()).getAddress()));
        }

        return streams;
    }

    /**
     * What it takes to hear peers by a unicast stream each, whatever the node's mode. Any thread may ask.
     *
     * @param peers by name.
     * @return a stream each, in their order.
     */
    List<Stream> unicastUpstreams(final List<PeerName> peers)
    {
        final List<Stream> streams = new ArrayList<>();
        for (final PeerName peer : peers)
        {
            streams.add(new Stream(
                unicastName(peer),
                unicast(Lane.BLOCK.at(ctx.listen()), ctx.identity().sessionWith(peer.publicKey(), Lane.BLOCK)),
                new InetSocketAddress(peer.endpoint().host(), peer.endpoint().port()).getAddress()));
        }

        return streams;
    }

    /**
     * Name of the unicast stream from a peer.
     *
     * @param peer heard.
     * @return another than that of the peer's multicast stream.
     */
    String unicastName(final PeerName peer)
    {
        return peer + (null == ctx.upstreamGroup() ? "" : " by unicast");
    }

    /**
     * What it takes to feed peers, in order, and the multicast group after them where there is one. Any thread may ask.
     *
     * @param peers by name.
     * @return a stream each.
     */
    List<Stream> downstreams(final List<PeerName> peers)
    {
        final List<Stream> streams = new ArrayList<>();
        for (final PeerName peer : peers)
        {
            streams.add(new Stream(
                peer.toString(),
                unicast(Lane.BLOCK.at(peer.endpoint()), ctx.identity().sessionWith(peer.publicKey(), Lane.BLOCK)),
                null));
        }
        final MulticastGroup group = ctx.sinkGroup();
        if (null != group)
        {
            streams.add(new Stream(
                group.endpoint(),
                multicast(group, SessionIds.multicast(ctx.identity().publicKey(), Lane.BLOCK.portOffset())),
                null));
        }

        return streams;
    }

    /**
     * Opens the streams of the node's context.
     *
     * @return this.
     */
    Links listen()
    {
        hear(upstreams(ctx.upstreams()));

        return this;
    }

    /**
     * Opens the streams of the node's context.
     *
     * @return this.
     */
    Links send()
    {
        feed(downstreams(ctx.sinks()));

        return this;
    }

    /**
     * Hears these streams and no others; those it hears already go on. By the launching thread, then by the hot one.
     *
     * @param wanted in order.
     */
    void hear(final List<Stream> wanted)
    {
        final List<FrameSource> open = new ArrayList<>();
        try
        {
            change(List.of(sources), FrameSource::name, wanted, (stream) -> client.addSource(
                stream.name(), stream.channel(), stream.from(), counters.get(FragcastCounter.SOURCES_REMADE)), open);
        }
        finally
        {
            sources = open.toArray(new FrameSource[0]);
        }
    }

    /**
     * Feeds these streams and no others; those it feeds already go on. By the launching thread, then by the hot one.
     *
     * @param wanted in order.
     */
    void feed(final List<Stream> wanted)
    {
        final List<FrameSink> open = new ArrayList<>();
        try
        {
            change(List.of(sinks), FrameSink::name, wanted,
                (stream) -> client.addSink(stream.name(), stream.channel()), open);
        }
        finally
        {
            sinks = open.toArray(new FrameSink[0]);
        }
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
        return new LeaderLookahead(ctx.schedule(), ctx.identity().publicKey(), targets(ctx.sinks()));
    }

    /**
     * Where the sinks of {@link #downstreams} go. Any thread may ask.
     *
     * @param peers by name.
     * @return a target each, and one for the multicast group.
     */
    List<LeaderLookahead.Target> targets(final List<PeerName> peers)
    {
        final List<LeaderLookahead.Target> targets = new ArrayList<>();
        for (final PeerName peer : peers)
        {
            targets.add(new LeaderLookahead.Target(peer.publicKey(), peer.endpoint().toString()));
        }
        final MulticastGroup group = ctx.sinkGroup();
        if (null != group)
        {
            targets.add(new LeaderLookahead.Target(null, group.endpoint()));
        }

        return targets;
    }

    /**
     * Dials the repair lane of each holder.
     *
     * @return this.
     */
    Links dial()
    {
        holderPlaces.change(ctx.holders(), new PeerPlaces.Owner()
        {
            @Override
            public void onLeft(final int place)
            {
                throw new IllegalStateException("nobody was there");
            }

            @Override
            public void onTaken(final int place, final PeerName peer)
            {
                dial(place, peer);
            }
        });

        return this;
    }

    /** Dials the repair lane of a holder, on the thread that polls it. */
    void dial(final int place, final PeerName peer)
    {
        holders[place].take(client.dial(
            peer.toString(),
            link(Lane.REPAIR, peer.endpoint(), peer.publicKey()),
            counters.get(FragcastCounter.SOURCES_REMADE)));
    }

    /**
     * Links to the holders.
     *
     * @return places, some of them empty.
     */
    LinkPlace[] holders()
    {
        return holders;
    }

    PeerPlaces holderPlaces()
    {
        return holderPlaces;
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
        return sources;
    }

    List<FrameSink> sinks()
    {
        return List.of(sinks);
    }

    FrameSink[] sinkArray()
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
        return counters.value(FragcastCounter.SOURCES_CONNECTED) == sources.length &&
            counters.value(FragcastCounter.SINKS_CONNECTED) == sinks.length;
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

    /** Closes first: a peer that is elsewhere now has the same session. Where one cannot be opened the rest is shut. */
    private <T extends AutoCloseable> void change(
        final List<T> current,
        final Function<T, String> name,
        final List<Stream> wanted,
        final Function<Stream, T> opener,
        final List<T> open)
    {
        final Map<String, T> kept = new HashMap<>();
        current.forEach((each) -> kept.put(name.apply(each), each));
        final Set<String> names = wanted.stream().map(Stream::name).collect(Collectors.toSet());
        CloseHelper.closeAll(current.stream().filter((each) -> !names.contains(name.apply(each))).toList());
        kept.keySet().retainAll(names);
        try
        {
            for (final Stream stream : wanted)
            {
                final T old = kept.remove(stream.name());
                open.add(null != old ? old : opener.apply(stream));
                grants.addAll(stream.channel().grants());
            }
        }
        finally
        {
            CloseHelper.closeAll(kept.values());
        }
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
