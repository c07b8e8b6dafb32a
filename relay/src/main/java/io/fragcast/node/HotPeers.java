package io.fragcast.node;

import io.fragcast.agent.Commands;
import io.fragcast.agent.IngestAgent;
import io.fragcast.config.PeerName;
import io.fragcast.protocol.leader.LeaderLookahead;
import io.fragcast.protocol.repair.AskedBoard;
import io.fragcast.protocol.repair.RepairClient;
import io.fragcast.transport.FrameSink;
import io.fragcast.transport.FrameSource;
import io.fragcast.watch.Presence;
import io.fragcast.wire.FrameFanout;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Whom a node hears and feeds, for its hot thread, which alone opens and closes those streams while it runs. Another
 * thread works out what they are to be; the hot one changes them between two duty cycles. A stream that cannot be
 * opened is an error of the hot thread's; those before it in the order are open, those after it are not.
 */
final class HotPeers
{
    private final Links links;
    private final Presence sources;
    private final Presence sinks;
    private final Commands commands = new Commands();
    private List<PeerName> upstreams;
    private List<PeerName> downstreams;
    private TreeStreams tree = TreeStreams.NONE;
    private @Nullable IngestAgent ingest;
    private @Nullable RepairClient client;
    private @Nullable FrameFanout fanout;
    private @Nullable LeaderLookahead lookahead;

    HotPeers(
        final Links links,
        final Presence sources,
        final Presence sinks,
        final List<PeerName> upstreams,
        final List<PeerName> downstreams)
    {
        this.upstreams = upstreams;
        this.downstreams = downstreams;
        this.links = links;
        this.sources = sources;
        this.sinks = sinks;
    }

    /**
     * Names who polls the sources.
     *
     * @param agent  told of others.
     * @param repair asks the holders; told of others too.
     */
    void polledBy(final IngestAgent agent, final RepairClient repair)
    {
        ingest = agent;
        client = repair;
    }

    /**
     * Names what sends to the sinks.
     *
     * @param target  told of others.
     * @param leaders told of others too: says who of them leads next.
     */
    void fedBy(final FrameFanout target, final LeaderLookahead leaders)
    {
        fanout = target;
        lookahead = leaders;
    }

    /**
     * Has the node hear these peers and no others, but for what the tree wants. Any thread.
     *
     * @param peers in order.
     */
    synchronized void hear(final List<PeerName> peers)
    {
        upstreams = peers;
        hear();
    }

    /**
     * Has the node feed these peers and no others, but for what the tree wants. Any thread.
     *
     * @param peers in order.
     */
    synchronized void feed(final List<PeerName> peers)
    {
        downstreams = peers;
        feed();
    }

    /**
     * Has the node hear and feed whom the tree wants. Any thread.
     *
     * @param wanted by the tree.
     */
    synchronized void follow(final TreeStreams wanted)
    {
        tree = wanted;
        if (isHearing())
        {
            hear();
        }
        if (isFeeding())
        {
            feed();
        }
    }

    private void hear()
    {
        final List<Links.Stream> streams = new ArrayList<>(links.upstreams(tree.configuredSources(upstreams)));
        streams.addAll(links.unicastUpstreams(tree.unicastSources(upstreams)));
        commands.tell(() ->
        {
            try
            {
                links.hear(streams);
            }
            finally
            {
                sources.change(Arrays.stream(links.sources()).map(FrameSource::name).toList());
                Objects.requireNonNull(ingest, "nobody polls").sources(links.sources());
            }
        });
    }

    private void feed()
    {
        final List<PeerName> peers = tree.sinks(downstreams);
        final List<Links.Stream> streams = links.downstreams(peers);
        final List<LeaderLookahead.Target> targets = links.targets(peers);
        commands.tell(() ->
        {
            try
            {
                links.feed(streams);
            }
            finally
            {
                sinks.change(Arrays.stream(links.sinkArray()).map(FrameSink::name).toList());
                Objects.requireNonNull(fanout, "nobody sends").change(links.sinks());
                Objects.requireNonNull(lookahead, "nobody looks ahead").onTargets(targets);
            }
        });
    }

    /**
     * Has the node ask these holders and no others. Any thread.
     *
     * @param holders at most as many as there are places.
     */
    void ask(final List<PeerName> holders)
    {
        final RepairClient asker = Objects.requireNonNull(client, "nobody asks");
        commands.tell(() -> links.holderPlaces().change(holders, new PeerPlaces.Owner()
        {
            @Override
            public void onLeft(final int place)
            {
                links.holders()[place].leave();
                asker.onHolder(place, false);
            }

            @Override
            public void onTaken(final int place, final PeerName peer)
            {
                links.dial(place, peer);
                asker.onHolder(place, true);
            }
        }));
    }

    /**
     * What is asked of whom.
     *
     * @return the board; null if the node asks nobody.
     */
    @Nullable AskedBoard asked()
    {
        return null == client ? null : client.asked();
    }

    /**
     * Does the node hear anybody, or feed anybody, at all?
     *
     * @return true if it was made to.
     */
    boolean isHearing()
    {
        return null != ingest;
    }

    boolean isFeeding()
    {
        return null != fanout;
    }

    /**
     * Makes the changes that are due, on the hot thread.
     *
     * @return changes made.
     */
    int doWork()
    {
        return commands.doWork();
    }

    /**
     * Sources that are open.
     *
     * @return in order; not to be changed.
     */
    FrameSource[] sources()
    {
        return links.sources();
    }

    /**
     * Sinks that are open.
     *
     * @return in order; not to be changed.
     */
    FrameSink[] sinks()
    {
        return links.sinkArray();
    }
}
