package io.fragcast.agent;

import io.fragcast.counter.Counters;
import io.fragcast.journal.AcceptedFrames;
import io.fragcast.journal.JournalArchive;
import io.fragcast.protocol.repair.RepairServer;
import io.fragcast.transport.FrameLink;
import io.fragcast.wire.RepairAdapter;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

import java.util.function.IntSupplier;

/**
 * Serves repair, on a cold thread: takes accepted frames into memory, follows the journal, hears requests, answers.
 * The links and the archive belong to the node, which closes them when this thread has ended.
 */
public final class RepairAgent implements Agent
{
    /** 1,024 frames of 1,376 bytes, about 0.3 ms: memory is filled before requests are looked at. */
    private static final int ACCEPTED_LIMIT = 1_024;

    /** A million records, 1.4 GB of journal, are taken up in some seconds, in steps of about 0.3 ms. */
    private static final int FOLLOW_LIMIT = 256;

    /** More than a requester may have waiting, so that one that asks too often hears so. */
    private static final int REQUEST_LIMIT = 8;

    private final String name;
    private final NanoClock clock;
    private final AcceptedFrames[] accepted;
    private final @Nullable JournalArchive archive;
    private final FrameLink[] links;
    private final RepairAdapter[] adapters;
    private final boolean[] isConnected;
    private final RepairServer server;
    private final IntSupplier transport;

    /**
     * An agent.
     *
     * @param name      of the node.
     * @param clock     monotonic.
     * @param accepted  ways of accepted frames into memory, one for each hot agent.
     * @param archive   that the server reads; null without a journal.
     * @param links     of the requesters, numbered as the server knows them.
     * @param server    that answers.
     * @param transport run once a duty cycle: the transport's own work on this thread.
     * @param counters  of the node.
     */
    public RepairAgent(
        final String name,
        final NanoClock clock,
        final AcceptedFrames[] accepted,
        final @Nullable JournalArchive archive,
        final FrameLink[] links,
        final RepairServer server,
        final IntSupplier transport,
        final Counters counters)
    {
        this.name = name;
        this.clock = clock;
        this.accepted = accepted.clone();
        this.archive = archive;
        this.links = links.clone();
        this.server = server;
        this.transport = transport;
        isConnected = new boolean[links.length];
        adapters = new RepairAdapter[links.length];
        for (int i = 0; i < links.length; i++)
        {
            adapters[i] = new RepairAdapter(i, server, counters);
        }
    }

    @Override
    public int doWork()
    {
        final long nowNs = clock.nanoTime();
        int workCount = transport.getAsInt();
        for (final AcceptedFrames frames : accepted)
        {
            workCount += frames.drain(ACCEPTED_LIMIT);
        }
        if (null != archive)
        {
            workCount += archive.follow(FOLLOW_LIMIT);
        }
        for (int i = 0; i < links.length; i++)
        {
            workCount += pollLink(i, nowNs);
        }

        return workCount + server.doWork(nowNs);
    }

    @Override
    public String roleName()
    {
        return name + " repair";
    }

    private int pollLink(final int i, final long nowNs)
    {
        final FrameLink link = links[i];
        final int workCount = link.doWork(nowNs);
        final boolean isNowConnected = link.isConnected();
        if (isConnected[i] && !isNowConnected)
        {
            server.onDisconnected(i);
        }
        isConnected[i] = isNowConnected;

        return isNowConnected ? workCount + link.source().poll(adapters[i], REQUEST_LIMIT) : workCount;
    }
}
