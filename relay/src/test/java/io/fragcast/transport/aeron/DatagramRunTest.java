package io.fragcast.transport.aeron;

import io.aeron.protocol.HeaderFlyweight;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.ArrayList;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;

/**
 * Frames one behind the other, and the runs of datagrams that they are cut into: at each limit and one past it.
 */
class DatagramRunTest
{
    private static final int MTU = 1408;

    private final Datagrams log = new Datagrams();
    private final DatagramRun run = new DatagramRun();

    @ParameterizedTest
    @CsvSource({
        // frames; most datagrams of a run; runs as BYTES/DATAGRAMS
        "96, 64, 96/1",
        "1408, 64, 1408/1",
        "1408 1408 1408, 64, 4224/3",
        // The last may be shorter, and ends the run.
        "1408 1408 96, 64, 2912/3",
        "1408 96 1408 1408, 64, 1504/2 2816/2",
        // A header before its chunks.
        "800 1408 1408 288, 64, 800/1 3104/3",
        // Small ones share a datagram, as many as it holds.
        "96 96 96, 64, 288/1",
        "1376 32 1408, 64, 2816/2",
        "1376 64 1408, 64, 1376/1 64/1 1408/1",
        "1408 704 704 96, 64, 2912/3",
        "1408 704 736 96, 64, 2112/2 832/1",
        // No longer than the kernel takes.
        "1408 1408 1408 1408, 3, 4224/3 1408/1",
        "1408 1408 1408 96, 3, 4224/3 96/1",
        "1408 1408, 1, 1408/1 1408/1",
        // A PAD at the end of the term: its header alone is sent.
        "1408 PAD, 64, 1440/2",
        "1376 PAD, 64, 1408/1",
        "PAD, 64, 32/1"
    })
    void shouldCutAtWholeFrames(final String frames, final int most, final String runs)
    {
        int limit = 0;
        for (final String frame : frames.split(" "))
        {
            final boolean isPad = "PAD".equals(frame);
            // A message is seldom a multiple of 32 bytes long.
            final int frameLength = isPad ? 65_536 - limit : Integer.parseInt(frame) - 31;
            log.frame(limit, frameLength, Datagrams.UNFRAGMENTED,
                isPad ? HeaderFlyweight.HDR_TYPE_PAD : HeaderFlyweight.HDR_TYPE_DATA, limit, 1, 2, 3);
            limit += isPad ? 32 : Integer.parseInt(frame);
        }

        final List<String> found = new ArrayList<>();
        for (int at = 0; at < limit; at += run.length())
        {
            run.find(log.buffer, at, limit, MTU, most);
            found.add(run.length() + "/" + run.datagrams());
        }

        assertEquals(runs, String.join(" ", found));
    }
}
