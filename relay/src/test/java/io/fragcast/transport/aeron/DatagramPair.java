package io.fragcast.transport.aeron;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;

/**
 * Two sockets of loopback, one connected to the other.
 */
final class DatagramPair implements AutoCloseable
{
    private final InetSocketAddress place = new InetSocketAddress(
        InetAddress.getLoopbackAddress(), InvokerRig.freePort());
    private final DatagramChannel from;
    private DatagramChannel to;

    DatagramPair() throws IOException
    {
        to = DatagramChannel.open().bind(place);
        from = DatagramChannel.open().connect(place);
    }

    DatagramChannel from()
    {
        return from;
    }

    DatagramChannel to()
    {
        return to;
    }

    void closeTo() throws IOException
    {
        to.close();
    }

    void openTo() throws IOException
    {
        to = DatagramChannel.open().bind(place);
    }

    @Override
    public void close() throws IOException
    {
        from.close();
        to.close();
    }
}
