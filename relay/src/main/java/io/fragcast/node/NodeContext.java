package io.fragcast.node;

import io.fragcast.config.Endpoint;
import io.fragcast.config.ScheduleConfig;
import io.fragcast.config.ThreadConfig;
import io.fragcast.edge.chain.ChainConfig;
import io.fragcast.journal.JournalConfig;
import io.fragcast.protocol.block.BlockLimits;
import io.fragcast.protocol.block.MessageSigner;
import io.fragcast.protocol.block.SlowSink;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.protocol.peer.PeerRole;
import io.fragcast.protocol.repair.RecentFrames;
import io.fragcast.transport.aeron.LinkBudget;
import org.agrona.ErrorHandler;
import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.util.Objects;

/**
 * What every node is told: its peers, its limits, its threads. {@link #validate()} is pure and may be called as often
 * as one likes; nothing is opened before launch.
 *
 * @param <C> the node's own context.
 */
public abstract class NodeContext<C extends NodeContext<C>> extends PeerContext<C>
{
    /** The share of an attempt in the slab of a production node. */
    private static final int ATTEMPTS_PER_SLAB = 4;

    private @Nullable String name;
    private @Nullable Schedule schedule;
    private @Nullable MessageSigner statementSigner;
    private SlowSink slowSink = SlowSink.SKIP;
    private boolean isReliable = true;
    private LinkBudget budget = LinkBudget.LAN;
    private BlockLimits limits = BlockLimits.production();
    private int repairMemoryLength;
    private @Nullable JournalConfig journal;
    private @Nullable ThreadConfig threads;
    private @Nullable NodeHost host;
    private @Nullable Path driverDirectory;
    private boolean isDriverExternal;
    private @Nullable Endpoint http;
    private ChainConfig chain = ChainConfig.NONE;
    private @Nullable ScheduleConfig scheduleSource;
    private byte @Nullable [] scheduleAuthority;
    private ErrorHandler errorHandler = new LoggedErrors();

    /**
     * A context with every default.
     */
    protected NodeContext()
    {
    }

    /**
     * What the node does, as it says to its peers.
     *
     * @return the role.
     */
    protected abstract PeerRole role();

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
     * Whose signed schedules and takeovers the node obeys.
     *
     * @return the authority's key, 65 bytes; null for nobody's.
     */
    public byte @Nullable [] scheduleAuthority()
    {
        return scheduleAuthority;
    }

    /**
     * Sets whose signed schedules and takeovers the node obeys.
     *
     * @param value the authority's key, 65 bytes; null for nobody's.
     * @return this.
     */
    public C scheduleAuthority(final byte @Nullable [] value)
    {
        scheduleAuthority = value;
        return self();
    }

    /**
     * Where the schedule comes from.
     *
     * @return the source; null where a program hands it over.
     */
    public @Nullable ScheduleConfig scheduleSource()
    {
        return scheduleSource;
    }

    /**
     * Sets where the schedule comes from, and whose signed ones are taken.
     *
     * @param value the source.
     * @return this.
     */
    public C scheduleSource(final ScheduleConfig value)
    {
        scheduleSource = value;
        scheduleAuthority = value.authority();
        return self();
    }

    /**
     * Signs what a leader says to all besides its blocks, with its relay key; used by the threads of the peers and of
     * repair, so it holds nothing but the key.
     *
     * @return the signer; null for a node that says nothing.
     */
    public @Nullable MessageSigner statementSigner()
    {
        return statementSigner;
    }

    /**
     * Sets what signs a leader's statements.
     *
     * @param value the signer, not the one that signs blocks: that is another thread's.
     * @return this.
     */
    public C statementSigner(final @Nullable MessageSigner value)
    {
        statementSigner = value;
        return self();
    }

    /**
     * How much of what was accepted last is kept in memory for those who ask.
     *
     * @return bytes, a power of two; what one attempt may hold unless set, so that an open attempt is there whole.
     */
    public int repairMemoryLength()
    {
        return 0 != repairMemoryLength ? repairMemoryLength :
            Math.max(RecentFrames.MIN_LENGTH, Integer.highestOneBit(limits.slabBytes() / ATTEMPTS_PER_SLAB));
    }

    /**
     * Sets how much of what was accepted last is kept in memory for those who ask.
     *
     * @param value bytes, a power of two; 0 for the default.
     * @return this.
     */
    public C repairMemoryLength(final int value)
    {
        repairMemoryLength = value;
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
     * Whom the node believes about its chain.
     *
     * @return the sources of sealed blocks and of finality.
     */
    public ChainConfig chain()
    {
        return chain;
    }

    /**
     * Sets whom the node believes about its chain. Default: nobody.
     *
     * @param value the sources of sealed blocks and of finality.
     * @return this.
     */
    public C chain(final ChainConfig value)
    {
        chain = value;
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
        if (!upstreams().isEmpty() && null == upstreamGroup() || !requesters().isEmpty())
        {
            listen();
        }
        if (limits.attemptBytes() > limits.slabBytes())
        {
            throw new IllegalArgumentException(node + ": an attempt may hold more than the whole body slab");
        }
    }
}
