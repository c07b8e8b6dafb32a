package io.fragcast.transport.aeron;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * One write to a real socket, and the datagrams that the socket at the other end has of it.
 */
@Timeout(60)
class SegmentationOffloadSystemTest
{
    private static final int SEGMENT = 1408;

    private final DatagramPair sockets;

    SegmentationOffloadSystemTest() throws IOException
    {
        sockets = new DatagramPair();
    }

    @AfterEach
    void close() throws IOException
    {
        sockets.close();
        System.clearProperty(SegmentationOffload.PROPERTY);
    }

    @Test
    void shouldHaveTheKernelCutOneWriteIntoDatagrams() throws IOException
    {
        assumeTrue(isLinux(), "Linux has it");
        assertTrue(requireNonNull(SegmentationOffload.of(sockets.from())).trySet(SEGMENT), "since 4.18");

        assertEquals(3 * SEGMENT + 1, sockets.from().write(numbered(3 * SEGMENT + 1)));
        assertEquals(SEGMENT - 1, sockets.from().write(numbered(SEGMENT - 1)));

        assertEquals(List.of(SEGMENT, SEGMENT, SEGMENT, 1, SEGMENT - 1), lengths(5));
    }

    @Test
    void shouldTakeAsManySegmentsAsItSays() throws IOException
    {
        assumeTrue(isLinux(), "Linux has it");
        final int segment = 65_472 / SegmentationOffload.MAX_SEGMENTS;
        assertTrue(requireNonNull(SegmentationOffload.of(sockets.from())).trySet(segment), "since 4.18");

        final int length = SegmentationOffload.MAX_SEGMENTS * segment;
        assertEquals(length, sockets.from().write(numbered(length)));

        assertEquals(SegmentationOffload.MAX_SEGMENTS, lengths(SegmentationOffload.MAX_SEGMENTS).size());
    }

    @Test
    void shouldReadWhatWasWrittenAtOnce() throws IOException
    {
        assumeTrue(isLinux(), "Linux has it");
        assertTrue(requireNonNull(SegmentationOffload.of(sockets.from())).trySet(SEGMENT), "since 4.18");
        assertTrue(requireNonNull(SegmentationOffload.of(sockets.to())).tryReceiveSeveral(), "since 5.0");

        assertEquals(3 * SEGMENT + 1, sockets.from().write(numbered(3 * SEGMENT + 1)));
        assertEquals(SEGMENT, sockets.from().write(numbered(SEGMENT)));

        assertEquals(List.of(3 * SEGMENT + 1, SEGMENT), lengths(2));
    }

    @Test
    void shouldDoWithoutWhereSwitchedOff() throws IOException
    {
        System.setProperty(SegmentationOffload.PROPERTY, "false");

        assertNull(SegmentationOffload.of(sockets.from()));
    }

    @Test
    void shouldDoWithoutWhereTheKernelRefuses() throws IOException
    {
        final SegmentationOffload offload = requireNonNull(SegmentationOffload.of(sockets.from()));
        sockets.from().close();

        assertFalse(offload.trySet(SEGMENT));
    }

    @Test
    void shouldGoBackToOneDatagramAWrite() throws IOException
    {
        assumeTrue(isLinux(), "Linux has it");
        final SegmentationOffload offload = requireNonNull(SegmentationOffload.of(sockets.from()));
        assertTrue(offload.trySet(SEGMENT) && offload.trySet(0));

        assertEquals(2 * SEGMENT, sockets.from().write(numbered(2 * SEGMENT)));

        assertEquals(List.of(2 * SEGMENT), lengths(1));
    }

    private static boolean isLinux()
    {
        return "Linux".equals(System.getProperty("os.name"));
    }

    private static ByteBuffer numbered(final int length)
    {
        final ByteBuffer bytes = ByteBuffer.allocateDirect(length);
        for (int i = 0; i < length; i++)
        {
            bytes.put(i, (byte)i);
        }

        return bytes;
    }

    /** Of the next datagrams, whose bytes must go on from each to the next of a write. */
    private List<Integer> lengths(final int count) throws IOException
    {
        final ByteBuffer bytes = ByteBuffer.allocateDirect(65_536);
        final List<Integer> lengths = new ArrayList<>();
        byte next = 0;
        for (int i = 0; i < count; i++)
        {
            bytes.clear();
            sockets.to().receive(bytes);
            bytes.flip();
            lengths.add(bytes.limit());
            next = 0 == bytes.get(0) ? 0 : next;
            while (bytes.hasRemaining())
            {
                assertEquals(next++, bytes.get());
            }
        }

        return lengths;
    }
}
