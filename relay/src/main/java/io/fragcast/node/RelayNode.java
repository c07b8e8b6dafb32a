package io.fragcast.node;

import io.fragcast.agent.ForwardAgent;
import io.fragcast.agent.IngestAgent;
import io.fragcast.node.ThreadPlan.Role;
import io.fragcast.protocol.block.BlockLaneReceiver;
import io.fragcast.protocol.block.ReceiverPorts;
import io.fragcast.protocol.leader.LeaderLookahead;
import io.fragcast.protocol.peer.PeerRole;
import io.fragcast.transport.FrameSink;
import io.fragcast.wire.BlockLaneAdapter;
import io.fragcast.wire.FrameFanout;

import java.util.List;

/**
 * A hop: verifies what it hears, forwards it at once to each of its sinks, and journals it. Launched by {@link
 * #launch}, closed by whoever launched it; with a shared host, closed with the host.
 */
public final class RelayNode extends Node
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

    private RelayNode(final Context ctx, final NodeRuntime runtime)
    {
        super(ctx, runtime);
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

        final BlockLaneReceiver receiver = new BlockLaneReceiver(
            ctx.schedule(),
            ctx.limits(),
            new ReceiverPorts(
                ctx.verifiers().get(),
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
            new ForwardAgent(ctx.name(), runtime.clock(), ingest, fanout, runtime.counters()),
            runtime.hotErrors(),
            // Nobody rings for room in a window.
            () -> !fanout.isReady());
    }

    /**
     * Launches a relay.
     *
     * @param ctx what it is told.
     * @return the relay; it runs, unless it shares a host that is not started yet.
     */
    public static RelayNode launch(final Context ctx)
    {
        return launch(ctx, RelayNode::new);
    }
}
