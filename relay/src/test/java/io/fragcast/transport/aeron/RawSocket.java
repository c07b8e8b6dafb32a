package io.fragcast.transport.aeron;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * A UDP socket that sends whatever it is given.
 */
final class RawSocket implements AutoCloseable
{
    final Datagrams datagram = new Datagrams();
    private final Datagrams received = new Datagrams();
    private final DatagramChannel channel;
    private InetSocketAddress source;

    RawSocket(final String address, final int port)
    {
        try
        {
            channel = DatagramChannel.open(StandardProtocolFamily.INET)
                .setOption(StandardSocketOptions.SO_RCVBUF, 4 * 1024 * 1024)
                .setOption(
                    StandardSocketOptions.IP_MULTICAST_IF,
                    NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress()))
                .bind(new InetSocketAddress(address, port));
            channel.configureBlocking(false);
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    void sendTo(final InetSocketAddress target)
    {
        try
        {
            if (datagram.length != channel.send(datagram.toSend(), target))
            {
                throw new IllegalStateException("not sent");
            }
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    /** Cut into datagrams, by the kernel at the latest where they are not read together. */
    void sendCutTo(final InetSocketAddress target, final int segmentLength)
    {
        final SegmentationOffload offload = requireNonNull(SegmentationOffload.of(channel));
        assertTrue(offload.trySet(segmentLength));
        sendTo(target);
        assertTrue(offload.trySet(0));
    }

    /** One datagram, or null. */
    Datagrams receive()
    {
        try
        {
            received.bytes.clear();
            final InetSocketAddress from = (InetSocketAddress)channel.receive(received.bytes);
            if (null == from)
            {
                return null;
            }
            source = from;
            received.length = received.bytes.position();

            return received;
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    /** Where the last datagram came from. */
    InetSocketAddress source()
    {
        return source;
    }

    @Override
    public void close()
    {
        try
        {
            channel.close();
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }
}
