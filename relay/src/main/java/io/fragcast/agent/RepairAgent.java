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
import java.util.function.LongSupplier;

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

    private final String name;
    private final NanoClock clock;
    private final AcceptedFrames[] accepted;
    private final @Nullable JournalArchive archive;
    private final ServedLinks links;
    private final @Nullable BulkService bulk;
    private final RepairServer server;
    private final LongSupplier openBlock;
    private final IntSupplier transport;
    /** Is what was journaled before this thread began taken up? */
    private boolean isFollowed;

    /**
     * An agent that serves the repair lane alone.
     *
     * @param name      of the node.
     * @param clock     monotonic.
     * @param accepted  ways of accepted frames into memory, one for each hot agent.
     * @param archive   that the server reads; null without a journal.
     * @param links     of the requesters, numbered as the server knows them.
     * @param server    that answers.
     * @param openBlock height that the hot agent is to finish now, told after it was written to the ring; {@link
     *                  RepairServer#NONE_OPEN} where there is none.
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
        final LongSupplier openBlock,
        final IntSupplier transport,
        final Counters counters)
    {
        this(name, clock, accepted, archive, links, server, openBlock, null, transport, counters);
    }

    /**
     * An agent.
     *
     * @param name      of the node.
     * @param clock     monotonic.
     * @param accepted  ways of accepted frames into memory, one for each hot agent.
     * @param archive   that the server reads; null without a journal.
     * @param links     of the requesters, numbered as the server knows them.
     * @param server    that answers.
     * @param openBlock height that the hot agent is to finish now, told after it was written to the ring; {@link
     *                  RepairServer#NONE_OPEN} where there is none.
     * @param bulk      serves the bulk lane beside; null: nobody does.
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
        final LongSupplier openBlock,
        final @Nullable BulkService bulk,
        final IntSupplier transport,
        final Counters counters)
    {
        this.name = name;
        this.clock = clock;
        this.accepted = accepted.clone();
        this.archive = archive;
        this.server = server;
        this.openBlock = openBlock;
        isFollowed = null == archive;
        if (!isFollowed)
        {
            waitFor(0);
        }
        this.bulk = bulk;
        this.transport = transport;
        final RepairAdapter[] adapters = new RepairAdapter[links.length];
        for (int i = 0; i < links.length; i++)
        {
            adapters[i] = new RepairAdapter(i, server, counters);
        }
        this.links = new ServedLinks(links, adapters, server::onDisconnected);
    }

    @Override
    public int doWork()
    {
        final long nowNs = clock.nanoTime();
        int workCount = transport.getAsInt();
        final long openBlockBefore = openBlock.getAsLong();
        boolean isDrained = true;
        for (final AcceptedFrames frames : accepted)
        {
            workCount += frames.drain(ACCEPTED_LIMIT);
            isDrained &= frames.isDrained();
        }
        if (null != archive)
        {
            final int followed = archive.follow(FOLLOW_LIMIT);
            isFollowed |= 0 == followed;
            workCount += followed;
        }
        if (isDrained && isFollowed)
        {
            waitFor(openBlockBefore);
        }
        workCount += links.poll(nowNs);
        final int answered = server.doWork(nowNs);
        if (null != bulk)
        {
            workCount += bulk.doWork(0 < answered, nowNs);
        }

        return workCount + answered;
    }

    private void waitFor(final long blockNumber)
    {
        server.onOpenBlock(blockNumber);
        if (null != bulk)
        {
            bulk.onOpenBlock(blockNumber);
        }
    }

    @Override
    public String roleName()
    {
        return name + " repair";
    }
}
