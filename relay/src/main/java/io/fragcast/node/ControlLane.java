package io.fragcast.node;

import io.fragcast.agent.HoldingsRing;
import io.fragcast.agent.PeerAgent;
import io.fragcast.codecs.HelloDecoder;
import io.fragcast.config.PeerName;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.crypto.Secp256k1;
import io.fragcast.journal.JournalConfig;
import io.fragcast.node.ThreadPlan.Role;
import io.fragcast.protocol.block.FrameForwarder;
import io.fragcast.protocol.leader.TakeoverMemory;
import io.fragcast.protocol.peer.Hello;
import io.fragcast.protocol.peer.HolderConsumer;
import io.fragcast.protocol.peer.PeerSnapshot;
import io.fragcast.protocol.peer.PeerRole;
import io.fragcast.protocol.peer.PeerState;
import io.fragcast.protocol.peer.PeerTable;
import io.fragcast.protocol.peer.SessionTimeouts;
import io.fragcast.protocol.peer.Statements;
import io.fragcast.transport.LinkPlace;
import io.fragcast.transport.aeron.AeronClient;
import io.fragcast.watch.PeerClocks;
import io.fragcast.wire.ControlProxy;
import org.agrona.CloseHelper;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.nio.MappedByteBuffer;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;

/**
 * A node's control lane, on a cold thread with a client of its own: it dials its holders and serves its requesters.
 * <pre>
 *   hot agent ── HoldingsRing ─▶ PeerTable ◀─▶ PeerSession ◀─▶ ControlProxy, ControlAdapter ◀─▶ links
 *                                   ├──▶ snapshot: status page, metrics
 *   makers ── StatementRing ─▶ Statements ──▶ owners of the kinds, and every READY peer
 * </pre>
 * Closed with the host, after its threads; the agent says Goodbye before.
 */
final class ControlLane implements PeerClocks
{
    private static final String TAKEOVERS_FILE = "takeovers.memory";

    private final PeerTable table;
    private final HoldingsRing holdings;
    private final ControlPeers peers;

    private ControlLane(final PeerTable table, final HoldingsRing holdings, final ControlPeers peers)
    {
        this.table = table;
        this.holdings = holdings;
        this.peers = peers;
    }

    /**
     * Makes the lane of a node.
     *
     * @param ctx        of the node.
     * @param host       that runs it.
     * @param links      of the node.
     * @param next       who takes accepted frames before the lane does, or null for none.
     * @param news       of what holders have; called by the cold thread.
     * @param statements of the node, and who owns which kind.
     * @param schedule   of the node.
     * @param alarms     told of proofs.
     * @param tree       of leaders' plans, or null: who feeds whom is configured.
     * @param clock      monotonic.
     * @param epochClock for stamps.
     * @param counters   of the node.
     * @return the lane; null where there is nobody to talk to.
     */
    static @Nullable ControlLane open(
        final NodeContext<?> ctx,
        final NodeHost host,
        final Links links,
        final @Nullable FrameForwarder next,
        final HolderConsumer news,
        final NodeStatements statements,
        final NodeSchedule schedule,
        final Alarms alarms,
        final @Nullable NodeTree tree,
        final NanoClock clock,
        final EpochNanoClock epochClock,
        final Counters counters)
    {
        if (ctx.holders().isEmpty() && ctx.requesters().isEmpty())
        {
            return null;
        }

        final AeronClient client = host.connectCold(ctx.name() + " peers");
        final ControlPeers peers = new ControlPeers(ctx, client, links, counters);
        final LinkPlace[] peerLinks = peers.links();
        host.addResource(() -> CloseHelper.closeAll(peerLinks));

        final long chainId = ctx.schedule().chainId();
        final Statements flood = new Statements(
            chainId, Lane.maxFrameLength(ctx.schedule().mtu()), Secp256k1.load().newVerifier(), counters);
        statements.register(flood, schedule, alarms, takeovers(ctx, host), epochClock);
        final PeerTable table = new PeerTable(
            hello(ctx),
            peers.settings(),
            Arrays.stream(peerLinks).map((link) -> new ControlProxy(link, chainId)).toList(),
            news,
            flood,
            SessionTimeouts.PRODUCTION,
            peerLinks.length,
            // What is behind, and what is ahead.
            2 * ctx.limits().windowBlocks(),
            new SecureRandom()::nextLong,
            counters);
        table.favour((identity) -> schedule.current().hasLeader(identity));
        if (null != tree)
        {
            tree.open(table);
        }
        statements.recall(clock.nanoTime());
        final HoldingsRing holdings = new HoldingsRing(next, counters);
        final PeerAgent agent = new PeerAgent(
            ctx.name(),
            clock,
            epochClock,
            peerLinks,
            new HoldingsRing[]{holdings},
            statements.own(),
            table,
            () -> peers.doWork() + client.invoke() + (null == tree ? 0 : tree.doWork(clock.nanoTime())),
            host.transmitter()::turn,
            counters);
        peers.polledBy(agent);
        host.addCold(Role.JOURNAL, agent, counters.get(FragcastCounter.HOT_ERRORS));

        return new ControlLane(table, holdings, peers);
    }

    /**
     * Where accepted frames go.
     *
     * @return the forwarder, called by the hot agent.
     */
    FrameForwarder accepted()
    {
        return holdings;
    }

    /**
     * Talks to these peers and no others. Any thread; the lane's own opens and closes.
     *
     * @param holders    at most {@link #holderCapacity()}.
     * @param requesters at most {@link #requesterCapacity()}.
     */
    void talkTo(final List<PeerName> holders, final List<PeerName> requesters)
    {
        peers.change(holders, requesters);
    }

    int holderCapacity()
    {
        return peers.holderCapacity();
    }

    int requesterCapacity()
    {
        return peers.requesterCapacity();
    }

    /**
     * A block is final: the peers are told. On the hot agent's thread.
     *
     * @param blockNumber of the block.
     * @return false to be told again.
     */
    boolean onFinalized(final long blockNumber)
    {
        return holdings.onFinalized(blockNumber);
    }

    /**
     * Every peer as it was a moment ago.
     *
     * @return holders first, then requesters.
     */
    List<PeerSnapshot> peers()
    {
        return table.snapshot();
    }

    @Override
    public long rttNs(final String peer)
    {
        for (final PeerSnapshot snapshot : table.snapshot())
        {
            if (PeerState.READY == snapshot.state() && snapshot.rttNs() > 0 && snapshot.name().equals(peer))
            {
                return snapshot.rttNs();
            }
        }

        return UNKNOWN_NS;
    }

    @Override
    public long errorBoundNs()
    {
        long mostNs = UNKNOWN_NS;
        for (final PeerSnapshot peer : table.snapshot())
        {
            if (PeerState.READY == peer.state() && PeerSnapshot.UNKNOWN_NS != peer.errorBoundNs())
            {
                mostNs = Math.max(mostNs, Math.abs(peer.offsetNs()) + peer.errorBoundNs());
            }
        }

        return mostNs;
    }

    /** Beside the journal; a node without one forgets with its process. */
    private static TakeoverMemory takeovers(final NodeContext<?> ctx, final NodeHost host)
    {
        final long chainId = ctx.schedule().chainId();
        final JournalConfig journal = ctx.journal();
        if (null == journal)
        {
            return TakeoverMemory.ofThisProcess(chainId);
        }
        final MappedByteBuffer mapped = MemoryFile.map(host, journal.dir(), TAKEOVERS_FILE, TakeoverMemory.LENGTH);

        return new TakeoverMemory(new UnsafeBuffer(mapped), chainId, mapped::force);
    }

    private static Hello hello(final NodeContext<?> ctx)
    {
        final boolean isServing = !ctx.requesters().isEmpty();
        final Hello hello = new Hello();
        hello.chainId = ctx.schedule().chainId();
        hello.mtu = ctx.schedule().mtu();
        hello.newestVersion = HelloDecoder.SCHEMA_VERSION;
        hello.oldestVersion = 1;
        hello.role = ctx.role();
        hello.capabilities = Hello.TAKES_HAVES | (isServing ? Hello.ANSWERS_WANTS | Hello.ANSWERS_RANGES : 0) |
            (PeerRole.RELAY == ctx.role() ? Hello.FORWARDS : 0);
        hello.subscriptions = Hello.HAVES | (ctx.upstreams().isEmpty() ? 0 : Hello.BLOCKS);
        System.arraycopy(ctx.identity().publicKey(), 0, hello.nodeKey, 0, Hello.KEY_LENGTH);

        return hello.endpoint(isServing ? ctx.listen().toString() : "").agent("fragcast");
    }
}
