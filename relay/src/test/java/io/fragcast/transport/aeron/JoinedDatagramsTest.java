package io.fragcast.transport.aeron;

import io.aeron.protocol.HeaderFlyweight;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.ArrayList;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;

/**
 * What one read may give, and the datagrams that it is taken for: at each limit and one past it.
 */
class JoinedDatagramsTest
{
    private static final int TERM_LENGTH = 64 * 1024;
    private static final int MTU = 1408;
    private static final int STREAM = 1001;

    private final Datagrams datagram = new Datagrams();

    @ParameterizedTest
    @CsvSource({
        // what was read, a + for another stream, a > behind a gap; its datagrams
        "1408, 1408",
        "1408 1408 96, 1408 1408 96",
        "1408 704 704 1408, 1408 1408 1408",
        "704 736 704, 704 736 704",
        "96 96, 192",
        "96 +96, 96 96",
        "96 >96, 96 96",
        "SETUP SETUP, 40 40",
        "SETUP HEARTBEAT, 40 32",
        "HEARTBEAT HEARTBEAT +HEARTBEAT, 32 32 32",
        "96 HEARTBEAT +96, 96 32 96",
        "96 PAD, 128",
        "1408 PAD, 1408 32",
        "PAD +96, 32 96",
        // What no publisher of ours sends stays whole, to be refused so.
        "1440, 1440",
        "1440 96, 1440 96",
        "96 JUNK, 128",
        "96 96 JUNK +96, 320",
        "96 REST, 112",
        "HUGE +96, 192"
    })
    void shouldTellDatagramsOfOneReadApart(final String read, final String datagrams)
    {
        final int length = write(read.split(" "));

        final List<String> found = new ArrayList<>();
        for (int at = 0; at < length; )
        {
            final int next = JoinedDatagrams.firstLength(new UnsafeBuffer(datagram.buffer, at, length - at), MTU);
            found.add("" + next);
            at += next;
        }

        assertEquals(datagrams, String.join(" ", found));
    }

    private int write(final String[] frames)
    {
        int at = 0;
        int termOffset = 0;
        int stream = STREAM;
        for (final String frame : frames)
        {
            termOffset += frame.startsWith(">") ? 32 : 0;
            stream += frame.startsWith("+") ? 1 : 0;
            final String kind = frame.replaceAll("[+>]", "");
            final int length = switch (kind)
            {
                case "SETUP" -> 40;
                case "HEARTBEAT", "PAD", "JUNK" -> 32;
                case "REST" -> 16;
                case "HUGE" -> 96;
                default -> Integer.parseInt(kind);
            };
            final int frameLength = switch (kind)
            {
                case "HEARTBEAT" -> 0;
                case "PAD" -> TERM_LENGTH - termOffset;
                case "HUGE" -> Integer.MAX_VALUE;
                default -> length;
            };
            final int type = switch (kind)
            {
                case "SETUP" -> HeaderFlyweight.HDR_TYPE_SETUP;
                case "PAD" -> HeaderFlyweight.HDR_TYPE_PAD;
                case "JUNK" -> 0xEE;
                default -> HeaderFlyweight.HDR_TYPE_DATA;
            };
            datagram.frame(at, frameLength, Datagrams.UNFRAGMENTED, type, termOffset, 7, stream, 3);
            at += length;
            termOffset += length;
        }

        return at;
    }
}
