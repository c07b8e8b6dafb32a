package io.fragcast.agent;

import io.fragcast.transport.FrameHandler;
import io.fragcast.transport.FrameLink;

import java.util.function.IntConsumer;

/**
 * The links of those who are served on a lane: hears their requests, and says who is gone. The node owns the links.
 */
final class ServedLinks
{
    /** More than a requester may have waiting, so that one that asks too often hears so. */
    private static final int REQUEST_LIMIT = 8;

    private final FrameLink[] links;
    private final FrameHandler[] handlers;
    private final boolean[] isConnected;
    private final IntConsumer onDisconnected;

    ServedLinks(final FrameLink[] links, final FrameHandler[] handlers, final IntConsumer onDisconnected)
    {
        this.links = links.clone();
        this.handlers = handlers.clone();
        this.onDisconnected = onDisconnected;
        isConnected = new boolean[links.length];
    }

    int poll(final long nowNs)
    {
        int workCount = 0;
        for (int i = 0; i < links.length; i++)
        {
            final FrameLink link = links[i];
            workCount += link.doWork(nowNs);
            final boolean isNowConnected = link.isConnected();
            if (isConnected[i] && !isNowConnected)
            {
                onDisconnected.accept(i);
            }
            isConnected[i] = isNowConnected;
            workCount += isNowConnected ? link.source().poll(handlers[i], REQUEST_LIMIT) : 0;
        }

        return workCount;
    }
}
