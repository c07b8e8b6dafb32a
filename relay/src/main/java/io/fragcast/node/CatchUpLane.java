package io.fragcast.node;

import io.fragcast.agent.CatchUpAgent;
import io.fragcast.agent.CatchUpFeed;
import io.fragcast.agent.CatchUpRing;
import io.fragcast.agent.Commands;
import io.fragcast.agent.HoleFeed;
import io.fragcast.agent.HolderRing;
import io.fragcast.agent.HolderTee;
import io.fragcast.agent.IngestAgent;
import io.fragcast.config.PeerName;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.crypto.Secp256k1;
import io.fragcast.journal.JournalConfig;
import io.fragcast.journal.JournalRing;
import io.fragcast.node.ThreadPlan.Role;
import io.fragcast.protocol.block.BlockLaneReceiver;
import io.fragcast.protocol.block.FrameForwarder;
import io.fragcast.protocol.block.FrameLane;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.protocol.peer.HolderConsumer;
import io.fragcast.protocol.peer.PeerRole;
import io.fragcast.protocol.sync.BodyFollower;
import io.fragcast.protocol.sync.CatchUp;
import io.fragcast.protocol.sync.HoleFetcher;
import io.fragcast.protocol.sync.SealedBlockFollower;
import io.fragcast.protocol.sync.StreamSender;
import io.fragcast.transport.LinkPlace;
import io.fragcast.transport.aeron.AeronClient;
import io.fragcast.wire.BlockLaneAdapter;
import io.fragcast.wire.BulkAnswerAdapter;
import io.fragcast.wire.BulkProxy;
import io.fragcast.wire.FrameNames;
import io.fragcast.wire.SealedBlockAdapter;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * How a node that is far behind fetches whole heights, to deliver or to keep them: the bulk lane of its holders, on a
 * cold thread with a client of its own.
 * <pre>
 *   holders --bulk lane--> BulkAnswerAdapter --> CatchUp --CatchUpRing--> CatchUpFeed --> receiver of the hot agent
 *   holders --control lane--> HolderRing ----------^   ^---- how far the node is, what did not hold ----'
 * </pre>
 * A sequencer that follows others asks for what its journal lacks, and for nothing else, while it does not lead: its
 * run is where the others' is, so that its own term begins at once, whatever it missed.
 * <pre>
 *   holders --bulk lane--> BulkAnswerAdapter --> HoleFetcher --> HoleFeed --> the journal's own ring
 * </pre>
 * Closed with the host, after its threads.
 */
final class CatchUpLane
{
    /** Eighths of the slab that is held of what was fetched: the largest attempt, a quarter, and what frames add. */
    private static final int BUDGET_EIGHTHS = 3;

    /** Without a journal, and nobody to ask this node, nobody keeps what was fetched. */
    private static final FrameForwarder NOBODY = new FrameForwarder()
    {
        @Override
        public void onAccepted(
            final DirectBuffer buffer, final int offset, final int length, final int sessionId)
        {
            // It is assembled and delivered; only its bytes are for nobody.
        }

        @Override
        public boolean isReady()
        {
            return true;
        }
    };

    /** Nobody is asked. */
    private static final PeerPlaces.Owner NO_LINKS = new PeerPlaces.Owner()
    {
        @Override
        public void onLeft(final int place)
        {
            throw new IllegalStateException("nobody stands at " + place);
        }

        @Override
        public void onTaken(final int place, final PeerName peer)
        {
            throw new IllegalStateException("no place for " + peer);
        }
    };

    private final CatchUpRing ring = new CatchUpRing();
    private final HolderRing news = new HolderRing();

    private final Commands commands = new Commands();
    private final PeerPlaces places;
    private final PeerPlaces.Owner owner;
    private final boolean isServing;
    private final boolean isFeeding;
    private List<PeerName> holders = List.of();
    private boolean isDialled;

    private CatchUpLane(
        final PeerPlaces places, final PeerPlaces.Owner owner, final boolean isFeeding, final boolean isServing)
    {
        this.isFeeding = isFeeding;
        this.isServing = isServing;
        this.places = places;
        this.owner = owner;
    }

    /**
     * Makes the lane of a node.
     *
     * @param ctx        of the node.
     * @param host       that runs it.
     * @param links      of the node.
     * @param schedule   that holds now, and then.
     * @param chain      takes sealed blocks that holders gave, where the node follows them.
     * @param journal    of the node, whose holes are filled; null: none.
     * @param isLeading  does the node lead, so that its journal waits? Asked by the cold thread.
     * @param clock      monotonic.
     * @param epochClock for the time of records.
     * @param counters   of the node.
     * @return the lane; one that does nothing where nobody could be asked, or nothing is delivered or kept.
     */
    static CatchUpLane open(
        final NodeContext<?> ctx,
        final NodeHost host,
        final Links links,
        final Schedule schedule,
        final ChainSources chain,
        final @Nullable JournalLane journal,
        final BooleanSupplier isLeading,
        final NanoClock clock,
        final EpochNanoClock epochClock,
        final Counters counters)
    {
        final List<PeerName> peers = ctx.holders();
        // A relay that keeps nothing goes on at once where the run is: nobody would see the rest. A sequencer too, for
        // it leads from where the run is: what it keeps is filled behind it.
        final boolean isFeeding = PeerRole.REPLICA == ctx.role() || PeerRole.RELAY == ctx.role() && null != journal;
        final boolean isFilling = PeerRole.SEQUENCER == ctx.role() && null != journal && !ctx.upstreams().isEmpty();
        if (!isFeeding && !isFilling || peers.isEmpty())
        {
            return new CatchUpLane(new PeerPlaces(0), NO_LINKS, false, false);
        }

        final AeronClient client = host.connectCold(ctx.name() + " catch-up");
        final PeerPlaces places = new PeerPlaces(PeerPlaces.holders(peers));
        final LinkPlace[] holders = LinkPlace.array(places.capacity());
        final CatchUpLane lane = new CatchUpLane(
            places, new Holders(holders, client, links, counters), isFeeding, !ctx.requesters().isEmpty());
        lane.holders = List.copyOf(peers);
        host.addResource(() -> CloseHelper.closeAll(holders));

        final long chainId = ctx.schedule().chainId();
        final StreamSender requests = new BulkProxy(holders, chainId);
        final boolean isFollowing = isFeeding && ctx.chain().isFromHolders();
        final SealedBlockFollower follower = !isFollowing ? null : new SealedBlockFollower(
            chainId,
            requests,
            new SealedBlockAdapter(schedule, Secp256k1.load().newVerifier()),
            chain::fetched,
            new SecureRandom()::nextLong,
            counters);
        final BodyFollower bodies = null == follower ? null : new BodyFollower(
            chainId, requests, new WholeBlocks(ctx.name(), blocksDir(ctx)), new SecureRandom()::nextLong, counters);
        final CatchUp catchUp = new CatchUp(
            chainId,
            requests,
            lane.ring,
            new FrameNames()::tryName,
            ctx.limits().windowBlocks(),
            ctx.limits().maxFragsPerBlock(),
            (long)ctx.limits().slabBytes() / 8 * BUDGET_EIGHTHS,
            new SecureRandom()::nextLong,
            counters);
        final BulkAnswerAdapter[] answers = new BulkAnswerAdapter[holders.length];
        for (int i = 0; i < answers.length; i++)
        {
            answers[i] = new BulkAnswerAdapter(i, catchUp, follower, clock, chainId, counters);
            if (null != bodies)
            {
                answers[i].bodies(bodies);
            }
        }
        final CatchUpAgent agent = new CatchUpAgent(
            ctx.name(),
            clock,
            lane.ring,
            lane.news,
            holders,
            answers,
            catchUp,
            follower,
            lane::dial,
            () -> lane.commands.doWork() + client.invoke());
        if (null != bodies)
        {
            agent.bodies(bodies, chain.bodiesWanted());
        }
        if (null != journal)
        {
            agent.holes(fillHoles(
                chainId,
                requests,
                answers,
                new HoleFeed(schedule, ctx.limits(), ctx.verifiers(), journal.fetchRing(), clock, epochClock),
                counters), journal::lacking, isLeading);
        }
        host.addCold(Role.JOURNAL, agent, counters.get(FragcastCounter.HOT_ERRORS));

        return lane;
    }

    /** What the journal lacks comes by the same links. */
    private static HoleFetcher fillHoles(
        final long chainId,
        final StreamSender requests,
        final BulkAnswerAdapter[] answers,
        final HoleFeed feed,
        final Counters counters)
    {
        final HoleFetcher holes = new HoleFetcher(
            chainId, requests, feed, new FrameNames()::tryName, new SecureRandom()::nextLong, counters);
        for (final BulkAnswerAdapter each : answers)
        {
            each.holes(holes);
        }

        return holes;
    }

    /** Where whole blocks are kept: beside the journal. */
    private static @Nullable Path blocksDir(final NodeContext<?> ctx)
    {
        final JournalConfig journal = ctx.journal();

        return null == journal ? null : journal.dir().resolve("blocks");
    }

    /**
     * Asks these holders and no others. Any thread; the lane's own opens and closes.
     *
     * @param holders at most as many as there are places, if there is one.
     */
    void ask(final List<PeerName> holders)
    {
        if (isOff())
        {
            return;
        }
        commands.tell(() ->
        {
            this.holders = List.copyOf(holders);
            dial(isDialled);
        });
    }

    /** The thread of the lane dials while its node is behind. */
    private void dial(final boolean isWanted)
    {
        isDialled = isWanted;
        places.change(isWanted ? holders : List.of(), owner);
    }

    /**
     * Who is told of what holders have.
     *
     * @param hot told first.
     * @return both.
     */
    HolderConsumer told(final HolderConsumer hot)
    {
        return isOff() ? hot : new HolderTee(hot, news);
    }

    /**
     * Makes the hot agent's side, where whole heights are fetched for it.
     *
     * @param agent       that runs it.
     * @param receiver    that takes what was fetched.
     * @param adapter     before it.
     * @param rings       of those who keep what is accepted.
     * @param epochClock  for the time of acceptance.
     */
    void feed(
        final IngestAgent agent,
        final BlockLaneReceiver receiver,
        final BlockLaneAdapter adapter,
        final JournalRing[] rings,
        final EpochNanoClock epochClock)
    {
        if (isOff() || !isFeeding)
        {
            return;
        }

        final CatchUpFeed feed = new CatchUpFeed(ring, receiver, adapter);
        receiver.caughtUpBy(feed, 0 == rings.length ? NOBODY : kept(rings, epochClock));
        if (isServing)
        {
            receiver.checkEveryFrame();
        }
        agent.caughtUpBy(feed);
    }

    private boolean isOff()
    {
        return 0 == places.capacity();
    }

    /** What was checked frame by frame may be given to those who ask for single frames. */
    private FrameForwarder kept(final JournalRing[] rings, final EpochNanoClock clock)
    {
        final JournalTap tap = new JournalTap(rings, clock, null);
        tap.lane((isServing ? FrameLane.REPAIR : FrameLane.BULK).offset());

        return tap;
    }

    /** Opens and closes the links to holders. */
    private record Holders(LinkPlace[] holders, AeronClient client, Links links, Counters counters)
        implements PeerPlaces.Owner
    {
        @Override
        public void onLeft(final int place)
        {
            holders[place].leave();
        }

        @Override
        public void onTaken(final int place, final PeerName peer)
        {
            holders[place].take(client.dial(
                peer.toString(),
                links.link(Lane.BULK, peer.endpoint(), peer.publicKey()),
                counters.get(FragcastCounter.SOURCES_REMADE)));
        }
    }
}
