package io.fragcast.node;

import io.fragcast.transport.aeron.AeronClient;
import io.fragcast.transport.aeron.AeronDriver;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.AgentTerminationException;
import org.agrona.concurrent.NanoClock;

import java.util.concurrent.TimeUnit;

/**
 * The one thread of INVOKER: media driver, clients and hot agents in turn. Ends when a client is lost.
 */
final class HotLoop implements Agent
{
    /** A client's conductor has nothing urgent: images come and go by the driver, keep-alives in seconds. */
    private static final long CLIENT_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private final String name;
    private final AeronDriver driver;
    private final AeronClient[] clients;
    private final Agent[] agents;
    private final NanoClock clock;
    private long clientDeadlineNs;

    HotLoop(
        final String name,
        final AeronDriver driver,
        final AeronClient[] clients,
        final Agent[] agents,
        final NanoClock clock)
    {
        this.name = name;
        this.driver = driver;
        this.clients = clients;
        this.agents = agents;
        this.clock = clock;
        clientDeadlineNs = clock.nanoTime();
    }

    @Override
    public void onStart()
    {
        for (final Agent agent : agents)
        {
            agent.onStart();
        }
    }

    @Override
    public int doWork() throws Exception
    {
        int workCount = driver.invoke();
        for (final Agent agent : agents)
        {
            workCount += agent.doWork();
        }

        final long nowNs = clock.nanoTime();
        if (clientDeadlineNs - nowNs < 0)
        {
            clientDeadlineNs = nowNs + CLIENT_INTERVAL_NS;
            for (final AeronClient client : clients)
            {
                workCount += client.invoke();
                if (client.isLost())
                {
                    throw new AgentTerminationException(name + ": the media driver is lost");
                }
            }
        }

        return workCount;
    }

    @Override
    public void onClose()
    {
        for (final Agent agent : agents)
        {
            agent.onClose();
        }
    }

    @Override
    public String roleName()
    {
        return name;
    }
}
