package io.fragcast.node;

import io.fragcast.agent.ForwardAgent;
import io.fragcast.agent.IngestAgent;
import io.fragcast.counter.Counters;
import io.fragcast.crypto.Secp256k1;
import io.fragcast.node.ThreadPlan.Role;
import io.fragcast.protocol.block.BlockLaneReceiver;
import io.fragcast.protocol.block.ReceiverPorts;
import io.fragcast.protocol.leader.LeaderLookahead;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.protocol.peer.PeerRole;
import io.fragcast.protocol.peer.PeerSnapshot;
import io.fragcast.transport.FrameSink;
import io.fragcast.transport.aeron.Grant;
import io.fragcast.watch.NodeWatch;
import io.fragcast.wire.BlockLaneAdapter;
import io.fragcast.wire.FrameFanout;

import java.util.List;
import java.util.Set;

/**
 * A hop: verifies what it hears, forwards it at once to each of its sinks, and journals it. Launched by {@link
 * #launch}, closed by whoever launched it; with a shared host, closed with the host.
 */
public final class RelayNode implements AutoCloseable
{
    /**
     * What a relay is told.
     */
    public static final class Context extends NodeContext<Context>
    {
        @Override
        protected Context self()
        {
            return this;
        }

        @Override
        protected PeerRole role()
        {
            return PeerRole.RELAY;
        }

        @Override
        public void validate()
        {
            super.validate();
            if (upstreams().isEmpty())
            {
                throw new IllegalArgumentException(name() + ": no upstream peer, nothing to relay");
            }
        }
    }

    private final String name;
    private final NodeRuntime runtime;
    private final FrameFanout fanout;

    private RelayNode(final Context ctx, final NodeRuntime runtime)
    {
        name = ctx.name();
        this.runtime = runtime;
        final List<FrameSink> sinks = runtime.links().send().sinks();
        final LeaderLookahead lookahead = runtime.links().lookahead();
        fanout = new FrameFanout(
            sinks,
            lookahead,
            ctx.slowSink(),
            runtime.maxFrameLength(),
            runtime.host().afterCommit(),
            runtime.counters());
        runtime.hotPeers().fedBy(fanout, lookahead);

        final BlockLaneReceiver receiver = new BlockLaneReceiver(
            ctx.schedule(),
            ctx.limits(),
            new ReceiverPorts(
                Secp256k1.load().newVerifier(),
                runtime.accepted(fanout),
                runtime.delivered((delivery) -> true),
                null,
                runtime.alarms(),
                runtime.alarms()),
            runtime.counters());
        receiver.signals(JournalLane.signals(runtime.journal(), null));
        JournalLane.resume(runtime.journal(), receiver);
        final BlockLaneAdapter adapter = new BlockLaneAdapter(receiver, runtime.clock(), runtime.counters());
        final IngestAgent ingest = runtime.newIngest(receiver, adapter, fanout, lookahead::onSchedule);
        runtime.host().addHot(
            Role.FORWARD,
            new ForwardAgent(
                name, runtime.clock(), ingest, fanout, runtime.counters()),
            runtime.hotErrors());
    }

    /**
     * Launches a relay.
     *
     * @param ctx what it is told.
     * @return the relay; it runs, unless it shares a host that is not started yet.
     */
    public static RelayNode launch(final Context ctx)
    {
        final NodeRuntime runtime = NodeRuntime.open(ctx);
        try
        {
            final RelayNode node = new RelayNode(ctx, runtime);
            runtime.start(node.watch());
            return node;
        }
        catch (final RuntimeException ex)
        {
            runtime.close();
            throw ex;
        }
    }

    /**
     * Name of the node.
     *
     * @return the name.
     */
    public String name()
    {
        return name;
    }

    /**
     * What the node counts.
     *
     * @return its counters; any thread may read them.
     */
    public Counters counters()
    {
        return runtime.counters();
    }

    /**
     * What the node shows of itself.
     *
     * @return all of it; not to be read once the node is closed.
     */
    public NodeWatch watch()
    {
        return runtime.watch("relay");
    }

    /**
     * Takes a new schedule while the node runs; the hot agent has it a duty cycle later.
     *
     * @param newer of the same chain and MTU; what has begun stays as it is.
     * @return a sentence a change; empty if nothing changes.
     * @throws IllegalArgumentException naming what may not change; the schedule before holds then.
     */
    public List<String> reload(final Schedule newer)
    {
        return runtime.schedule().replace(newer);
    }

    /**
     * Takes all that may change while the node runs; each of its threads has it a duty cycle later.
     *
     * @param newer all that shall be; what has begun stays as it is.
     * @return a sentence a change; empty if nothing changes.
     * @throws ReloadRefusal naming what may not change; all is as it was then.
     */
    public List<String> reload(final NodeUpdate newer)
    {
        return runtime.reload().update(newer);
    }

    /**
     * Whom the node talks to, as they were a moment ago: those that it dials, then those that dial it. Any thread may
     * ask.
     *
     * @return peers.
     */
    public List<PeerSnapshot> peers()
    {
        return runtime.peers();
    }

    /**
     * What the channels wanted and what the kernel granted.
     *
     * @return distinct grants.
     */
    public Set<Grant> grants()
    {
        return runtime.grants();
    }

    /**
     * Does it hear its upstream peers, and do all its sinks listen?
     *
     * @return true if all are connected.
     */
    public boolean isConnected()
    {
        return runtime.links().isConnected();
    }

    /**
     * The port of the node's HTTP server.
     *
     * @return the port, the kernel's choice where 0 was asked for; -1 without a server.
     */
    public int httpPort()
    {
        return runtime.httpPort();
    }

    @Override
    public void close()
    {
        runtime.close();
    }
}
