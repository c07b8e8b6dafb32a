package io.fragcast.transport.aeron;

import org.agrona.collections.Hashing;
import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.util.function.Supplier;

/**
 * The streams of one direction that a driver lets through to Aeron: nothing else reaches it, so a stranger leaves no
 * image, no log and no entry in the driver's maps.
 * <p>
 * Written at add and close time by any thread, under a lock; read for every datagram by the driver's receiver or sender
 * without one. A write copies the slots, changes the copy and publishes it by one volatile write; a reader takes that
 * reference once a datagram, and so sees either the table before or the table after, each whole.
 *
 * @param <S> of the direction.
 */
final class AdmissionTable<S extends AdmittedSession>
{
    /** 1,024: eight lanes of 128 peers. A node that asks for more is refused: a configuration error. */
    static final int CAPACITY = 1024;
    // Half full at most, so that a probe ends after two slots on average.
    private static final int SLOTS = 2 * CAPACITY;
    private static final int MASK = SLOTS - 1;

    private final int[] references = new int[SLOTS];
    private int size;
    @SuppressWarnings("VolatileArrayReference") // Published copies are never written again.
    private volatile @Nullable AdmittedSession[] slots = new AdmittedSession[SLOTS];

    /**
     * Lets a stream through. Several sources of one driver may share one: it stays until each released it.
     *
     * @param channel of the stream.
     * @param session made if the stream is not admitted yet.
     * @return the session, shared with those who asked before.
     */
    @SuppressWarnings("unchecked") // Only sessions that a Supplier<S> made are ever stored.
    synchronized S admit(final ChannelConfig channel, final Supplier<S> session)
    {
        final InetSocketAddress endpoint = channel.address();
        final int found = indexOf(slots, endpoint, channel.streamId(), channel.sessionId());
        final AdmittedSession known = slots[found];
        if (null != known)
        {
            references[found]++;
            return (S)known;
        }

        if (CAPACITY == size)
        {
            throw new IllegalStateException("more than " + CAPACITY + " streams on one media driver");
        }

        final S made = session.get();
        final @Nullable AdmittedSession[] copy = slots.clone();
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
    synchronized void release(final AdmittedSession session)
    {
        final @Nullable AdmittedSession[] before = slots;
        final int index = indexOf(before, session.endpoint(), session.streamId(), session.sessionId());
        if (session != before[index] || --references[index] > 0)
        {
            return;
        }

        // Linear probing has no holes: put the others into an empty table, with their reference counts.
        final @Nullable AdmittedSession[] copy = new AdmittedSession[SLOTS];
        final int[] counts = references.clone();
        for (int i = 0; i < SLOTS; i++)
        {
            final AdmittedSession other = before[i];
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
    @SuppressWarnings("unchecked") // Only sessions that a Supplier<S> made are ever stored.
    @Nullable S find(final InetSocketAddress endpoint, final int streamId, final int sessionId)
    {
        final @Nullable AdmittedSession[] now = slots;

        return (S)now[indexOf(now, endpoint, streamId, sessionId)];
    }

    private static int indexOf(
        final @Nullable AdmittedSession[] slots,
        final InetSocketAddress endpoint,
        final int streamId,
        final int sessionId)
    {
        int index = Hashing.hash(sessionId + 31L * streamId + 0x9E3779B97F4A7C15L * endpoint.getPort()) & MASK;
        AdmittedSession session = slots[index];
        while (null != session && !session.isNamed(endpoint, streamId, sessionId))
        {
            index = (index + 1) & MASK;
            session = slots[index];
        }

        return index;
    }
}
