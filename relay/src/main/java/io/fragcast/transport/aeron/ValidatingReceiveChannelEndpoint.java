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
 */
final class ValidatingReceiveChannelEndpoint extends ReceiveChannelEndpoint
{
    private final Admission admission;
    private final @Nullable LossGenerator dataLoss;
    private final InetSocketAddress endpoint;
    private final @Nullable SocketIdleStrategy sockets;
    private final PollGate gate;
    private final SetupFlyweight setup = new SetupFlyweight();
    private final AtomicCounter bytesReceived;
    private @Nullable ByteBuffer receiveBuffer;

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
        gate = new PollGate(admission.transmission(), context.receiverCachedNanoClock());
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
        return DatagramCheck.isForReceiver(buffer, length) ||
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
        final InboundSession session = sessionOf(buffer, length, srcAddress);
        if (null == session)
        {
            return 0;
        }

        final int inserted = super.onDataPacket(header, buffer, length, srcAddress, transportIndex);

        return length < session.mtu() ? inserted : inserted + receiveMore(header, buffer, transportIndex);
    }

    @Override
    public void onSetupMessage(
        final SetupFlyweight header,
        final UnsafeBuffer buffer,
        final int length,
        final InetSocketAddress srcAddress,
        final int transportIndex)
    {
        if (isLost(buffer, length, srcAddress))
        {
            return;
        }

        final InboundSession session = admitted(buffer, srcAddress);
        if (null != session && isOfStream(session, buffer))
        {
            super.onSetupMessage(header, buffer, length, srcAddress, transportIndex);
        }
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

    /**
     * Takes what came behind a datagram as long as the stream's MTU, which seldom comes alone: up to the first that is
     * shorter. Else each would cost a turn of all that the thread does.
     */
    private int receiveMore(final DataHeaderFlyweight header, final UnsafeBuffer buffer, final int transportIndex)
    {
        final ByteBuffer target = requireNonNull(receiveBuffer);
        int inserted = 0;
        for (int i = 1; i < ChannelConfig.DATAGRAMS_A_TURN; i++)
        {
            final InetSocketAddress source = super.receive(target);
            if (null == source)
            {
                break;
            }
            final int length = target.position();
            bytesReceived.getAndAddRelease(length);
            if (!isValidFrame(buffer, length))
            {
                break;
            }
            if (DatagramCheck.isSetup(buffer, length))
            {
                setup.wrap(buffer);
                onSetupMessage(setup, buffer, length, source, transportIndex);
                break;
            }
            final InboundSession session = sessionOf(buffer, length, source);
            if (null == session)
            {
                break;
            }
            inserted += super.onDataPacket(header, buffer, length, source, transportIndex);
            if (length < session.mtu())
            {
                break;
            }
        }

        return inserted;
    }

    /** The session that a data datagram is of, if it may be inserted; else it was refused. */
    private @Nullable InboundSession sessionOf(
        final UnsafeBuffer buffer, final int length, final InetSocketAddress source)
    {
        if (isLost(buffer, length, source))
        {
            return null;
        }
        final InboundSession session = admitted(buffer, source);

        return null != session && isInStream(session, buffer, length) ? session : null;
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

    private boolean isLost(final UnsafeBuffer buffer, final int length, final InetSocketAddress source)
    {
        return null != dataLoss && dataLoss.shouldDropFrame(source, buffer, length);
    }
}
