package io.fragcast.node;

import io.fragcast.BlockListener;
import io.fragcast.agent.EdgeAgent;
import io.fragcast.edge.Edge;
import io.fragcast.edge.ListenerEdge;
import io.fragcast.edge.engine.EngineConfig;
import io.fragcast.edge.engine.EngineEdge;
import io.fragcast.edge.ipc.IpcEventEdge;
import io.fragcast.node.ThreadPlan.Role;
import io.fragcast.protocol.block.BlockLaneReceiver;
import io.fragcast.protocol.block.MerkleTransactionsRoot;
import io.fragcast.protocol.block.ReceiverPorts;
import io.fragcast.protocol.peer.PeerRole;
import io.fragcast.wire.BlockLaneAdapter;
import io.fragcast.wire.BlockEventProxy;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * The end of the way: verifies, assembles, and delivers blocks in order to its edges. Launched by {@link #launch},
 * closed by whoever launched it; with a shared host, closed with the host.
 */
public final class ReplicaNode extends Node
{
    /**
     * What a replica is told.
     */
    public static final class Context extends NodeContext<Context>
    {
        private final List<Edge> edges = new ArrayList<>();
        private final List<BlockListener> listeners = new ArrayList<>();
        private @Nullable String eventChannel;
        private @Nullable EngineConfig engine;
        private boolean isDeliveredHot;
        private boolean isRootChecked = true;

        @Override
        protected Context self()
        {
            return this;
        }

        @Override
        protected PeerRole role()
        {
            return PeerRole.REPLICA;
        }

        /**
         * Edges that the node delivers to, besides its listeners; it closes them.
         *
         * @return edges.
         */
        public List<Edge> edges()
        {
            return edges;
        }

        /**
         * Adds an edge.
         *
         * @param edge to deliver to; closed by the node.
         * @return this.
         */
        public Context edge(final Edge edge)
        {
            edges.add(edge);
            return this;
        }

        /**
         * Listeners in this process.
         *
         * @return listeners.
         */
        public List<BlockListener> listeners()
        {
            return listeners;
        }

        /**
         * Adds a listener, called on the edge thread.
         *
         * @param listener to deliver to.
         * @return this.
         */
        public Context listener(final BlockListener listener)
        {
            listeners.add(listener);
            return this;
        }

        /**
         * Are deliveries made on the hot thread?
         *
         * @return false unless asked for.
         */
        public boolean isDeliveredHot()
        {
            return isDeliveredHot;
        }

        /**
         * Sets whether deliveries are made on the hot thread, right after the frag is whole: no thread to wake, but a
         * listener or edge that takes its time holds up what comes after.
         *
         * @param value true for listeners that return within microseconds.
         * @return this.
         */
        public Context deliverHot(final boolean value)
        {
            isDeliveredHot = value;
            return this;
        }

        /**
         * Aeron IPC channel that the node delivers to.
         *
         * @return the channel, or null for none.
         */
        public @Nullable String eventChannel()
        {
            return eventChannel;
        }

        /**
         * Sets the Aeron IPC channel that the node delivers to.
         *
         * @param value the channel, or null for none.
         * @return this.
         */
        public Context eventChannel(final @Nullable String value)
        {
            eventChannel = value;
            return this;
        }

        /**
         * Execution client that the node delivers to.
         *
         * @return which, or null for none.
         */
        public @Nullable EngineConfig engine()
        {
            return engine;
        }

        /**
         * Sets the execution client that the node delivers to.
         *
         * @param value which, or null for none.
         * @return this.
         */
        public Context engine(final @Nullable EngineConfig value)
        {
            engine = value;
            return this;
        }

        /**
         * Is the transactions root of each Seal compared?
         *
         * @return true unless set otherwise.
         */
        public boolean isRootChecked()
        {
            return isRootChecked;
        }

        /**
         * Sets whether the transactions root of each Seal is compared, at the price of a hash a transaction: not to do
         * so is for those who execute the block anyway.
         *
         * @param value true to compare.
         * @return this.
         */
        public Context checkRoot(final boolean value)
        {
            isRootChecked = value;
            return this;
        }

        @Override
        public void validate()
        {
            super.validate();
            if (upstreams().isEmpty())
            {
                throw new IllegalArgumentException(name() + ": no upstream peer, nothing to deliver");
            }
            if (edges.isEmpty() && listeners.isEmpty() && null == eventChannel && null == engine)
            {
                throw new IllegalArgumentException(name() + ": nobody to deliver to");
            }
        }
    }


    private ReplicaNode(final Context ctx, final NodeRuntime runtime)
    {
        super(ctx, runtime);
        final OneToOneRingBuffer events = BlockEventProxy.newRing(ctx.limits(), runtime.maxFrameLength());
        final BlockEventProxy deliveries = new BlockEventProxy(events, runtime.epochClock(), runtime.counters());
        final BlockLaneReceiver receiver = new BlockLaneReceiver(
            ctx.schedule(),
            ctx.limits(),
            new ReceiverPorts(
                ctx.verifiers().get(),
                runtime.accepted(null),
                runtime.delivered(deliveries),
                ctx.isRootChecked() ? new MerkleTransactionsRoot() : null,
                runtime.alarms(),
                runtime.alarms()),
            runtime.counters());
        receiver.signals(JournalLane.signals(runtime.journal(), deliveries::deliverTimeNs));
        final long lastBlock = lastBlock(ctx.edges(), ctx.schedule().chainId());
        if (Edge.NULL_BLOCK != lastBlock)
        {
            receiver.resumeAfter(lastBlock);
        }
        final BlockLaneAdapter adapter = new BlockLaneAdapter(receiver, runtime.clock(), runtime.counters());
        runtime.host().addHot(
            Role.INGEST,
            runtime.newIngest(receiver, adapter, null, (schedule) -> {}),
            runtime.hotErrors());

        final List<Edge> edges = new ArrayList<>(ctx.edges());
        final String eventChannel = ctx.eventChannel();
        if (null != eventChannel)
        {
            edges.add(new IpcEventEdge(
                runtime.client().aeron(),
                eventChannel,
                BlockEventProxy.maxEventLength(ctx.limits(), runtime.maxFrameLength())));
        }
        final EngineConfig engine = ctx.engine();
        if (null != engine)
        {
            final EngineEdge edge = new EngineEdge(engine, runtime.clock(), runtime.counters());
            edges.add(edge);
            runtime.reload().ofReplica(engine.jwtSecret(), edge::secret);
        }
        ctx.listeners().forEach((listener) -> edges.add(new ListenerEdge(listener)));
        final EdgeAgent edgeAgent = new EdgeAgent(events, edges.toArray(new Edge[0]));
        if (ctx.isDeliveredHot())
        {
            runtime.host().addHot(Role.EDGE, edgeAgent, runtime.hotErrors());
        }
        else
        {
            runtime.host().addBlocking(Role.EDGE, edgeAgent, runtime.hotErrors());
        }
    }

    /** How far the edge is that has come least far, of those that know. */
    private static long lastBlock(final List<Edge> edges, final long chainId)
    {
        long least = Edge.NULL_BLOCK;
        for (final Edge edge : edges)
        {
            final long lastBlock = edge.lastBlock(chainId);
            if (Edge.NULL_BLOCK != lastBlock && (Edge.NULL_BLOCK == least || lastBlock < least))
            {
                least = lastBlock;
            }
        }

        return least;
    }

    /**
     * Launches a replica.
     *
     * @param ctx what it is told.
     * @return the replica; it runs, unless it shares a host that is not started yet.
     */
    public static ReplicaNode launch(final Context ctx)
    {
        return launch(ctx, ReplicaNode::new);
    }
}
