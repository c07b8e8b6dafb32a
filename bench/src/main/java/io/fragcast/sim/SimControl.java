package io.fragcast.sim;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import io.fragcast.agent.HolderHints;
import io.fragcast.agent.HolderRing;
import io.fragcast.agent.HoldingsRing;
import io.fragcast.agent.PeerAgent;
import io.fragcast.agent.StatementRing;
import io.fragcast.codecs.EvidenceDecoder;
import io.fragcast.codecs.HelloDecoder;
import io.fragcast.codecs.TakeoverDecoder;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.block.BlockLaneReceiver;
import io.fragcast.protocol.block.FrameForwarder;
import io.fragcast.protocol.block.MessageSigner;
import io.fragcast.protocol.leader.CurrentSchedule;
import io.fragcast.protocol.leader.RunPulse;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.protocol.leader.TakeoverMemory;
import io.fragcast.protocol.leader.Takeovers;
import io.fragcast.protocol.peer.Hello;
import io.fragcast.protocol.peer.PeerRole;
import io.fragcast.protocol.peer.PeerSettings;
import io.fragcast.protocol.peer.PeerTable;
import io.fragcast.protocol.peer.SessionTimeouts;
import io.fragcast.protocol.peer.Statements;
import io.fragcast.protocol.repair.RepairClient;
import io.fragcast.sim.checker.SimFailure;
import io.fragcast.transport.FrameLink;
import io.fragcast.wire.ControlProxy;
import io.fragcast.wire.EquivocationProof;
import io.fragcast.wire.EvidenceAdapter;
import io.fragcast.wire.EvidenceProxy;
import io.fragcast.wire.StatementSigner;
import io.fragcast.wire.TakeoverAdapter;

/**
 * The control lane of one process of a node, as {@code ControlLane} puts it together: it dials the holders, serves
 * those that dial it, and floods what is said to all.
 */
final class SimControl
{
    /** What a datagram of 1,408 bytes holds, the shortest that a network allows. */
    private static final int MIN_FRAME_LENGTH = 1_376;
    /** Some hundred messages: small enough to be full now and then. */
    private static final int HOLDINGS_LENGTH = 16 << 10;
    /** More than a run has. */
    private static final int HEIGHTS = 32;
    /** Those of ten holders at once. */
    private static final int NEWS_LIMIT = 8;
    private static final int MAX_PROOF_LENGTH = 1 << 15;

    private final SimContext ctx;
    private final int index;
    private final Counters counters;
    private final int maxFrameLength;
    private final StatementRing own;
    private final HolderRing news = new HolderRing();
    private final HoldingsRing holdings;
    private final PeerAgent agent;
    private final EquivocationProof proof;
    private final EvidenceProxy evidence;
    private final UnsafeBuffer proofBytes = new UnsafeBuffer(new byte[MAX_PROOF_LENGTH]);
    private final RunPulse pulse = new RunPulse();
    private final CurrentSchedule schedule;
    private Schedule taken;
    private final @Nullable SimTree tree;
    private Consumer<Schedule> scheduleTaker = (newer) -> {};
    private @Nullable HolderHints hints;

    /**
     * The control lane of a process that starts.
     *
     * @param ctx      of the run.
     * @param site     of the node.
     * @param life     of the process.
     * @param role     of the node.
     * @param next     takes what the node accepts first.
     * @param counters of the process.
     */
    SimControl(
        final SimContext ctx,
        final SimSite site,
        final SimLife life,
        final PeerRole role,
        final FrameForwarder next,
        final Counters counters)
    {
        this.ctx = ctx;
        this.counters = counters;
        index = site.index();
        maxFrameLength = Math.max(ctx.maxFrameLength(), MIN_FRAME_LENGTH);
        schedule = new CurrentSchedule(ctx.schedule());
        taken = schedule.current();
        own = new StatementRing(counters);
        holdings = new HoldingsRing(next, HOLDINGS_LENGTH, counters);
        proof = new EquivocationProof(ctx.verifier());
        evidence = new EvidenceProxy(maxFrameLength);

        final List<PeerSettings> peers = new ArrayList<>();
        site.dialled().forEach((pair) -> peers.add(settings(pair.holder(), true)));
        site.dialling().forEach((pair) -> peers.add(settings(pair.asking(), false)));
        final SimFrameSink.Tap forger = ctx.plans().tap(index);
        final SimFrameSink.Tap tap = (path, buffer, length) ->
        {
            life.onOther().onSent(path, buffer, length);
            forger.onSent(path, buffer, length);
        };
        final FrameLink[] links = Stream.concat(
            site.dialled().stream().map((pair) -> pair.askingEnd(maxFrameLength, tap)),
            site.dialling().stream().map((pair) -> pair.holdingEnd(maxFrameLength, tap))).toArray(FrameLink[]::new);
        final long chainId = ctx.schedule().chainId();
        final Statements statements = new Statements(chainId, maxFrameLength, ctx.verifier(), counters);
        statements.register(EvidenceDecoder.TEMPLATE_ID, EvidenceAdapter.PLACES, new EvidenceAdapter(
            statements, schedule, ctx.verifier(), maxFrameLength, this::onProof));
        if (ctx.options().isFollowing())
        {
            final MessageSigner signer = site.signer();
            final TakeoverAdapter takeovers = new TakeoverAdapter(
                statements,
                new Takeovers(
                    schedule.current(),
                    null == signer ? null : signer.publicKey(),
                    pulse,
                    new TakeoverMemory(site.disk().takeoverFile(), chainId, () -> {}),
                    this::onTakenOver),
                schedule,
                pulse,
                null,
                null == signer ? null : new StatementSigner(signer),
                site.clock().epochNanos());
            statements.register(TakeoverDecoder.TEMPLATE_ID, TakeoverAdapter.PLACES, takeovers);
            takeovers.recall(site.clock().nanoTime());
        }
        tree = ctx.options().isPlanned() ?
            new SimTree(ctx, site, role, maxFrameLength, schedule::current, statements, counters) : null;
        final PeerTable table = new PeerTable(
            hello(role),
            peers,
            Arrays.stream(links).map((link) -> new ControlProxy(link, chainId)).toList(),
            news,
            statements,
            SessionTimeouts.PRODUCTION,
            links.length,
            HEIGHTS,
            life.random().forPart(3)::nextLong,
            counters);
        if (null != tree)
        {
            tree.open(table);
        }
        agent = new PeerAgent(
            "node " + index,
            site.clock(),
            site.clock().epochNanos(),
            links,
            new HoldingsRing[]{holdings},
            own,
            table,
            null == tree ? () -> 0 : tree::doWork,
            () -> {},
            counters);
    }

    /** The key by which a node is known to the others: of no curve, for nothing is encrypted here. */
    static byte[] identity(final int node)
    {
        final byte[] key = new byte[Hello.KEY_LENGTH];
        Arrays.fill(key, (byte)(node + 1));
        key[0] = 2;

        return key;
    }

    /** Takes what the hot agent accepts, and hands it on. */
    FrameForwarder accepted()
    {
        return holdings;
    }

    /** The node's place in the trees that leaders plan; null: who feeds whom is configured. */
    @Nullable SimTree tree()
    {
        return tree;
    }

    PeerAgent agent()
    {
        return agent;
    }

    /** Who leads as this node knows it, on any of its threads. */
    Schedule schedule()
    {
        return schedule;
    }

    /** The hot agent follows a run by this receiver. */
    void follow(final BlockLaneReceiver receiver, final Consumer<Schedule> others)
    {
        receiver.pulse(pulse);
        scheduleTaker = others.andThen(receiver::onSchedule);
        takeSchedule();
    }

    /** What holders say goes to whoever asks them. */
    void hint(final RepairClient client)
    {
        hints = new HolderHints(client);
    }

    /** Has to be called in each duty cycle of the hot agent. */
    void doHotWork()
    {
        if (null != hints)
        {
            news.poll(hints, NEWS_LIMIT);
        }
        takeSchedule();
    }

    /** The machines were made with the author's schedule. */
    private void takeSchedule()
    {
        if (schedule.current() != taken)
        {
            taken = schedule.current();
            scheduleTaker.accept(taken);
        }
    }

    /** The hot agent has two messages for one place: whole, they are a proof for everybody. */
    void onEquivocation(
        final DirectBuffer first,
        final int firstOffset,
        final int firstLength,
        final DirectBuffer second,
        final int secondOffset,
        final int secondLength)
    {
        final int length = 0 == firstLength ? 0 : EquivocationProof.write(
            first, firstOffset, firstLength, second, secondOffset, secondLength, proofBytes, 0);
        if (length > 0 && EquivocationProof.Result.VALID == proof.wrap(proofBytes, 0, length) &&
            evidence.send(proof, proofBytes, 0, length, own::offer))
        {
            ctx.evidence().onSaid(index, proof.leaderTerm());
        }
    }

    /** Nobody here sends what fails its checks, but for who forges plans. */
    void check()
    {
        final long refused = counters.value(FragcastCounter.STATEMENTS_REFUSED);
        final long malformed = counters.value(FragcastCounter.STATEMENTS_MALFORMED);
        if (refused > ctx.plans().lies() || 0 != malformed)
        {
            throw new SimFailure("node " + index + " refused " + refused + " statements of honest peers, and found " +
                malformed + " malformed");
        }
    }

    private void onTakenOver(final Schedule newer)
    {
        ctx.log().on(EventLog.Kind.HEAL, index, "takes the schedule of terms", newer.termCount());
        schedule.adopt(newer);
    }

    private void onProof(
        final EquivocationProof checked, final DirectBuffer buffer, final int offset, final int length)
    {
        ctx.log().on(EventLog.Kind.ACCUSE, index, "is shown a proof against term", checked.leaderTerm());
        ctx.leaders().onEquivocation(index, checked.leaderTerm());
        ctx.evidence().onKnown(index, checked.leaderTerm());
    }

    private Hello hello(final PeerRole role)
    {
        final Hello hello = new Hello();
        hello.chainId = ctx.schedule().chainId();
        hello.mtu = ctx.options().mtu();
        hello.newestVersion = HelloDecoder.SCHEMA_VERSION;
        hello.oldestVersion = 1;
        hello.role = role;
        hello.capabilities = Hello.TAKES_HAVES | Hello.ANSWERS_WANTS | Hello.ANSWERS_RANGES |
            (PeerRole.RELAY == role ? Hello.FORWARDS : 0);
        hello.subscriptions = Hello.HAVES | Hello.BLOCKS;
        System.arraycopy(identity(index), 0, hello.nodeKey, 0, Hello.KEY_LENGTH);

        return hello.endpoint("node-" + index + ":14040").agent("fragcast");
    }

    private static PeerSettings settings(final int node, final boolean isDialled)
    {
        return new PeerSettings("node " + node, identity(node), isDialled);
    }
}
