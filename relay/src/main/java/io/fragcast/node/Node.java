package io.fragcast.node;

import io.fragcast.counter.Counters;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.protocol.peer.PeerRole;
import io.fragcast.protocol.peer.PeerSnapshot;
import io.fragcast.transport.aeron.Grant;
import io.fragcast.watch.NodeWatch;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * What every node can be asked and told, whatever its role; unless said, from any thread. Closed by whoever launched
 * it; with a shared host, closed with the host.
 */
public abstract sealed class Node implements AutoCloseable permits SequencerNode, RelayNode, ReplicaNode
{
    private final String name;
    private final PeerRole role;
    private final NodeRuntime runtime;

    Node(final NodeContext<?> ctx, final NodeRuntime runtime)
    {
        name = ctx.name();
        role = ctx.role();
        this.runtime = runtime;
    }

    /** Warms up, opens what the node runs on, makes the node, starts it; on failure leaves nothing open. */
    static <C extends NodeContext<C>, N extends Node> N launch(
        final C ctx, final BiFunction<C, NodeRuntime, N> constructor)
    {
        ctx.validate();
        WarmUp.run(ctx);
        final NodeRuntime runtime = NodeRuntime.open(ctx);
        try
        {
            final N node = constructor.apply(ctx, runtime);
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
    public final String name()
    {
        return name;
    }

    /**
     * What the node counts.
     *
     * @return its counters; any thread may read them.
     */
    public final Counters counters()
    {
        return runtime.counters();
    }

    /**
     * What the node shows of itself.
     *
     * @return all of it; not to be read once the node is closed.
     */
    public final NodeWatch watch()
    {
        return runtime.watch(role.name().toLowerCase(Locale.ROOT));
    }

    /**
     * Takes a new schedule while the node runs; the hot agent has it a duty cycle later.
     *
     * @param newer of the same chain and MTU; what has begun stays as it is.
     * @return a sentence a change; empty if nothing changes.
     * @throws IllegalArgumentException naming what may not change; the schedule before holds then.
     */
    public final List<String> reload(final Schedule newer)
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
    public final List<String> reload(final NodeUpdate newer)
    {
        return runtime.reload().update(newer);
    }

    /**
     * Whom the node talks to, as they were a moment ago: those that it dials, then those that dial it.
     *
     * @return peers.
     */
    public final List<PeerSnapshot> peers()
    {
        return runtime.peers();
    }

    /**
     * What the channels wanted and what the kernel granted.
     *
     * @return distinct grants.
     */
    public final Set<Grant> grants()
    {
        return runtime.grants();
    }

    /**
     * Does it hear its upstream peers, and do all its sinks listen?
     *
     * @return true if all are connected.
     */
    public final boolean isConnected()
    {
        return runtime.links().isConnected();
    }

    /**
     * Why the node has stopped working and will not go on, as when its process was stopped for longer than Aeron waits
     * for a sign of life: close it, and launch another.
     *
     * @return the reason in a few words; null while all is well.
     */
    public final @Nullable String failure()
    {
        return runtime.host().failure();
    }

    /**
     * The port of the node's HTTP server.
     *
     * @return the port, the kernel's choice where 0 was asked for; -1 without a server.
     */
    public final int httpPort()
    {
        return runtime.httpPort();
    }

    @Override
    public final void close()
    {
        runtime.close();
    }
}
