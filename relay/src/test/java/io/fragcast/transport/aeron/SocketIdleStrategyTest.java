package io.fragcast.transport.aeron;

import io.fragcast.transport.FreePorts;
import org.agrona.LangUtil;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;

@Timeout(30)
class SocketIdleStrategyTest
{
    private static final long HOUR_NS = TimeUnit.HOURS.toNanos(1);

    private final SocketIdleStrategy strategy =
        new SocketIdleStrategy(TimeUnit.MILLISECONDS.toNanos(8), LangUtil::rethrowUnchecked);
    private final InetSocketAddress address = new InetSocketAddress("127.0.0.1", FreePorts.block());

    SocketIdleStrategyTest() throws IOException
    {
    }

    @AfterEach
    void close()
    {
        strategy.close();
    }

    @Test
    void shouldWaitNoLongerThanUntilADatagramComes() throws IOException
    {
        try (DatagramChannel to = open(); DatagramChannel from = DatagramChannel.open())
        {
            strategy.add(to);

            from.send(ByteBuffer.allocate(1), address);
            strategy.await(HOUR_NS);

            assertNotNull(to.receive(ByteBuffer.allocate(1)));
        }
    }

    @Test
    void shouldWaitNoLongerThanUntilItIsWoken()
    {
        strategy.wake();

        strategy.await(HOUR_NS);
    }

    @Test
    void shouldLetGoOfASocketThatIsClosed() throws IOException
    {
        final DatagramChannel first = open();
        strategy.add(first);
        strategy.await(TimeUnit.MILLISECONDS.toNanos(1));

        strategy.remove(first);
        first.close();

        assertFalse(first.isRegistered());
        // Its port is free at once, though the thread has not waited since.
        open().close();
    }

    private DatagramChannel open() throws IOException
    {
        final DatagramChannel channel = DatagramChannel.open();
        channel.bind(address);
        channel.configureBlocking(false);

        return channel;
    }
}
