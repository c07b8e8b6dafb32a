package io.fragcast.transport.aeron;

import io.aeron.driver.ReceiveChannelEndpointSupplier;
import io.aeron.driver.SendChannelEndpointSupplier;
import io.aeron.driver.ext.LossGenerator;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.transport.SendTap;
import org.agrona.concurrent.status.AtomicCounter;
import org.agrona.concurrent.status.CountersManager;
import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What one media driver lets through, and where it counts the rest. A stream that comes in is let through if a source
 * asked for it; what answers one that goes out, if the driver has its publication.
 * <p>
 * Refusals are counted in the driver's own counters: it runs on after a client closed, and what a client mapped is gone
 * then. All nodes on a driver share them, for a stranger's datagram is nobody's.
 */
final class Admission
{
    private static final FragcastCounter[] REASONS = {
        FragcastCounter.DATAGRAMS_REFUSED_ADDRESS,
        FragcastCounter.DATAGRAMS_REFUSED_SESSION,
        FragcastCounter.DATAGRAMS_REFUSED_LAYOUT,
        FragcastCounter.DATAGRAMS_REFUSED_SETUP,
        FragcastCounter.DATAGRAMS_REFUSED_CONTROL
    };

    private record Way(InetSocketAddress endpoint, int streamId, int sessionId)
    {
        Way(final ChannelConfig channel)
        {
            this(channel.address(), channel.streamId(), channel.sessionId());
        }
    }

    private final AdmissionTable inbound = new AdmissionTable();
    private final Transmission transmission = new Transmission();
    // Written when a link is made and closed, read when the driver registers a publication.
    private final Map<Way, ReplySession> replies = new ConcurrentHashMap<>();
    // Replaced whole, so that the driver's threads see it with all that is in it.
    private volatile Map<FragcastCounter, AtomicCounter> refusals = Map.of();

    AdmissionTable inbound()
    {
        return inbound;
    }

    Transmission transmission()
    {
        return transmission;
    }

    /**
     * Is this where a stream of the block lane is awaited?
     *
     * @param endpoint of a channel.
     * @return false if it is of a link, or nothing is known of it.
     */
    boolean isBlockLane(final InetSocketAddress endpoint)
    {
        for (final InboundSession session : inbound.sessions())
        {
            if (null != session && StreamKind.ONE_WAY == session.kind() && endpoint.equals(session.endpoint()))
            {
                return true;
            }
        }

        return false;
    }

    /**
     * Lets through what comes back to a publication of a link.
     *
     * @param channel of the publication.
     * @param reply   to it.
     */
    void admit(final ChannelConfig channel, final ReplySession reply)
    {
        replies.put(new Way(channel), reply);
    }

    void release(final ChannelConfig channel, final ReplySession reply)
    {
        replies.remove(new Way(channel), reply);
    }

    /**
     * What may come back to a publication.
     *
     * @param endpoint  that it sends to, or from where it is one of answers.
     * @param streamId  of it.
     * @param sessionId of it.
     * @return what may; null if it is not of a link.
     */
    @Nullable ReplySession reply(final InetSocketAddress endpoint, final int streamId, final int sessionId)
    {
        return replies.get(new Way(endpoint, streamId, sessionId));
    }

    /**
     * Makes the counters, after the driver started and before a client can open a channel on it.
     *
     * @param manager of the driver, safe for any thread.
     */
    void allocateCounters(final CountersManager manager)
    {
        final Map<FragcastCounter, AtomicCounter> made = new EnumMap<>(FragcastCounter.class);
        for (final FragcastCounter reason : REASONS)
        {
            made.put(reason, manager.newCounter("fragcast driver: " + reason.label(), reason.typeId()));
        }
        refusals = made;
    }

    /**
     * The counter of a reason for refusal.
     *
     * @return the counter; null for a counter of something else, and for an outside driver.
     */
    @Nullable AtomicCounter refusals(final FragcastCounter reason)
    {
        return refusals.get(reason);
    }

    /**
     * Counts one datagram, on the thread that refuses it.
     *
     * @return false, for the caller to pass on.
     */
    boolean refuse(final FragcastCounter reason)
    {
        final AtomicCounter counter = refusals.get(reason);
        if (null != counter)
        {
            // Atomic, for receiver and sender count in some of the same.
            counter.increment();
        }

        return false;
    }

    ReceiveChannelEndpointSupplier receiveEndpoints(
        final @Nullable LossPerEndpoint dataLoss, final @Nullable SocketIdleStrategy sockets)
    {
        return (udpChannel, dispatcher, statusIndicator, context) ->
            new ValidatingReceiveChannelEndpoint(
                udpChannel, dispatcher, statusIndicator, context, this, dataLoss, sockets);
    }

    SendChannelEndpointSupplier sendEndpoints(
        final @Nullable LossGenerator controlLoss,
        final @Nullable SendTap sendTap,
        final @Nullable SocketIdleStrategy sockets)
    {
        return (udpChannel, statusIndicator, context) ->
            new ValidatingSendChannelEndpoint(
                udpChannel, statusIndicator, context, this, controlLoss, sendTap, sockets);
    }
}
