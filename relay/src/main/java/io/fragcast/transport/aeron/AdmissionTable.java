package io.fragcast.transport.aeron;

import org.agrona.collections.Hashing;
import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * The incoming streams that a driver lets through to Aeron: nothing else reaches it, so a stranger leaves no
 * image, no log and no entry in the driver's maps.
 * <p>
 * Written at add and close time by any thread, under a lock; read for every datagram by the driver's receiver
 * without one. A write copies the slots, changes the copy and publishes it by one volatile write; a reader takes that
 * reference once a datagram, and so sees either the table before or the table after, each whole.
 */
final class AdmissionTable
{
    /** 1,024: eight lanes of 128 peers. A node that asks for more is refused: a configuration error. */
    static final int CAPACITY = 1024;
    // Half full at most, so that a probe ends after two slots on average.
    private static final int SLOTS = 2 * CAPACITY;
    private static final int MASK = SLOTS - 1;

    private final int[] references = new int[SLOTS];
    private int size;
    @SuppressWarnings("VolatileArrayReference") // Published copies are never written again.
    private volatile @Nullable InboundSession[] slots = new InboundSession[SLOTS];

    /**
     * Lets a stream through. Several sources of one driver may share one: it stays until each released it.
     *
     * @param channel of the stream.
     * @param peer    address that it comes from; null if any may send it.
     * @return the session, shared with those who asked before.
     */
    synchronized InboundSession admit(final ChannelConfig channel, final @Nullable InetAddress peer)
    {
        final InetSocketAddress endpoint = channel.address();
        final int found = indexOf(slots, endpoint, channel.streamId(), channel.sessionId());
        final InboundSession known = slots[found];
        if (null != known)
        {
            references[found]++;
            return known;
        }

        if (CAPACITY == size)
        {
            throw new IllegalStateException("more than " + CAPACITY + " streams on one media driver");
        }

        final InboundSession made = new InboundSession(channel, peer);
        final @Nullable InboundSession[] copy = slots.clone();
        copy[found] = made;
        references[found] = 1;
        size++;
        slots = copy;

        return made;
    }

    /**
     * Gives up one use of a stream.
     *
     * @param session as admitted.
     */
    synchronized void release(final InboundSession session)
    {
        final @Nullable InboundSession[] before = slots;
        final int index = indexOf(before, session.endpoint(), session.streamId(), session.sessionId());
        if (session != before[index] || --references[index] > 0)
        {
            return;
        }

        // Linear probing has no holes: put the others into an empty table, with their reference counts.
        final @Nullable InboundSession[] copy = new InboundSession[SLOTS];
        final int[] counts = references.clone();
        for (int i = 0; i < SLOTS; i++)
        {
            final InboundSession other = before[i];
            if (null != other && session != other)
            {
                final int to = indexOf(copy, other.endpoint(), other.streamId(), other.sessionId());
                copy[to] = other;
                references[to] = counts[i];
            }
        }
        size--;
        slots = copy;
    }

    /**
     * Finds the session of a datagram. Allocates nothing.
     *
     * @param endpoint  that the datagram came to, or that its publication sends to.
     * @param streamId  in the datagram.
     * @param sessionId in the datagram.
     * @return the session, or null if it is not admitted.
     */
    @Nullable InboundSession find(final InetSocketAddress endpoint, final int streamId, final int sessionId)
    {
        final @Nullable InboundSession[] now = slots;

        return now[indexOf(now, endpoint, streamId, sessionId)];
    }

    /**
     * The streams that are let through now, among free slots.
     */
    @Nullable InboundSession[] sessions()
    {
        return slots;
    }

    private static int indexOf(
        final @Nullable InboundSession[] slots,
        final InetSocketAddress endpoint,
        final int streamId,
        final int sessionId)
    {
        int index = Hashing.hash(sessionId + 31L * streamId + 0x9E3779B97F4A7C15L * endpoint.getPort()) & MASK;
        InboundSession session = slots[index];
        while (null != session && !session.isNamed(endpoint, streamId, sessionId))
        {
            index = (index + 1) & MASK;
            session = slots[index];
        }

        return index;
    }
}
