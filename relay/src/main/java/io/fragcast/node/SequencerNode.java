package io.fragcast.node;

import io.fragcast.FragPublisher;
import io.fragcast.agent.BroadcastAgent;
import io.fragcast.crypto.Secp256k1;
import io.fragcast.edge.http.HttpServer;
import io.fragcast.edge.ipc.IpcPublishSource;
import io.fragcast.edge.ipc.PublishRing;
import io.fragcast.edge.rpc.RpcService;
import io.fragcast.journal.JournalConfig;
import io.fragcast.node.ThreadPlan.Role;
import io.fragcast.protocol.block.BlockLaneReceiver;
import io.fragcast.protocol.block.FragBroadcaster;
import io.fragcast.protocol.block.FrameForwarder;
import io.fragcast.protocol.block.LeaderMemory;
import io.fragcast.protocol.block.MessageSigner;
import io.fragcast.protocol.block.OwnSignatures;
import io.fragcast.protocol.block.ReceiverPorts;
import io.fragcast.protocol.leader.LeaderLookahead;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.protocol.peer.PeerRole;
import io.fragcast.transport.FrameSink;
import io.fragcast.wire.BlockLaneAdapter;
import io.fragcast.wire.BlockLaneProxy;
import io.fragcast.wire.FrameFanout;
import io.fragcast.wire.OwnFrames;
import io.fragcast.wire.PublishAdapter;
import io.fragcast.wire.PublishSource;
import io.fragcast.wire.SealedParents;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.CompositeAgent;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * The leader's node: takes blocks from builders, in this process or over Aeron IPC, signs them and sends them to its
 * sinks, next leaders first. With upstream peers it follows the other leaders too, as a relay does, so that it knows
 * what it builds on: chain and count of frags are checked, the transactions root is left to replicas. What its journal
 * lacks of them it asks of its holders while it does not lead. Launched by {@link #launch}, closed by whoever launched
 * it; with a shared host, closed with the host.
 */
public final class SequencerNode extends Node
{
    /**
     * What a sequencer is told.
     */
    public static final class Context extends NodeContext<Context>
    {
        private @Nullable MessageSigner signer;
        private @Nullable String publishChannel;
        private List<byte[]> gatewaySigners = List.of();

        @Override
        protected Context self()
        {
            return this;
        }

        @Override
        protected PeerRole role()
        {
            return PeerRole.SEQUENCER;
        }

        /**
         * Signs with the leader's relay key; used by the broadcasting thread alone.
         *
         * @return the signer.
         */
        public MessageSigner signer()
        {
            return Objects.requireNonNull(signer, "signer is unset");
        }

        /**
         * Sets what signs with the leader's relay key.
         *
         * @param value the signer.
         * @return this.
         */
        public Context signer(final MessageSigner value)
        {
            signer = value;
            return this;
        }

        /**
         * Aeron IPC channel that builders of other processes publish to.
         *
         * @return the channel, or null for none.
         */
        public @Nullable String publishChannel()
        {
            return publishChannel;
        }

        /**
         * Sets the Aeron IPC channel that builders of other processes publish to.
         *
         * @param value the channel, or null for none.
         * @return this.
         */
        public Context publishChannel(final @Nullable String value)
        {
            publishChannel = value;
            return this;
        }

        /**
         * Gateways whose messages are taken by JSON-RPC.
         *
         * @return addresses of 20 bytes; empty for no JSON-RPC.
         */
        public List<byte[]> gatewaySigners()
        {
            return gatewaySigners;
        }

        /**
         * Sets the gateways whose messages are taken by JSON-RPC, over the node's HTTP server.
         *
         * @param value addresses of 20 bytes; empty for no JSON-RPC.
         * @return this.
         */
        public Context gatewaySigners(final List<byte[]> value)
        {
            gatewaySigners = List.copyOf(value);
            return this;
        }

        @Override
        public void validate()
        {
            super.validate();
            signer();
            if (!gatewaySigners.isEmpty() && null == http())
            {
                throw new IllegalArgumentException(name() + ": gateways are named, but there is no HTTP server");
            }
        }
    }

    /** The receiving side, and where the node's own frames enter it. */
    private record Follower(BlockLaneReceiver receiver, BlockLaneAdapter adapter)
    {
    }

    /** Written in place: the pages live on in the system when the process is killed. */
    private static final String MEMORY_FILE = "leader.memory";

    private final PublishRing publishRing;

    private SequencerNode(final Context ctx, final NodeRuntime runtime)
    {
        super(ctx, runtime);
        final LeaderMemory memory = memory(ctx, runtime);
        final OwnSignatures signatures = new OwnSignatures(ctx.signer(), ctx.verifiers().get());
        final List<FrameSink> sinks = runtime.links().send().sinks();
        final LeaderLookahead lookahead = runtime.links().lookahead();
        final FrameFanout fanout = new FrameFanout(
            sinks,
            lookahead,
            ctx.slowSink(),
            runtime.maxFrameLength(),
            runtime.host().transmitter(),
            runtime.counters());
        runtime.hotPeers().fedBy(fanout, lookahead);
        final FrameForwarder published = runtime.published();
        final Follower follower = ctx.upstreams().isEmpty() ? null : follow(ctx, runtime, memory, signatures);
        final FragBroadcaster broadcaster = new FragBroadcaster(
            ctx.schedule(),
            signatures,
            new BlockLaneProxy(
                fanout,
                null == follower ? published : new OwnFrames(published, follower.adapter()),
                runtime.maxFrameLength()),
            ctx.limits(),
            runtime.counters(),
            memory);
        if (null == follower)
        {
            // Else the receiver tells, of its own blocks too.
            broadcaster.signals(JournalLane.signals(runtime.journal(), null));
        }
        else
        {
            broadcaster.follow(follower.receiver());
        }
        publishRing = new PublishRing(ctx.limits(), runtime.host()::ringHot);

        final Consumer<Schedule> scheduleTaker = (newer) ->
        {
            broadcaster.onSchedule(newer);
            lookahead.onSchedule(newer);
        };
        final PublishSource[] requests = requests(ctx, runtime).toArray(new PublishSource[0]);
        final Agent agent = new BroadcastAgent(
            ctx.name(),
            runtime.clock(),
            runtime.epochClock(),
            requests,
            new PublishAdapter(broadcaster, runtime.counters()),
            broadcaster,
            fanout,
            null == follower ?
                runtime.cycleDuty(fanout, scheduleTaker) : () -> runtime.leading(broadcaster.isLeading()),
            runtime.counters());
        runtime.host().addHot(
            Role.BROADCAST,
            null == follower ? agent : new CompositeAgent(agent, runtime.newIngest(
                follower.receiver(), follower.adapter(), fanout, scheduleTaker)),
            runtime.hotErrors(),
            // Nobody rings for room in a window, nor do builders of other processes.
            () -> !broadcaster.isIdle() || !fanout.isReady() || isAnySilent(requests));
        for (final PublishSource source : requests)
        {
            runtime.host().addResource(source);
        }
    }

    private static boolean isAnySilent(final PublishSource[] requests)
    {
        for (final PublishSource source : requests)
        {
            if (source.isSilent())
            {
                return true;
            }
        }

        return false;
    }

    /** Builders of this process, of others over IPC, and gateways. */
    private List<PublishSource> requests(final Context ctx, final NodeRuntime runtime)
    {
        final List<PublishSource> requests = new ArrayList<>();
        requests.add(publishRing);
        final String publishChannel = ctx.publishChannel();
        if (null != publishChannel)
        {
            requests.add(new IpcPublishSource(runtime.client().aeron(), publishChannel, runtime.clock()));
        }
        final HttpServer http = runtime.http();
        runtime.reload().ofSequencer(ctx.signer().publicKey(), List.of(), null);
        if (null != http && !ctx.gatewaySigners().isEmpty())
        {
            requests.add(serveGateways(ctx, runtime, http));
        }

        return requests;
    }

    /** Hears the other leaders, on the broadcasting thread: one run, whoever leads it. */
    private static Follower follow(
        final Context ctx,
        final NodeRuntime runtime,
        final LeaderMemory memory,
        final OwnSignatures signatures)
    {
        final BlockLaneReceiver receiver = new BlockLaneReceiver(
            ctx.schedule(),
            ctx.limits(),
            new ReceiverPorts(
                signatures,
                OwnFrames.without(runtime.accepted(null)),
                new SealedParents(memory, runtime.delivered((delivery) -> true)),
                null,
                runtime.alarms(),
                runtime.alarms()),
            runtime.counters());
        receiver.signals(JournalLane.signals(runtime.journal(), null));
        final BlockLaneAdapter adapter = new BlockLaneAdapter(receiver, runtime.clock(), runtime.counters());

        return new Follower(receiver, adapter);
    }

    /**
     * Launches a sequencer.
     *
     * @param ctx what it is told.
     * @return the sequencer; it runs, unless it shares a host that is not started yet.
     */
    public static SequencerNode launch(final Context ctx)
    {
        return launch(ctx, SequencerNode::new);
    }

    /** Through a ring of their own: the other is the Java API's. */
    private static PublishRing serveGateways(final Context ctx, final NodeRuntime runtime, final HttpServer http)
    {
        final PublishRing ring = new PublishRing(ctx.limits(), runtime.host()::ringHot);
        final RpcService service = new RpcService(
            ctx.name(),
            ctx.gatewaySigners(),
            ctx.signer().publicKey(),
            runtime.schedule().current(),
            ctx.limits(),
            Secp256k1.load(),
            ring::publisher,
            runtime.clock(),
            runtime.counters());
        http.post("/", RpcService.MAX_BODY_LENGTH, service);
        runtime.reload().ofSequencer(ctx.signer().publicKey(), ctx.gatewaySigners(), service::signers);
        runtime.host().addCold(Role.EDGE, service.agent(), runtime.hotErrors());

        return ring;
    }

    /** Beside the journal; a sequencer without one forgets with its process. */
    private static LeaderMemory memory(final Context ctx, final NodeRuntime runtime)
    {
        final long chainId = ctx.schedule().chainId();
        final JournalConfig journal = ctx.journal();
        if (null == journal)
        {
            return LeaderMemory.ofThisProcess(chainId);
        }

        return new LeaderMemory(
            new UnsafeBuffer(MemoryFile.map(runtime.host(), journal.dir(), MEMORY_FILE, LeaderMemory.LENGTH)),
            chainId);
    }

    /**
     * The builder's end in this process; there is one.
     *
     * @param listener takes the replies, on the builder's thread.
     * @return the publisher, used by one thread.
     */
    public FragPublisher newPublisher(final FragPublisher.Listener listener)
    {
        return publishRing.publisher(listener);
    }
}
