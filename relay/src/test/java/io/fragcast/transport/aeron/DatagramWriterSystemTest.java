package io.fragcast.transport.aeron;

import io.aeron.protocol.HeaderFlyweight;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
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
    // Those behind the first message of a datagram are not stamped.
    private static final List<String> CUT = List.of("800 4711", "1408 4711", "1408 4711", "1408 4711", "384 4711");

    private final Datagrams log = new Datagrams();
    private final List<IOException> errors = new ArrayList<>();
    private final DatagramPair sockets;
    private final DatagramWriter writer;

    DatagramWriterSystemTest() throws IOException
    {
        sockets = new DatagramPair();
        writer = new DatagramWriter(sockets.from(), MTU, () -> 4711, errors::add);
    }

    @BeforeEach
    void frames()
    {
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
        sockets.close();
    }

    @Test
    void shouldWriteWholeFramesOfTheMtuAtMostAndStampEachDatagram() throws IOException
    {
        assertEquals(LENGTH, write());

        assertEquals(CUT, datagrams(5));
        assertTrue(errors.isEmpty());
    }

    /** The kernel cuts nothing of a socket that wants no checksums (SO_NO_CHECK), as on a path that takes none. */
    @Test
    void shouldWriteOneByOneOnceTheKernelRefusedSeveral() throws IOException
    {
        assumeTrue(isLinux(), "elsewhere all is written one by one");
        assertTrue(requireNonNull(SegmentationOffload.of(sockets.from())).trySet(1, 11, 1));

        assertEquals(LENGTH, write());

        assertEquals(CUT, datagrams(5));
        assertTrue(errors.isEmpty());
        // Else this would be taken for datagrams of the MTU.
        assertEquals(2 * MTU, sockets.from().write(log.bytes.clear().limit(2 * MTU)));
        assertEquals(List.of(2 * MTU + " 4711"), datagrams(1));
    }

    /** Longer than any datagram, by itself too: that says nothing against writing several. */
    @Test
    void shouldSayWhyAndKeepWritingSeveralWhereOneAloneIsRefusedToo() throws IOException
    {
        assumeTrue(isLinux(), "elsewhere all is written one by one");
        log.frame(0, 65_536, Datagrams.UNFRAGMENTED, HeaderFlyweight.HDR_TYPE_DATA, 0, 1, 2, 3);

        assertEquals(0, writer.write(log.bytes.clear(), log.buffer));
        assertEquals(1, errors.size());
        frames();
        assertEquals(LENGTH, write());

        assertEquals(CUT, datagrams(5));
        assertEquals(1, errors.size());
        assertWritesSeveral();
    }

    @Test
    void shouldKeepWritingSeveralOnceItsPeerIsBack() throws IOException
    {
        assumeTrue(isLinux(), "elsewhere all is written one by one");
        sockets.closeTo();
        while (LENGTH == write())
        {
            Thread.onSpinWait();
        }

        sockets.openTo();
        assertEquals(LENGTH, write());

        assertEquals(CUT, datagrams(5));
        assertTrue(errors.isEmpty());
        assertWritesSeveral();
    }

    private int write()
    {
        return writer.write(log.bytes.clear().limit(LENGTH), log.buffer);
    }

    private void assertWritesSeveral() throws IOException
    {
        assertEquals(2 * MTU, sockets.from().write(log.bytes.clear().limit(2 * MTU)));
        assertEquals(List.of("1408 4711", "1408 0"), datagrams(2), "cut by the kernel, in mid-frame");
    }

    private static boolean isLinux()
    {
        return "Linux".equals(System.getProperty("os.name"));
    }

    private List<String> datagrams(final int count) throws IOException
    {
        final ByteBuffer bytes = ByteBuffer.allocateDirect(65_536);
        final UnsafeBuffer buffer = new UnsafeBuffer(bytes);
        final List<String> datagrams = new ArrayList<>();
        for (int i = 0; i < count; i++)
        {
            bytes.clear();
            sockets.to().receive(bytes);
            datagrams.add(bytes.position() + " " + buffer.getLong(SEND_TIME));
        }

        return datagrams;
    }
}
