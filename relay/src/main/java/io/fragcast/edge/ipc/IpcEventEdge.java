package io.fragcast.edge.ipc;

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Publication;
import io.fragcast.edge.Edge;
import org.agrona.DirectBuffer;

/**
 * Delivers to consumers beside the node, as BlockEvent messages over Aeron IPC, at least once: an event that no
 * consumer could take yet is kept, and everything behind it, until one does. Observers are not waited for.
 */
public final class IpcEventEdge implements Edge
{
    private final String channel;
    private final ExclusivePublication publication;

    /**
     * Adds the stream of events.
     *
     * @param aeron          client to use, left open.
     * @param channel        IPC channel that consumers name too; terms are made large enough unless it says how long.
     * @param maxEventLength longest event of the node, bytes.
     * @throws IllegalArgumentException if the channel's terms do not hold the longest event.
     */
    public IpcEventEdge(final Aeron aeron, final String channel, final int maxEventLength)
    {
        this.channel = channel;
        publication = aeron.addExclusivePublication(
            IpcChannels.ofEvents(channel), IpcChannels.EVENT_STREAM_ID);
        final int maxMessageLength = publication.maxMessageLength();
        if (maxEventLength > maxMessageLength)
        {
            publication.close();
            throw new IllegalArgumentException(
                "terms of " + channel + " take events of " + maxMessageLength + " bytes, the longest has " +
                maxEventLength);
        }
    }

    @Override
    public boolean onEvent(final DirectBuffer buffer, final int offset, final int length)
    {
        final long position = publication.offer(buffer, offset, length);
        if (Publication.CLOSED == position || Publication.MAX_POSITION_EXCEEDED == position)
        {
            throw new IllegalStateException(name() + ": " + Publication.errorString(position));
        }

        return position > 0;
    }

    @Override
    public void flush()
    {
        // An offer leaves at once.
    }

    @Override
    public String name()
    {
        return "ipc:" + channel;
    }

    @Override
    public void close()
    {
        publication.close();
    }
}
