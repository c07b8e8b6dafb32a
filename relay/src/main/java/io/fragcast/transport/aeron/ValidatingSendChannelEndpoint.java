package io.fragcast.transport.aeron;

import io.aeron.driver.DriverConductorProxy;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.NetworkPublication;
import io.aeron.driver.ext.LossGenerator;
import io.aeron.driver.media.SendChannelEndpoint;
import io.aeron.driver.media.UdpChannel;
import io.aeron.protocol.NakFlyweight;
import io.aeron.protocol.ResponseSetupFlyweight;
import io.aeron.protocol.StatusMessageFlyweight;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.transport.SendTap;
import org.agrona.collections.Hashing;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.concurrent.CachedNanoClock;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.status.AtomicCounter;
import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
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
    private final @Nullable LossGenerator controlLoss;
    private final @Nullable SendTap sendTap;
    private final @Nullable SocketIdleStrategy sockets;
    private final InetSocketAddress endpoint;
    private final CachedNanoClock clock;
    private final long retransmitLingerNs;
    private final UnsafeBuffer outgoing = new UnsafeBuffer();
    private final PollGate gate;
    private final Long2ObjectHashMap<OutboundSession> sessions = new Long2ObjectHashMap<>();
    private final EpochNanoClock sendTimestampClock;
    /** Null if Aeron's sender reads one datagram at a time. */
    private @Nullable DatagramWriter datagrams;

    ValidatingSendChannelEndpoint(
        final UdpChannel udpChannel,
        final AtomicCounter statusIndicator,
        final MediaDriver.Context context,
        final Admission admission,
        final @Nullable LossGenerator controlLoss,
        final @Nullable SendTap sendTap,
        final @Nullable SocketIdleStrategy sockets)
    {
        super(udpChannel, statusIndicator, context);
        this.sockets = sockets;
        this.admission = admission;
        this.controlLoss = controlLoss;
        this.sendTap = sendTap;
        endpoint = udpChannel.isResponseControlMode() ? udpChannel.localControl() : udpChannel.remoteData();
        clock = context.senderCachedNanoClock();
        retransmitLingerNs = context.retransmitUnicastLingerNs();
        gate = new PollGate(clock);
        sendTimestampClock = context.channelSendTimestampClock();
    }

    @Override
    public @Nullable InetSocketAddress receive(final ByteBuffer buffer)
    {
        if (!gate.isOpen())
        {
            return null;
        }
        final InetSocketAddress source = super.receive(buffer);
        gate.onRead(null == source);

        return source;
    }

    @Override
    public void openDatagramChannel(final AtomicCounter statusIndicator)
    {
        super.openDatagramChannel(statusIndicator);
        final String mtu = udpChannel.channelUri().get(ChannelConfig.DATAGRAM_PARAMETER);
        if (null != mtu)
        {
            datagrams = new DatagramWriter(
                sendDatagramChannel,
                Integer.parseInt(mtu),
                sendTimestampClock,
                (ex) -> onSendError(ex, connectAddress, errorHandler));
        }
        if (null != sockets)
        {
            sockets.add(receiveDatagramChannel());
        }
    }

    @Override
    public void close()
    {
        if (null != sockets && null != receiveDatagramChannel())
        {
            sockets.remove(receiveDatagramChannel());
        }
        super.close();
    }

    @Override
    public void registerForSend(final NetworkPublication publication)
    {
        super.registerForSend(publication);
        final ReplySession reply = admission.reply(endpoint, publication.streamId(), publication.sessionId());
        if (null == reply)
        {
            gate.openAlways();
            admission.transmission().add(publication);
        }
        sessions.put(
            Hashing.compoundKey(publication.sessionId(), publication.streamId()),
            new OutboundSession(udpChannel.isMulticast(), retransmitLingerNs, reply, clock.nanoTime()));
    }

    @Override
    public void unregisterForSend(final NetworkPublication publication)
    {
        super.unregisterForSend(publication);
        admission.transmission().remove(publication);
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
        final OutboundSession session = admitted(buffer, length, srcAddress);
        if (null == session)
        {
            return;
        }

        final long nowNs = clock.nanoTime();
        if (session.onStatusMessage(buffer, nowNs))
        {
            super.onStatusMessage(msg, buffer, length, srcAddress, conductorProxy);
            if (session.isToAsk(nowNs))
            {
                askForAnswers(session, conductorProxy);
            }
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
        final OutboundSession session = admitted(buffer, length, srcAddress);
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
    public void onResponseSetup(
        final ResponseSetupFlyweight msg,
        final UnsafeBuffer buffer,
        final int length,
        final InetSocketAddress srcAddress,
        final DriverConductorProxy conductorProxy)
    {
        final OutboundSession session = admitted(buffer, length, srcAddress);
        if (null == session)
        {
            return;
        }

        if (session.onResponseSetup(buffer, clock.nanoTime()))
        {
            askForAnswers(session, conductorProxy);
        }
        else
        {
            admission.refuse(FragcastCounter.DATAGRAMS_REFUSED_CONTROL);
        }
    }

    @Override
    public int send(final ByteBuffer buffer)
    {
        final int length = buffer.remaining();
        if (!isToBeSent(buffer, length))
        {
            return 0;
        }
        final DatagramWriter datagrams = this.datagrams;
        if (null != datagrams)
        {
            if (length > datagrams.mtu())
            {
                return sendDatagrams(datagrams, buffer);
            }
            if (DatagramCheck.isSetup(outgoing, length))
            {
                DatagramCheck.setupMtu(outgoing, datagrams.mtu());
            }
        }

        return noteSent(super.send(buffer), length);
    }

    @Override
    public int send(final ByteBuffer buffer, final InetSocketAddress endpointAddress)
    {
        final int length = buffer.remaining();
        if (!isToBeSent(buffer, length))
        {
            return 0;
        }

        return noteSent(super.send(buffer, endpointAddress), length);
    }

    /**
     * Where the socket is full the rest is not sent: Aeron then sends all of it again, and receivers drop what they
     * have.
     */
    private int sendDatagrams(final DatagramWriter datagrams, final ByteBuffer buffer)
    {
        final int sent = datagrams.write(buffer, outgoing);
        if (0 != sent)
        {
            note(sent);
        }

        return sent;
    }

    /**
     * What Aeron does for a RSP_SETUP, which would name the subscription that the publication was made with: that may
     * have been re-made.
     */
    private static void askForAnswers(final OutboundSession session, final DriverConductorProxy conductorProxy)
    {
        final ReplySession reply = session.reply();
        final InboundSession responses = null == reply ? null : reply.responses();
        if (null != reply && null != responses)
        {
            conductorProxy.responseSetup(reply.subscriptionId(), responses.sessionId());
        }
    }

    /**
     * Frames are sent from where they lie in the log, SETUP and heartbeat from buffers of their own at 0. Where it is
     * no frame, less is sent than asked for: Aeron gives up this retransmission, and reads no further in the frame.
     */
    private boolean isToBeSent(final ByteBuffer buffer, final int length)
    {
        final int position = buffer.position();
        outgoing.wrap(buffer, position, length);

        return 0 == position || DatagramCheck.isLogFrame(outgoing, length, position) ||
            admission.refuse(FragcastCounter.DATAGRAMS_REFUSED_CONTROL);
    }

    private int noteSent(final int sent, final int length)
    {
        if (sent == length)
        {
            note(length);
        }

        return sent;
    }

    private void note(final int length)
    {
        final OutboundSession session = sessions.get(Hashing.compoundKey(
            DatagramCheck.dataSessionId(outgoing), DatagramCheck.dataStreamId(outgoing)));
        if (null != session)
        {
            session.onSent(outgoing, length);
        }
        if (null != sendTap)
        {
            DatagramCheck.show(outgoing, length, endpoint, sendTap);
        }
    }

    private @Nullable OutboundSession admitted(
        final UnsafeBuffer buffer, final int length, final InetSocketAddress source)
    {
        if (null != controlLoss && controlLoss.shouldDropFrame(source, buffer, length))
        {
            return null;
        }

        final OutboundSession session = sessions.get(Hashing.compoundKey(
            DatagramCheck.controlSessionId(buffer), DatagramCheck.controlStreamId(buffer)));
        if (null == session)
        {
            admission.refuse(FragcastCounter.DATAGRAMS_REFUSED_SESSION);
            return null;
        }
        if (!isFromReceiver(session, source.getAddress()))
        {
            admission.refuse(FragcastCounter.DATAGRAMS_REFUSED_ADDRESS);
            return null;
        }

        return session;
    }

    /**
     * A peer answers from the address that it is sent to, the receiver of answers speaks from that of its requests; a
     * group from any, for its members are not listed.
     */
    private boolean isFromReceiver(final OutboundSession session, final InetAddress source)
    {
        if (udpChannel.isMulticast())
        {
            return true;
        }

        return udpChannel.isResponseControlMode() ?
            session.isAnsweredFrom(source) : connectAddress.getAddress().equals(source);
    }
}
