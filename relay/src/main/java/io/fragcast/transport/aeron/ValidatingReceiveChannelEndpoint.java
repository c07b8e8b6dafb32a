package io.fragcast.transport.aeron;

import io.aeron.driver.DataPacketDispatcher;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ext.LossGenerator;
import io.aeron.driver.media.ReceiveChannelEndpoint;
import io.aeron.driver.media.UdpChannel;
import io.aeron.driver.status.SystemCounterDescriptor;
import io.aeron.protocol.DataHeaderFlyweight;
import io.aeron.protocol.SetupFlyweight;
import io.fragcast.counter.FragcastCounter;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.status.AtomicCounter;
import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

import static java.util.Objects.requireNonNull;

/**
 * The receiving end of a channel, which hands to Aeron only what an admitted publication sends (DESIGN §4.4). It runs
 * on the driver's receiver thread, once for every datagram: it allocates nothing, throws nothing and counts each
 * refusal once, under the first rule broken, cheap rules first.
 * <p>
 * A read gives several datagrams where the kernel has them together ({@link JoinedDatagrams}); Aeron is handed one
 * after the other, as if each had been read by itself.
 */
final class ValidatingReceiveChannelEndpoint extends ReceiveChannelEndpoint
{
    private final Admission admission;
    private final @Nullable LossGenerator dataLoss;
    private final InetSocketAddress endpoint;
    private final @Nullable SocketIdleStrategy sockets;
    private final PollGate gate;
    private final UnsafeBuffer datagram = new UnsafeBuffer();
    private final DataHeaderFlyweight data = new DataHeaderFlyweight();
    private final SetupFlyweight setup = new SetupFlyweight();
    private final AtomicCounter bytesReceived;
    private @Nullable ByteBuffer receiveBuffer;
    /** Taken in this turn. */
    private int datagrams;
    /** Was the last as long as the MTU? Such a one seldom comes alone. */
    private boolean isMoreBehind;

    ValidatingReceiveChannelEndpoint(
        final UdpChannel udpChannel,
        final DataPacketDispatcher dispatcher,
        final AtomicCounter statusIndicator,
        final MediaDriver.Context context,
        final Admission admission,
        final @Nullable LossPerEndpoint dataLoss,
        final @Nullable SocketIdleStrategy sockets)
    {
        super(udpChannel, dispatcher, statusIndicator, context);
        this.admission = admission;
        this.sockets = sockets;
        endpoint = udpChannel.hasExplicitControl() ? udpChannel.localControl() : udpChannel.remoteData();
        this.dataLoss = null == dataLoss ? null : dataLoss.newLoss(endpoint);
        gate = new PollGate(context.receiverCachedNanoClock());
        bytesReceived = context.systemCounters().get(SystemCounterDescriptor.BYTES_RECEIVED);
        if (admission.isBlockLane(endpoint))
        {
            gate.openAlways();
        }
    }

    @Override
    public @Nullable InetSocketAddress receive(final ByteBuffer buffer)
    {
        if (!gate.isOpen())
        {
            return null;
        }
        receiveBuffer = buffer;
        final InetSocketAddress source = super.receive(buffer);
        gate.onRead(null == source);

        return source;
    }

    @Override
    public void openDatagramChannel(final AtomicCounter statusIndicator)
    {
        super.openDatagramChannel(statusIndicator);
        final SegmentationOffload offload = SegmentationOffload.of(receiveDatagramChannel());
        if (null != offload)
        {
            offload.tryReceiveSeveral();
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
    public boolean isValidFrame(final UnsafeBuffer buffer, final int length)
    {
        return DatagramCheck.isForReceiver(buffer, 0, length) ||
            admission.refuse(FragcastCounter.DATAGRAMS_REFUSED_CONTROL);
    }

    @Override
    public int onDataPacket(
        final DataHeaderFlyweight header,
        final UnsafeBuffer buffer,
        final int length,
        final InetSocketAddress srcAddress,
        final int transportIndex)
    {
        datagrams = 0;
        int inserted = onRead(buffer, length, srcAddress, transportIndex);
        while (isMoreBehind && datagrams < ChannelConfig.DATAGRAMS_A_TURN)
        {
            inserted += readMore(buffer, transportIndex);
        }

        return inserted;
    }

    @Override
    public void onSetupMessage(
        final SetupFlyweight header,
        final UnsafeBuffer buffer,
        final int length,
        final InetSocketAddress srcAddress,
        final int transportIndex)
    {
        onRead(buffer, length, srcAddress, transportIndex);
    }

    /**
     * {@inheritDoc} Once a second Aeron asks where answers come from for whatever they may be, by a session and a
     * stream of 0; here it is for those that are awaited.
     */
    @Override
    public void sendSetupElicitingStatusMessage(
        final int transportIndex, final InetSocketAddress controlAddress, final int sessionId, final int streamId)
    {
        if (0 != sessionId || 0 != streamId)
        {
            super.sendSetupElicitingStatusMessage(transportIndex, controlAddress, sessionId, streamId);
            return;
        }

        for (final InboundSession session : admission.inbound().sessions())
        {
            if (null != session && session.isAwaited() && endpoint.equals(session.endpoint()))
            {
                super.sendSetupElicitingStatusMessage(
                    transportIndex, controlAddress, session.sessionId(), session.streamId());
            }
        }
    }

    /** Else each datagram behind the first would cost a turn of all that the thread does. */
    private int readMore(final UnsafeBuffer buffer, final int transportIndex)
    {
        isMoreBehind = false;
        final ByteBuffer target = requireNonNull(receiveBuffer);
        final InetSocketAddress source = super.receive(target);
        if (null == source)
        {
            return 0;
        }
        final int length = target.position();
        bytesReceived.getAndAddRelease(length);

        return isValidFrame(buffer, length) ? onRead(buffer, length, source, transportIndex) : 0;
    }

    /** What was read begins like a datagram; so does whatever is cut off it. */
    private int onRead(
        final UnsafeBuffer buffer, final int length, final InetSocketAddress source, final int transportIndex)
    {
        int inserted = 0;
        int at = 0;
        while (at < length)
        {
            datagram.wrap(buffer, at, length - at);
            final InboundSession session = admitted(datagram, source);
            datagram.wrap(buffer, at, JoinedDatagrams.firstLength(datagram, null == session ? length : session.mtu()));
            at += datagram.capacity();
            datagrams++;
            isMoreBehind = false;
            if (null != session && !isLost(datagram, source))
            {
                inserted += onDatagram(session, source, transportIndex);
            }
        }

        return inserted;
    }

    private int onDatagram(final InboundSession session, final InetSocketAddress source, final int transportIndex)
    {
        final int length = datagram.capacity();
        if (DatagramCheck.isSetup(datagram, length))
        {
            if (isOfStream(session, datagram))
            {
                setup.wrap(datagram);
                super.onSetupMessage(setup, datagram, length, source, transportIndex);
            }
            return 0;
        }
        if (!isInStream(session, datagram, length))
        {
            return 0;
        }
        isMoreBehind = length == session.mtu();
        data.wrap(datagram);

        return super.onDataPacket(data, datagram, length, source, transportIndex);
    }

    private @Nullable InboundSession admitted(final UnsafeBuffer buffer, final InetSocketAddress source)
    {
        final InboundSession session = admission.inbound().find(
            endpoint, DatagramCheck.dataStreamId(buffer), DatagramCheck.dataSessionId(buffer));
        if (null == session)
        {
            admission.refuse(FragcastCounter.DATAGRAMS_REFUSED_SESSION);
            return null;
        }
        if (!session.isFrom(source))
        {
            admission.refuse(FragcastCounter.DATAGRAMS_REFUSED_ADDRESS);
            return null;
        }

        return session;
    }

    private boolean isInStream(final InboundSession session, final UnsafeBuffer buffer, final int length)
    {
        final boolean isInStream = DatagramCheck.isData(buffer, length, session.termLength(), session.mtu()) &&
            session.onData(
                DatagramCheck.dataTermId(buffer),
                DatagramCheck.dataTermOffset(buffer),
                DatagramCheck.endOffset(buffer, length));

        return isInStream || admission.refuse(FragcastCounter.DATAGRAMS_REFUSED_LAYOUT);
    }

    private boolean isOfStream(final InboundSession session, final UnsafeBuffer buffer)
    {
        final boolean isOfStream =
            DatagramCheck.isSetup(
                buffer,
                session.maxTermLength(),
                session.mtu(),
                session.isGroup(),
                StreamKind.REQUEST == session.kind()) &&
            session.onSetup(DatagramCheck.setupInitialTermId(buffer), DatagramCheck.setupTermLength(buffer));

        return isOfStream || admission.refuse(FragcastCounter.DATAGRAMS_REFUSED_SETUP);
    }

    private boolean isLost(final UnsafeBuffer buffer, final InetSocketAddress source)
    {
        return null != dataLoss && dataLoss.shouldDropFrame(source, buffer, buffer.capacity());
    }
}
