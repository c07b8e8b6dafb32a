package io.fragcast.node;

import io.fragcast.config.PeerName;
import io.fragcast.protocol.fanout.Plan;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Whom a node hears and feeds for the sake of the tree. Immutable.
 *
 * @param sources who feeds it, in order.
 * @param sinks   whom it feeds, in order.
 * @param unicast whom it hears by unicast too, since it does not by multicast.
 * @param plan    that holds, or null: as long as there is none, the configuration holds beside it.
 */
public record TreeStreams(
    List<PeerName> sources, List<PeerName> sinks, List<PeerName> unicast, @Nullable Plan plan)
{
    /** No tree: the configuration holds. */
    public static final TreeStreams NONE = new TreeStreams(List.of(), List.of(), List.of(), null);

    /**
     * Whom the node hears as it is configured to, by multicast where there is a group.
     *
     * @param configured peers, of whom those stay that the plan does not know, or has it hear.
     * @return peers, each once.
     */
    public List<PeerName> configuredSources(final List<PeerName> configured)
    {
        final Set<String> wanted = names(sources);

        return configured.stream().filter((peer) -> wanted.contains(peer.toString()) || !isPlanned(peer)).toList();
    }

    /**
     * Whom the node hears by unicast, besides.
     *
     * @param configured peers.
     * @return peers, each once.
     */
    public List<PeerName> unicastSources(final List<PeerName> configured)
    {
        final Set<String> names = names(configured);
        final List<PeerName> all = new ArrayList<>(unicast);
        sources.stream().filter((peer) -> !names.contains(peer.toString())).forEach(all::add);

        return all;
    }

    /**
     * Whom the node feeds.
     *
     * @param configured peers, of whom those stay that the plan does not know.
     * @return peers, each once.
     */
    public List<PeerName> sinks(final List<PeerName> configured)
    {
        final Set<String> names = names(sinks);
        final List<PeerName> all = new ArrayList<>(sinks);
        configured.stream().filter((peer) -> !isPlanned(peer) && names.add(peer.toString())).forEach(all::add);

        return all;
    }

    private boolean isPlanned(final PeerName peer)
    {
        return null != plan && Plan.NO_NODE != plan.nodeOf(Plan.idOf(peer.publicKey()));
    }

    private static Set<String> names(final List<PeerName> peers)
    {
        return peers.stream().map(PeerName::toString).collect(Collectors.toSet());
    }
}
