package io.fragcast.transport.aeron;

import io.aeron.driver.DriverConductorProxy;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.NetworkPublication;
import io.aeron.driver.media.SendChannelEndpoint;
import io.aeron.driver.media.UdpChannel;
import io.aeron.protocol.NakFlyweight;
import io.aeron.protocol.StatusMessageFlyweight;
import io.fragcast.counter.FragcastCounter;
import org.agrona.collections.Hashing;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.concurrent.CachedNanoClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.status.AtomicCounter;
import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/**
 * The sending end of a channel, which hands to Aeron only what receivers of its publications may ask for (DESIGN §4.4):
 * the address sent to, within what was sent, at a rate that what was sent explains. It runs on the driver's sender
 * thread, for each datagram either way: it allocates nothing, throws nothing and counts each refusal.
 */
final class ValidatingSendChannelEndpoint extends SendChannelEndpoint
{
    private final Admission admission;
    private final CachedNanoClock clock;
    private final long retransmitLingerNs;
    private final UnsafeBuffer outgoing = new UnsafeBuffer();
    private final Long2ObjectHashMap<OutboundSession> sessions = new Long2ObjectHashMap<>();

    ValidatingSendChannelEndpoint(
        final UdpChannel udpChannel,
        final AtomicCounter statusIndicator,
        final MediaDriver.Context context,
        final Admission admission)
    {
        super(udpChannel, statusIndicator, context);
        this.admission = admission;
        clock = context.senderCachedNanoClock();
        retransmitLingerNs = context.retransmitUnicastLingerNs();
    }

    @Override
    public void registerForSend(final NetworkPublication publication)
    {
        super.registerForSend(publication);
        sessions.put(
            Hashing.compoundKey(publication.sessionId(), publication.streamId()),
            new OutboundSession(udpChannel.isMulticast(), retransmitLingerNs));
    }

    @Override
    public void unregisterForSend(final NetworkPublication publication)
    {
        super.unregisterForSend(publication);
        sessions.remove(Hashing.compoundKey(publication.sessionId(), publication.streamId()));
    }

    @Override
    public boolean isValidFrame(final UnsafeBuffer buffer, final int length)
    {
        return DatagramCheck.isForSender(buffer, length) || admission.refuse(FragcastCounter.DATAGRAMS_REFUSED_CONTROL);
    }

    @Override
    public void onStatusMessage(
        final StatusMessageFlyweight msg,
        final UnsafeBuffer buffer,
        final int length,
        final InetSocketAddress srcAddress,
        final DriverConductorProxy conductorProxy)
    {
        final OutboundSession session = admitted(buffer, srcAddress);
        if (null == session)
        {
            return;
        }

        if (session.onStatusMessage(buffer, clock.nanoTime()))
        {
            super.onStatusMessage(msg, buffer, length, srcAddress, conductorProxy);
        }
        else
        {
            admission.refuse(FragcastCounter.DATAGRAMS_REFUSED_CONTROL);
        }
    }

    @Override
    public void onNakMessage(
        final NakFlyweight msg, final UnsafeBuffer buffer, final int length, final InetSocketAddress srcAddress)
    {
        final OutboundSession session = admitted(buffer, srcAddress);
        if (null == session)
        {
            return;
        }

        if (session.onNak(buffer, clock.nanoTime()))
        {
            super.onNakMessage(msg, buffer, length, srcAddress);
        }
        else
        {
            admission.refuse(FragcastCounter.DATAGRAMS_REFUSED_CONTROL);
        }
    }

    @Override
    public int send(final ByteBuffer buffer)
    {
        // Frames are sent from where they lie in the log, SETUP and heartbeat from buffers of their own at 0.
        final int position = buffer.position();
        final int length = buffer.remaining();
        outgoing.wrap(buffer, position, length);
        if (0 != position && !DatagramCheck.isLogFrame(outgoing, length, position))
        {
            // Less sent than asked for: Aeron gives up this retransmission, and reads no further in the frame.
            admission.refuse(FragcastCounter.DATAGRAMS_REFUSED_CONTROL);
            return 0;
        }

        final int sent = super.send(buffer);
        if (sent == length)
        {
            final OutboundSession session = sessions.get(Hashing.compoundKey(
                DatagramCheck.dataSessionId(outgoing), DatagramCheck.dataStreamId(outgoing)));
            if (null != session)
            {
                session.onSent(outgoing, length);
            }
        }

        return sent;
    }

    private @Nullable OutboundSession admitted(final UnsafeBuffer buffer, final InetSocketAddress source)
    {
        final OutboundSession session = sessions.get(Hashing.compoundKey(
            DatagramCheck.controlSessionId(buffer), DatagramCheck.controlStreamId(buffer)));
        if (null == session)
        {
            admission.refuse(FragcastCounter.DATAGRAMS_REFUSED_SESSION);
            return null;
        }
        // A peer answers from the address that it is sent to; a group from any, for its members are not listed.
        if (!udpChannel.isMulticast() && !connectAddress.getAddress().equals(source.getAddress()))
        {
            admission.refuse(FragcastCounter.DATAGRAMS_REFUSED_ADDRESS);
            return null;
        }

        return session;
    }
}
