package io.fragcast.node;

import io.fragcast.agent.Commands;
import io.fragcast.agent.PeerAgent;
import io.fragcast.config.PeerName;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.peer.PeerSettings;
import io.fragcast.transport.LinkPlace;
import io.fragcast.transport.aeron.AeronClient;
import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.List;

/**
 * The peers of a control lane: holders in the first places, which are dialled, requesters in those behind. The lane's
 * thread opens and closes their links.
 */
final class ControlPeers
{
    private final NodeContext<?> ctx;
    private final AeronClient client;
    private final Links lanes;
    private final Counters counters;
    private final PeerPlaces holders;
    private final PeerPlaces requesters;
    private final PeerPlaces.Owner holderOwner;
    private final PeerPlaces.Owner requesterOwner;
    private final LinkPlace[] links;
    private final PeerSettings[] settings;
    private final Commands commands = new Commands();
    private @Nullable PeerAgent agent;

    ControlPeers(
        final NodeContext<?> ctx, final AeronClient client, final Links lanes, final Counters counters)
    {
        this.ctx = ctx;
        this.client = client;
        this.lanes = lanes;
        this.counters = counters;
        holders = new PeerPlaces(PeerPlaces.holders(ctx.holders()));
        requesters = new PeerPlaces(PeerPlaces.requesters(ctx.requesters()));
        links = LinkPlace.array(holders.capacity() + requesters.capacity());
        settings = new PeerSettings[links.length];
        Arrays.fill(settings, PeerSettings.NOBODY);
        holderOwner = new Section(0, true);
        requesterOwner = new Section(holders.capacity(), false);
        holders.change(ctx.holders(), holderOwner);
        requesters.change(ctx.requesters(), requesterOwner);
    }

    /**
     * Names who polls the links.
     *
     * @param poller told of other peers.
     */
    void polledBy(final PeerAgent poller)
    {
        agent = poller;
    }

    void change(final List<PeerName> newHolders, final List<PeerName> newRequesters)
    {
        commands.tell(() ->
        {
            holders.change(newHolders, holderOwner);
            requesters.change(newRequesters, requesterOwner);
        });
    }

    /**
     * Makes the changes that are due, on the lane's thread.
     *
     * @return changes made.
     */
    int doWork()
    {
        return commands.doWork();
    }

    LinkPlace[] links()
    {
        return links;
    }

    List<PeerSettings> settings()
    {
        return List.of(settings);
    }

    int holderCapacity()
    {
        return holders.capacity();
    }

    int requesterCapacity()
    {
        return requesters.capacity();
    }

    /** Holders or requesters. */
    private final class Section implements PeerPlaces.Owner
    {
        private final int first;
        private final boolean isDialled;

        Section(final int first, final boolean isDialled)
        {
            this.first = first;
            this.isDialled = isDialled;
        }

        /** The Goodbye goes into the link before it is closed, which lingers. */
        @Override
        public void onLeft(final int place)
        {
            assign(first + place, PeerSettings.NOBODY);
            links[first + place].leave();
        }

        @Override
        public void onTaken(final int place, final PeerName peer)
        {
            links[first + place].take(isDialled ?
                client.dial(
                    peer.toString(),
                    lanes.link(Lane.CONTROL, peer.endpoint(), peer.publicKey()),
                    counters.get(FragcastCounter.SOURCES_REMADE)) :
                client.accept(
                    peer.toString(),
                    lanes.link(Lane.CONTROL, ctx.listen(), peer.publicKey()),
                    null,
                    counters.get(FragcastCounter.SOURCES_REMADE)));
            assign(first + place, new PeerSettings(peer.toString(), peer.publicKey(), isDialled));
        }

        /** While the lane is made there is nobody to tell. */
        private void assign(final int index, final PeerSettings peer)
        {
            settings[index] = peer;
            if (null != agent)
            {
                agent.assign(index, peer);
            }
        }
    }
}
