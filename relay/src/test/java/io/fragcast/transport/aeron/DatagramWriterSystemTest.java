package io.fragcast.transport.aeron;

import io.aeron.protocol.HeaderFlyweight;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.FileDescriptor;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Frames of a log, and the datagrams that a real socket has of them.
 */
@Timeout(60)
class DatagramWriterSystemTest
{
    private static final int MTU = 1408;
    private static final int SEND_TIME = 40;
    private static final int[] FRAMES = {800, MTU, MTU, MTU, 288, 96};
    private static final int LENGTH = 800 + 3 * MTU + 288 + 96;

    private final Datagrams log = new Datagrams();
    private DatagramChannel from;
    private DatagramChannel to;

    @BeforeEach
    void open() throws IOException
    {
        to = DatagramChannel.open()
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), InvokerRig.freePort()));
        from = DatagramChannel.open().connect(to.getLocalAddress());
        int at = 0;
        for (final int frameLength : FRAMES)
        {
            log.frame(at, frameLength, Datagrams.UNFRAGMENTED, HeaderFlyweight.HDR_TYPE_DATA, at, 1, 2, 3);
            at += frameLength;
        }
    }

    @AfterEach
    void close() throws IOException
    {
        from.close();
        to.close();
    }

    @Test
    void shouldWriteWholeFramesOfTheMtuAtMostAndStampEachDatagram() throws IOException
    {
        final DatagramWriter writer = new DatagramWriter(from, MTU, () -> 4711);

        assertEquals(LENGTH, writer.write(log.bytes.clear().limit(LENGTH), log.buffer));

        // Those behind the first of a datagram are not stamped.
        assertEquals(
            List.of("800 4711", "1408 4711", "1408 4711", "1408 4711", "384 4711"), datagrams(5));
    }

    /** The kernel cuts nothing of a socket that wants no checksums (SO_NO_CHECK), as on a path that takes none. */
    @Test
    void shouldWriteOneByOneOnceTheKernelRefusedSeveral() throws Exception
    {
        assumeTrue("Linux".equals(System.getProperty("os.name")), "elsewhere all is written one by one");
        setOption(1, 11, 1);
        final DatagramWriter writer = new DatagramWriter(from, MTU, () -> 4711);

        assertEquals(LENGTH, writer.write(log.bytes.clear().limit(LENGTH), log.buffer));

        assertEquals(List.of("800 4711", "1408 4711", "1408 4711", "1408 4711", "384 4711"), datagrams(5));
        // Else this would be taken for datagrams of the MTU.
        assertEquals(2 * MTU, from.write(log.bytes.clear().limit(2 * MTU)));
        assertEquals(List.of(2 * MTU + " 4711"), datagrams(1));
    }

    /** Not the writer's fault: it goes on as before. */
    @Test
    void shouldSayWhyAndKeepWritingSeveralOnceItsPeerIsBack() throws Exception
    {
        assumeTrue("Linux".equals(System.getProperty("os.name")), "elsewhere all is written one by one");
        final DatagramWriter writer = new DatagramWriter(from, MTU, () -> 4711);
        final SocketAddress place = to.getLocalAddress();
        to.close();
        assertThrows(PortUnreachableException.class, () ->
        {
            while (true)
            {
                writer.write(log.bytes.clear().limit(LENGTH), log.buffer);
            }
        });

        to = DatagramChannel.open().bind(place);
        assertEquals(LENGTH, writer.write(log.bytes.clear().limit(LENGTH), log.buffer));

        assertEquals(5, datagrams(5).size());
        assertEquals(2 * MTU, from.write(log.bytes.clear().limit(2 * MTU)));
        assertEquals(List.of("1408 4711", "1408 0"), datagrams(2), "cut by the kernel, in mid-frame");
    }

    private List<String> datagrams(final int count) throws IOException
    {
        final ByteBuffer bytes = ByteBuffer.allocateDirect(65_536);
        final UnsafeBuffer buffer = new UnsafeBuffer(bytes);
        final List<String> datagrams = new ArrayList<>();
        for (int i = 0; i < count; i++)
        {
            bytes.clear();
            to.receive(bytes);
            datagrams.add(bytes.position() + " " + buffer.getLong(SEND_TIME));
        }

        return datagrams;
    }

    private void setOption(final int level, final int option, final int value) throws ReflectiveOperationException
    {
        final Method setter = Class.forName("sun.nio.ch.Net").getDeclaredMethod(
            "setIntOption0", FileDescriptor.class, boolean.class, int.class, int.class, int.class, boolean.class);
        setter.setAccessible(true);
        final Method descriptor = requireNonNull(from.getClass().getMethod("getFD"));
        descriptor.setAccessible(true);
        setter.invoke(null, descriptor.invoke(from), false, level, option, value, false);
    }
}
