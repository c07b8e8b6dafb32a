package io.fragcast.node;

import io.fragcast.config.ThreadConfig;
import io.fragcast.node.ThreadPlan.Role;
import io.fragcast.transport.Transmitter;
import io.fragcast.transport.aeron.AeronClient;
import io.fragcast.transport.aeron.AeronDriver;
import io.fragcast.transport.aeron.DriverConfig;
import io.fragcast.transport.aeron.DriverThreading;
import org.agrona.CloseHelper;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.CompositeAgent;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.SystemNanoClock;
import org.agrona.concurrent.status.AtomicCounter;
import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * One media driver and the threads over it, for one node or for several of one process.
 * <pre>
 *   NodeHost host = NodeHost.launch(...);     the driver runs
 *   RelayNode.launch(ctx.host(host)) ...      nodes add agents, clients, links
 *   host.start();                             the threads run
 *   host.close();                             threads stop: hot, then cold; then what the nodes added; then the driver
 * </pre>
 * Which agent runs on which thread follows from what it may wait for:
 * <pre>
 *   hot        waits for nothing; with INVOKER all on one thread, with the driver
 *   cold       waits for nothing either, but may own a client, which is lost once its thread stands still for 10 s:
 *              all on one thread, with DEDICATED each on its own
 *   blocking   waits for a disk, a pipe, a listener: each on a thread of its own, and owns no client
 * </pre>
 * A node that is given no host launches one for itself. Used by one thread, the launching one.
 */
public final class NodeHost implements AutoCloseable
{
    /**
     * An agent that was added.
     *
     * @param role   of its thread.
     * @param agent  itself.
     * @param errors counts what it throws; null for nobody.
     * @param isFed  does anybody who rings nobody hand it what is to be done now? Asked on its thread.
     */
    private record RoleAgent(Role role, Agent agent, @Nullable AtomicCounter errors, BooleanSupplier isFed)
    {
        RoleAgent(final Role role, final Agent agent, final @Nullable AtomicCounter errors)
        {
            this(role, agent, errors, () -> false);
        }
    }

    private final String name;
    private final ThreadPlan plan;
    private final ErrorHandler errorHandler;
    private final HostIdle idle;
    private final AeronDriver driver;
    private final List<AeronClient> clients = new ArrayList<>();
    private final List<AeronClient> coldClients = new ArrayList<>();
    private final List<RoleAgent> hotAgents = new ArrayList<>();
    private final List<RoleAgent> coldAgents = new ArrayList<>();
    private final List<RoleAgent> blockingAgents = new ArrayList<>();
    private final List<AutoCloseable> resources = new ArrayList<>();
    private final List<AgentRunner> hotRunners = new ArrayList<>();
    private final List<AgentRunner> coldRunners = new ArrayList<>();
    private int duties;
    private volatile boolean isStarted;
    private volatile boolean isClosed;

    private NodeHost(
        final String name, final ThreadPlan plan, final DriverConfig driverConfig, final ErrorHandler errorHandler)
    {
        this.name = name;
        this.plan = plan;
        this.errorHandler = errorHandler;
        idle = new HostIdle(plan, driverConfig, errorHandler);
        driver = AeronDriver.launch(
            idle.applyTo(driverConfig).withThreads(
                plan::newHotIdleStrategy, plan.threadFactory(Role.DRIVER, name + " driver")),
            errorHandler);
    }

    /**
     * Launches the driver.
     *
     * @param name         of the host, for its threads.
     * @param threads      which run it and its nodes.
     * @param driverConfig of the driver; its threading must be that of the threads.
     * @param errorHandler told of every error in driver and agents.
     * @return the host.
     */
    public static NodeHost launch(
        final String name, final ThreadConfig threads, final DriverConfig driverConfig, final ErrorHandler errorHandler)
    {
        return new NodeHost(name, new ThreadPlan(threads), driverConfig, errorHandler);
    }

    /** Launches the driver of one node, as its context says. */
    static NodeHost launch(final NodeContext<?> ctx)
    {
        return launch(ctx.name(), ctx.threads(), driverConfig(ctx), ctx.errorHandler());
    }

    /**
     * Adds a duty of the program's own to the hot ones, such as a builder that publishes without a hand-over between
     * threads: with INVOKER it runs in the one hot thread, between the driver and the nodes, and must not wait.
     *
     * @param agent run from {@link #start()} to {@link #close()}.
     */
    public void addDuty(final Agent agent)
    {
        checkNotStarted();
        // Where its work comes from is the program's own affair.
        hotAgents.add(duties++, new RoleAgent(Role.BROADCAST, agent, null, () -> true));
    }

    /**
     * Connects a node to the driver; its client is closed with the host.
     *
     * @param nodeName of the node.
     * @return its client.
     */
    AeronClient connect(final String nodeName)
    {
        keepAlive();
        final AeronClient client = driver.connect(nodeName);
        clients.add(client);
        resources.add(client);

        return client;
    }

    /**
     * Connects a cold agent of a node to the driver, for links that its thread alone owns and closes; the agent invokes
     * the client in each duty cycle. Closed with the host.
     *
     * @param agentName of the node and its agent.
     * @return its client.
     */
    AeronClient connectCold(final String agentName)
    {
        keepAlive();
        final AeronClient client = driver.connectCold(agentName);
        coldClients.add(client);
        resources.add(client);

        return client;
    }

    AeronDriver driver()
    {
        return driver;
    }

    /**
     * What works the transport between commits: the driver where this host's hot thread runs it, else nothing.
     *
     * @return the hook.
     */
    Transmitter transmitter()
    {
        return driver;
    }

    void addHot(final Role role, final Agent agent, final AtomicCounter errors)
    {
        checkNotStarted();
        hotAgents.add(new RoleAgent(role, agent, errors));
    }

    /**
     * Adds a hot agent that is handed work from outside the host's threads.
     *
     * @param role   of its thread.
     * @param agent  that must not wait.
     * @param errors counts what it throws.
     * @param isFed  may work come now that nobody rings for, see {@link #ringHot}? Asked on its thread.
     */
    void addHot(final Role role, final Agent agent, final AtomicCounter errors, final BooleanSupplier isFed)
    {
        checkNotStarted();
        hotAgents.add(new RoleAgent(role, agent, errors, isFed));
    }

    /**
     * Says that there is work for a hot agent, which ends the wait of its thread. By any thread.
     */
    void ringHot()
    {
        idle.ringHot();
    }

    void addCold(final Role role, final Agent agent, final AtomicCounter errors)
    {
        checkNotStarted();
        coldAgents.add(new RoleAgent(role, agent, errors));
    }

    /**
     * Adds an agent that may stand still for as long as somebody else does: whoever reads what it writes, a disk, the
     * program's own listener. Nobody shares its thread, and it must own no client.
     *
     * @param role   of its thread.
     * @param agent  that may block.
     * @param errors counts what it throws.
     */
    void addBlocking(final Role role, final Agent agent, final AtomicCounter errors)
    {
        checkNotStarted();
        blockingAgents.add(new RoleAgent(role, agent, errors));
    }

    /**
     * Hands over what the host closes after its threads have stopped, last added first.
     *
     * @param resource to close.
     */
    void addResource(final AutoCloseable resource)
    {
        resources.add(resource);
    }

    /**
     * Starts the threads.
     *
     * @throws IllegalArgumentException if the plan does not fit this machine.
     */
    public void start()
    {
        checkNotStarted();
        plan.validate(hotAgents.size(), Runtime.getRuntime().availableProcessors());

        final List<Runnable> starts = new ArrayList<>();
        blockingAgents.forEach((blocking) -> starts.add(newThread(blocking, idle.newBlocking(), coldRunners)));
        // Gateways, and who asks execution clients.
        final boolean isFed = coldAgents.stream().anyMatch((cold) -> Role.EDGE == cold.role);
        for (final RoleAgent agent : coldThreads())
        {
            starts.add(newThread(agent, idle.newCold(isFed), coldRunners));
        }
        for (final RoleAgent agent : hotThreads())
        {
            starts.add(newThread(agent, idle.newHot(agent.isFed), hotRunners));
        }
        idle.link();
        starts.forEach(Runnable::run);
        isStarted = true;
    }

    /**
     * Why this has stopped working and will not go on: a thread has ended by itself, or the media driver is lost, as
     * when the process was stopped for longer than Aeron waits for a sign of life (10 s). Only {@link #close} is left.
     *
     * @return the reason in a few words; null while all is well. Any thread may ask.
     */
    public @Nullable String failure()
    {
        if (!isStarted || isClosed)
        {
            return null;
        }
        for (final AeronClient client : clients)
        {
            if (client.isLost())
            {
                return "the media driver is lost: it, or this process, stood still for too long";
            }
        }
        for (final List<AgentRunner> runners : List.of(hotRunners, coldRunners))
        {
            for (final AgentRunner runner : runners)
            {
                if (runner.isClosed())
                {
                    return "the thread of " + runner.agent().roleName() + " ended by an error";
                }
            }
        }

        return null;
    }

    @Override
    public void close()
    {
        if (isClosed)
        {
            return;
        }
        isClosed = true;

        final List<AutoCloseable> closing = new ArrayList<>(hotRunners);
        closing.addAll(coldRunners);
        for (int i = resources.size() - 1; i >= 0; i--)
        {
            closing.add(resources.get(i));
        }
        closing.add(driver);
        closing.add(idle);
        CloseHelper.closeAll(errorHandler, closing);
    }

    /** With DEDICATED each for itself; else all as one, under a name that the kernel has room for. */
    private List<RoleAgent> coldThreads()
    {
        if (coldAgents.isEmpty() || DriverThreading.DEDICATED == plan.driverThreading())
        {
            return coldAgents;
        }
        final Agent all = new CompositeAgent(coldAgents.stream().map(RoleAgent::agent).toList())
        {
            @Override
            public String roleName()
            {
                return name + " cold";
            }
        };

        return List.of(new RoleAgent(coldAgents.get(0).role, all, coldAgents.get(0).errors));
    }

    /** With INVOKER all as one, with the driver; else each for itself. */
    private List<RoleAgent> hotThreads()
    {
        if (DriverThreading.INVOKER != plan.driverThreading())
        {
            return hotAgents;
        }
        final Agent loop = new HotLoop(
            name + " hot",
            driver,
            clients.toArray(new AeronClient[0]),
            hotAgents.stream().map(RoleAgent::agent).toArray(Agent[]::new),
            SystemNanoClock.INSTANCE);
        final RoleAgent first = duties == hotAgents.size() ? null : hotAgents.get(duties);

        return List.of(new RoleAgent(
            null == first ? Role.DRIVER : first.role, loop, null == first ? null : first.errors));
    }

    /** What starts the thread; it is closed with the others of its kind. */
    private Runnable newThread(
        final RoleAgent agent, final IdleStrategy idleStrategy, final List<AgentRunner> runners)
    {
        final AgentRunner runner = new AgentRunner(idleStrategy, errorHandler, agent.errors, agent.agent);
        runners.add(runner);

        return () -> AgentRunner.startOnThread(runner, plan.threadFactory(agent.role, agent.agent.roleName()));
    }

    /**
     * No thread runs yet, and making many nodes may take longer than driver and clients wait for a sign of each other.
     */
    private void keepAlive()
    {
        checkNotStarted();
        driver.invoke();
        for (final AeronClient client : coldClients)
        {
            client.invoke();
        }
    }

    private void checkNotStarted()
    {
        if (isStarted)
        {
            throw new IllegalStateException("host " + name + " runs already");
        }
    }

    private static DriverConfig driverConfig(final NodeContext<?> ctx)
    {
        final Path directory = ctx.driverDirectory();
        if (null != directory && ctx.isDriverExternal())
        {
            return DriverConfig.external(directory, ctx.budget());
        }
        final DriverConfig config = DriverConfig.embedded(
            ctx.name(), new ThreadPlan(ctx.threads()).driverThreading(), ctx.budget());

        return null == directory ? config : config.withDirectory(directory);
    }
}
