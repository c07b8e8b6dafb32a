package io.fragcast.node;

import io.fragcast.agent.BulkService;
import io.fragcast.agent.Commands;
import io.fragcast.agent.RepairAgent;
import io.fragcast.agent.SealedBlockRing;
import io.fragcast.config.PeerName;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.edge.chain.OwnBodies;
import io.fragcast.journal.AcceptedFrames;
import io.fragcast.journal.HoleFiller;
import io.fragcast.journal.JournalArchive;
import io.fragcast.journal.JournalConfig;
import io.fragcast.journal.JournalNotes;
import io.fragcast.journal.JournalRing;
import io.fragcast.journal.chronicle.ChronicleJournalReader;
import io.fragcast.node.ThreadPlan.Role;
import io.fragcast.protocol.block.BlockLimits;
import io.fragcast.protocol.block.MessageSigner;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.protocol.repair.AnswerLimits;
import io.fragcast.protocol.repair.FrameArchive;
import io.fragcast.protocol.repair.HeldFrames;
import io.fragcast.protocol.repair.HeldItems;
import io.fragcast.protocol.repair.RecentFrames;
import io.fragcast.protocol.repair.RepairServer;
import io.fragcast.protocol.sync.SealedBlockShelf;
import io.fragcast.protocol.sync.SeederLimits;
import io.fragcast.protocol.sync.StreamSeeder;
import io.fragcast.transport.FrameLink;
import io.fragcast.transport.LinkPlace;
import io.fragcast.transport.aeron.AeronClient;
import io.fragcast.wire.AnswerProxy;
import io.fragcast.wire.ChunkProxy;
import io.fragcast.wire.ItemNames;
import io.fragcast.wire.SealedBlockAuthor;
import io.fragcast.wire.SealedBlockPasser;
import io.fragcast.wire.SealedBodies;
import org.agrona.CloseHelper;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

import java.security.SecureRandom;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/**
 * The serving side of a node's repair and bulk lanes, on a cold thread with a client of its own:
 * <pre>
 *   hot agent --JournalTap--> [ ring ] --AcceptedFrames--> RecentFrames --+--> RepairServer --> requesters
 *   journal's files ------------------- JournalArchive ------------------+--> StreamSeeder --> those far behind
 *   ChainSources --SealedBlockRing--> SealedBlockAuthor, on a leader --> SealedBlockShelf --^
 *                                     SealedBlockPasser, else -----------------^    SealedBodies: of both -^
 * </pre>
 * The hot agent shares the ring with it and nothing else. Closed with the host, after its threads.
 */
final class RepairLane
{
    /** An eighth of what is kept: at 64 MiB a cold thread that is held up for 250 ms at 32 MB/s loses nothing. */
    private static final int RING_FRACTION = 8;

    private final JournalRing ring;
    private final Commands commands;
    private final PeerPlaces places;
    private final PeerPlaces.Owner owner;

    private RepairLane(
        final JournalRing ring, final Commands commands, final PeerPlaces places, final PeerPlaces.Owner owner)
    {
        this.ring = ring;
        this.commands = commands;
        this.places = places;
        this.owner = owner;
    }

    /**
     * Makes what serves a node's requesters.
     *
     * @param ctx       of the node.
     * @param host      that runs it.
     * @param links     of the node.
     * @param journal   of the node, whose holes are filled from memory; null: none.
     * @param openBlock height that the hot agent is to finish now.
     * @param schedule  that holds now, and then.
     * @param chain     that tells a leader what was sealed.
     * @param clock     monotonic.
     * @param epoch     for the time of records.
     * @param counters  of the node.
     * @return the lane; null where nobody may ask.
     */
    static @Nullable RepairLane serve(
        final NodeContext<?> ctx,
        final NodeHost host,
        final Links links,
        final @Nullable JournalLane journal,
        final LongSupplier openBlock,
        final Schedule schedule,
        final ChainSources chain,
        final NanoClock clock,
        final EpochNanoClock epoch,
        final Counters counters)
    {
        if (ctx.requesters().isEmpty())
        {
            return null;
        }

        final AeronClient client = host.connectCold(ctx.name() + " repair");
        final PeerPlaces places = new PeerPlaces(PeerPlaces.requesters(ctx.requesters()));
        final LinkPlace[] requesters = LinkPlace.array(places.capacity());
        final LinkPlace[] behind = LinkPlace.array(places.capacity());
        final PeerPlaces.Owner owner = new Requesters(requesters, behind, client, links, ctx, counters);
        places.change(ctx.requesters(), owner);
        host.addResource(() -> CloseHelper.closeAll(requesters));
        host.addResource(() -> CloseHelper.closeAll(behind));
        final Commands commands = new Commands();

        final JournalRing ring = new JournalRing(
            Math.max(JournalConfig.MIN_RING_LENGTH, ctx.repairMemoryLength() / RING_FRACTION),
            counters.get(FragcastCounter.REPAIR_MEMORY_LOST));
        final RecentFrames memory = new RecentFrames(ctx.repairMemoryLength(), counters);
        final JournalArchive archive = archive(ctx, counters);
        if (null != archive)
        {
            host.addResource(archive);
        }
        final HoleFiller filler = null == archive || null == journal ? null :
            new HoleFiller(memory, journal.fillRing(), epoch, counters);
        if (null != archive && null != filler)
        {
            archive.holes(filler);
        }

        final long chainId = ctx.schedule().chainId();
        final int maxFrameLength = Lane.maxFrameLength(ctx.schedule().mtu());
        final FrameArchive frames = null == archive ? FrameArchive.NONE : archive;
        final RepairServer server = new RepairServer(
            chainId,
            requesters.length,
            memory,
            frames,
            new AnswerProxy(requesters, chainId, maxFrameLength),
            AnswerLimits.DEFAULT,
            new SecureRandom()::nextLong,
            counters);
        final HeldFrames held = new HeldFrames(memory, frames);
        final AcceptedFrames accepted = new AcceptedFrames(ring, memory);
        final MessageSigner signer = ctx.statementSigner();
        final boolean isShelfFilled = null != signer || ctx.chain().isFromHolders();
        final SealedBlockShelf shelf = isShelfFilled ? new SealedBlockShelf(maxFrameLength) : null;
        final BlockLimits limits = ctx.limits();
        final SealedBodies bodies = null == shelf ? null : new SealedBodies(
            chainId,
            shelf,
            held,
            limits.maxFragsPerBlock(),
            limits.maxTxLength(),
            maxFrameLength,
            chain.ownBodies()::want,
            counters);
        final IntSupplier whole = null == shelf || null == bodies ? () -> 0 : whole(
            null == signer ?
                passer(new SealedBlockPasser(shelf, maxFrameLength), chain.passedOn()) :
                author(
                    new SealedBlockAuthor(schedule, signer, shelf, epoch, maxFrameLength, counters), accepted, chain),
            chain.ownBodies(),
            bodies,
            clock);
        final StreamSeeder seeder = new StreamSeeder(
            chainId,
            behind.length,
            new HeldItems[]{held, held, shelf, null, bodies},
            new ItemNames()::tryName,
            new ChunkProxy(behind, chainId, maxFrameLength),
            SeederLimits.DEFAULT,
            new SecureRandom()::nextLong,
            counters);
        host.addCold(
            Role.JOURNAL,
            new RepairAgent(
                ctx.name(),
                clock,
                new AcceptedFrames[]{accepted},
                archive,
                requesters,
                server,
                openBlock,
                new BulkService(behind, seeder, chainId, counters),
                () -> commands.doWork() + client.invoke() + (null == filler ? 0 : filler.doWork()) + whole.getAsInt(),
                counters),
            counters.get(FragcastCounter.HOT_ERRORS));

        return new RepairLane(ring, commands, places, owner);
    }

    /**
     * Where accepted frames go.
     *
     * @return the ring, written by the hot agent.
     */
    JournalRing ring()
    {
        return ring;
    }

    /**
     * Answers these peers and no others. Any thread; the lane's own opens and closes.
     *
     * @param requesters at most {@link #capacity()}.
     */
    void answer(final List<PeerName> requesters)
    {
        commands.tell(() -> places.change(requesters, owner));
    }

    int capacity()
    {
        return places.capacity();
    }

    /** Headers go onto the shelf, and bodies that the node's own client told to those that were rebuilt. */
    private static IntSupplier whole(
        final IntSupplier headers, final OwnBodies own, final SealedBodies bodies, final NanoClock clock)
    {
        return () ->
        {
            final OwnBodies.Told told = own.poll();
            if (null != told)
            {
                bodies.put(told.number(), told.bytes(), clock.nanoTime());
            }

            return headers.getAsInt() + (null == told ? 0 : 1);
        };
    }

    /** Signs what was sealed for the Seals that come by. */
    private static IntSupplier author(
        final SealedBlockAuthor author, final AcceptedFrames accepted, final ChainSources chain)
    {
        accepted.seals(author);
        final SealedBlockRing sealedBlocks = chain.served();

        return () -> sealedBlocks.poll(author);
    }

    /** What other holders gave is there for those who ask this node. */
    private static IntSupplier passer(final SealedBlockPasser passer, final SealedBlockRing sealedBlocks)
    {
        return () -> sealedBlocks.poll(passer);
    }

    private static @Nullable JournalArchive archive(final NodeContext<?> ctx, final Counters counters)
    {
        final JournalConfig journal = ctx.journal();

        if (null == journal)
        {
            return null;
        }

        final ChronicleJournalReader follower = ChronicleJournalReader.open(journal.dir());
        final JournalArchive archive = new JournalArchive(
            follower,
            ChronicleJournalReader.open(journal.dir()),
            JournalArchive.DEFAULT_CAPACITY,
            counters);
        try (JournalNotes notes = follower.notes())
        {
            archive.follow(notes);
        }

        return archive;
    }

    /** Opens and closes the links of requesters. */
    private record Requesters(
        LinkPlace[] requesters,
        LinkPlace[] behind,
        AeronClient client,
        Links links,
        NodeContext<?> ctx,
        Counters counters)
        implements PeerPlaces.Owner
    {
        @Override
        public void onLeft(final int place)
        {
            requesters[place].leave();
            behind[place].leave();
        }

        @Override
        public void onTaken(final int place, final PeerName peer)
        {
            requesters[place].take(accept(Lane.REPAIR, peer));
            behind[place].take(accept(Lane.BULK, peer));
        }

        private FrameLink accept(final Lane lane, final PeerName peer)
        {
            return client.accept(
                peer.toString(),
                links.link(lane, ctx.listen(), peer.publicKey()),
                null,
                counters.get(FragcastCounter.SOURCES_REMADE));
        }
    }
}
