package io.fragcast.node;

import io.fragcast.config.Endpoint;
import io.fragcast.config.PeerName;
import io.fragcast.config.ThreadConfig;
import io.fragcast.journal.JournalConfig;
import io.fragcast.protocol.block.BlockLimits;
import io.fragcast.protocol.block.SlowSink;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.transport.aeron.LinkBudget;
import org.agrona.ErrorHandler;
import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * What every node is told: who it is, whom it listens to and sends to, its limits, its threads. {@link #validate()} is
 * pure and may be called as often as one likes; nothing is opened before launch.
 *
 * @param <C> the node's own context.
 */
public abstract class NodeContext<C extends NodeContext<C>>
{
    private @Nullable String name;
    private @Nullable Schedule schedule;
    private @Nullable Identity identity;
    private @Nullable Endpoint listen;
    private List<PeerName> upstreams = List.of();
    private @Nullable MulticastGroup upstreamGroup;
    private List<PeerName> sinks = List.of();
    private @Nullable MulticastGroup sinkGroup;
    private @Nullable List<PeerName> holders;
    private @Nullable List<PeerName> requesters;
    private SlowSink slowSink = SlowSink.SKIP;
    private boolean isReliable = true;
    private LinkBudget budget = LinkBudget.LAN;
    private BlockLimits limits = BlockLimits.production();
    private @Nullable JournalConfig journal;
    private @Nullable ThreadConfig threads;
    private @Nullable NodeHost host;
    private @Nullable Path driverDirectory;
    private boolean isDriverExternal;
    private @Nullable Endpoint http;
    private ErrorHandler errorHandler = new LoggedErrors();

    /**
     * A context with every default.
     */
    protected NodeContext()
    {
    }

    /**
     * This, as its own type.
     *
     * @return this.
     */
    protected abstract C self();

    /**
     * Name of the node in counters, threads and messages.
     *
     * @return the name.
     */
    public String name()
    {
        return Objects.requireNonNull(name, "name is unset");
    }

    /**
     * Names the node.
     *
     * @param value the name.
     * @return this.
     */
    public C name(final String value)
    {
        name = value;
        return self();
    }

    /**
     * Who leads which block, on which chain, at which MTU.
     *
     * @return the schedule.
     */
    public Schedule schedule()
    {
        return Objects.requireNonNull(schedule, "schedule is unset");
    }

    /**
     * Sets who leads which block.
     *
     * @param value the schedule.
     * @return this.
     */
    public C schedule(final Schedule value)
    {
        schedule = value;
        return self();
    }

    /**
     * The key that peers know the node by.
     *
     * @return the identity.
     */
    public Identity identity()
    {
        return Objects.requireNonNull(identity, "identity is unset");
    }

    /**
     * Sets the key that peers know the node by.
     *
     * @param value the identity.
     * @return this.
     */
    public C identity(final Identity value)
    {
        identity = value;
        return self();
    }

    /**
     * The node's block of lanes.
     *
     * @return the endpoint.
     */
    public Endpoint listen()
    {
        return Objects.requireNonNull(listen, "listen is unset");
    }

    /**
     * Sets the node's block of lanes; the block lane has its first port.
     *
     * @param value the endpoint.
     * @return this.
     */
    public C listen(final Endpoint value)
    {
        listen = value;
        return self();
    }

    /**
     * Whom the node listens to.
     *
     * @return peers.
     */
    public List<PeerName> upstreams()
    {
        return upstreams;
    }

    /**
     * Sets whom the node listens to.
     *
     * @param value peers.
     * @return this.
     */
    public C upstreams(final List<PeerName> value)
    {
        upstreams = List.copyOf(value);
        return self();
    }

    /**
     * The group that its upstream peers send to, where they multicast.
     *
     * @return the group, or null for unicast.
     */
    public @Nullable MulticastGroup upstreamGroup()
    {
        return upstreamGroup;
    }

    /**
     * Sets the group that its upstream peers send to.
     *
     * @param value the group, or null for unicast.
     * @return this.
     */
    public C upstreamGroup(final @Nullable MulticastGroup value)
    {
        upstreamGroup = value;
        return self();
    }

    /**
     * Whom the node sends to by unicast, in this order.
     *
     * @return peers.
     */
    public List<PeerName> sinks()
    {
        return sinks;
    }

    /**
     * Sets whom the node sends to by unicast.
     *
     * @param value peers, in order.
     * @return this.
     */
    public C sinks(final List<PeerName> value)
    {
        sinks = List.copyOf(value);
        return self();
    }

    /**
     * The group that the node sends to besides its unicast sinks.
     *
     * @return the group, or null for none.
     */
    public @Nullable MulticastGroup sinkGroup()
    {
        return sinkGroup;
    }

    /**
     * Sets the group that the node sends to.
     *
     * @param value the group, or null for none.
     * @return this.
     */
    public C sinkGroup(final @Nullable MulticastGroup value)
    {
        sinkGroup = value;
        return self();
    }

    /**
     * Whom the node asks for what it lost.
     *
     * @return peers; its upstreams unless set.
     */
    public List<PeerName> holders()
    {
        final List<PeerName> set = holders;

        return null == set ? upstreams : set;
    }

    /**
     * Sets whom the node asks for what it lost. It dials them; they name it among their requesters.
     *
     * @param value peers; three are plenty.
     * @return this.
     */
    public C holders(final List<PeerName> value)
    {
        holders = List.copyOf(value);
        return self();
    }

    /**
     * Whose questions the node answers.
     *
     * @return peers; its sinks unless set.
     */
    public List<PeerName> requesters()
    {
        final List<PeerName> set = requesters;

        return null == set ? sinks : set;
    }

    /**
     * Sets whose questions the node answers. They dial it, so their addresses do not matter.
     *
     * @param value peers.
     * @return this.
     */
    public C requesters(final List<PeerName> value)
    {
        requesters = List.copyOf(value);
        return self();
    }

    /**
     * What happens to a frame that a sink cannot take.
     *
     * @return the policy.
     */
    public SlowSink slowSink()
    {
        return slowSink;
    }

    /**
     * Sets what happens to a frame that a sink cannot take. Default: skip, count, go on.
     *
     * @param value the policy.
     * @return this.
     */
    public C slowSink(final SlowSink value)
    {
        slowSink = value;
        return self();
    }

    /**
     * Does Aeron repair holes of the unicast streams that the node listens to?
     *
     * @return true if it does.
     */
    public boolean isReliable()
    {
        return isReliable;
    }

    /**
     * Sets whether Aeron repairs holes of the streams that the node listens to, or all are left to the repair lane.
     * Default: it does for unicast, and for multicast only where a slow sink is waited for.
     *
     * @param value false to skip holes.
     * @return this.
     */
    public C reliable(final boolean value)
    {
        isReliable = value;
        return self();
    }

    /**
     * What is known of the paths to the peers.
     *
     * @return the budget.
     */
    public LinkBudget budget()
    {
        return budget;
    }

    /**
     * Sets what is known of the paths to the peers; windows, buffers and delays follow from it.
     *
     * @param value the budget.
     * @return this.
     */
    public C budget(final LinkBudget value)
    {
        budget = value;
        return self();
    }

    /**
     * What the node holds at most.
     *
     * @return the limits.
     */
    public BlockLimits limits()
    {
        return limits;
    }

    /**
     * Sets what the node holds at most.
     *
     * @param value the limits.
     * @return this.
     */
    public C limits(final BlockLimits value)
    {
        limits = value;
        return self();
    }

    /**
     * Where the node keeps its journal.
     *
     * @return the configuration, or null to keep none.
     */
    public @Nullable JournalConfig journal()
    {
        return journal;
    }

    /**
     * Sets where the node keeps its journal.
     *
     * @param value the configuration, or null to keep none.
     * @return this.
     */
    public C journal(final @Nullable JournalConfig value)
    {
        journal = value;
        return self();
    }

    /**
     * The host that the node shares with others.
     *
     * @return the host, or null if the node launches its own.
     */
    public @Nullable NodeHost host()
    {
        return host;
    }

    /**
     * Puts the node on a host that it shares with others; whoever made the host starts and closes it.
     *
     * @param value the host.
     * @return this.
     */
    public C host(final NodeHost value)
    {
        host = value;
        return self();
    }

    /**
     * Threads of the node's own host.
     *
     * @return the plan.
     */
    public ThreadConfig threads()
    {
        return Objects.requireNonNull(threads, "threads are unset");
    }

    /**
     * Sets the threads of the node's own host.
     *
     * @param value the plan.
     * @return this.
     */
    public C threads(final ThreadConfig value)
    {
        threads = value;
        return self();
    }

    /**
     * Folder of the media driver.
     *
     * @return the folder, or null for one of the node's own, named after it and this process.
     */
    public @Nullable Path driverDirectory()
    {
        return driverDirectory;
    }

    /**
     * Does another process run the media driver?
     *
     * @return true if it does; then nothing shields it from crafted datagrams, for it has none of our endpoints.
     */
    public boolean isDriverExternal()
    {
        return isDriverExternal;
    }

    /**
     * Sets the folder of the media driver, and who runs it.
     *
     * @param directory  of the driver; what an earlier embedded driver left there is deleted.
     * @param isExternal true if another process runs it.
     * @return this.
     */
    public C driverDirectory(final Path directory, final boolean isExternal)
    {
        driverDirectory = directory;
        isDriverExternal = isExternal;
        return self();
    }

    /**
     * Where the node's HTTP server listens.
     *
     * @return the endpoint, or null for no server.
     */
    public @Nullable Endpoint http()
    {
        return http;
    }

    /**
     * Sets where the node's HTTP server listens.
     *
     * @param value the endpoint, whose port may be 0 to let the kernel choose; null for no server.
     * @return this.
     */
    public C http(final @Nullable Endpoint value)
    {
        http = value;
        return self();
    }

    /**
     * Who is told of errors.
     *
     * @return the handler.
     */
    public ErrorHandler errorHandler()
    {
        return errorHandler;
    }

    /**
     * Sets who is told of errors. Default: the log, each distinct error once.
     *
     * @param value the handler.
     * @return this.
     */
    public C errorHandler(final ErrorHandler value)
    {
        errorHandler = value;
        return self();
    }

    /**
     * Checks that what must be set is set and fits together.
     *
     * @throws RuntimeException naming what is missing or wrong.
     */
    public void validate()
    {
        final String node = name();
        schedule();
        identity();
        if (null == host)
        {
            threads();
        }
        if (!upstreams.isEmpty() && null == upstreamGroup)
        {
            listen();
        }
        if (limits.attemptBytes() > limits.slabBytes())
        {
            throw new IllegalArgumentException(node + ": an attempt may hold more than the whole body slab");
        }
    }
}
