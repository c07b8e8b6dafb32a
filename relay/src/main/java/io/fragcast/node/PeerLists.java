package io.fragcast.node;

import io.fragcast.config.PeerName;

import java.util.List;

/**
 * The peers of a node, by what they are to it.
 *
 * @param upstreams  whom it hears.
 * @param sinks      whom it feeds, in order.
 * @param holders    whom it asks for what it lost.
 * @param requesters whose questions it answers.
 */
public record PeerLists(
    List<PeerName> upstreams, List<PeerName> sinks, List<PeerName> holders, List<PeerName> requesters)
{
    /**
     * Those of a context.
     *
     * @param ctx with the peers.
     * @return its lists.
     */
    static PeerLists of(final PeerContext<?> ctx)
    {
        return new PeerLists(ctx.upstreams(), ctx.sinks(), ctx.holders(), ctx.requesters());
    }
}
