package io.fragcast.transport.aeron;

import io.aeron.driver.ext.LossGenerator;
import io.aeron.protocol.HeaderFlyweight;
import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.net.InetSocketAddress;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * Loss on demand hits the data of one stream, as often as asked, and each receiver by a choice of its own.
 */
class StreamLossTest
{
    private static final int STREAM = 1001;
    private static final int DATAGRAMS = 10_000;
    private static final InetSocketAddress PEER = new InetSocketAddress(InetAddress.getLoopbackAddress(), 14040);

    private final Datagrams datagram = new Datagrams();
    private final DriverConfig config =
        DriverConfig.embedded("loss", DriverThreading.INVOKER, LinkBudget.LAN).withStreamLoss(STREAM, 20, 42);

    @Test
    void shouldDropAsManyAsAskedAndTheSameForTheSameSeed()
    {
        final boolean[] first = losses(14040);

        assertArrayEquals(first, losses(14040));
        assertEquals(0.20, count(first) / (double)DATAGRAMS, 0.02);
    }

    @Test
    void shouldChooseAnewForEachReceiver()
    {
        final boolean[] one = losses(14040);
        final boolean[] other = losses(14048);
        int both = 0;
        for (int i = 0; i < DATAGRAMS; i++)
        {
            both += one[i] && other[i] ? 1 : 0;
        }

        // Independent choices of a fifth each meet in a twenty-fifth.
        assertEquals(0.04, both / (double)DATAGRAMS, 0.01);
    }

    @Test
    void shouldLetThroughAllThatIsNoDataOfTheStream()
    {
        final LossGenerator all = new StreamLoss(STREAM, 100, 1);

        datagram.data(100, 0, 1, STREAM, 3);
        assertTrue(all.shouldDropFrame(PEER, datagram.buffer, datagram.length));
        datagram.data(100, 0, 1, STREAM + 1, 3);
        assertFalse(all.shouldDropFrame(PEER, datagram.buffer, datagram.length));
        datagram.heartbeat(Datagrams.UNFRAGMENTED, 0, 1, STREAM, 3);
        assertFalse(all.shouldDropFrame(PEER, datagram.buffer, datagram.length));
        datagram.setup(0, 0, 1, STREAM, 3, 3, 65536, 1408, 0);
        assertFalse(all.shouldDropFrame(PEER, datagram.buffer, datagram.length));
        datagram.frame(0, 64, 0, HeaderFlyweight.HDR_TYPE_DATA, 0, 1, STREAM, 3);
        assertFalse(all.shouldDropFrame(PEER, datagram.buffer, 20), "too short to read");
    }

    @Test
    void shouldRefuseWhatIsNoPercentage()
    {
        assertThrows(IllegalArgumentException.class, () -> new StreamLoss(STREAM, 100.1, 1));
        assertThrows(IllegalArgumentException.class, () -> new StreamLoss(STREAM, -1, 1));
        assertThrows(IllegalArgumentException.class, () -> new StreamLoss(STREAM, Double.NaN, 1));
    }

    private boolean[] losses(final int port)
    {
        final LossGenerator loss =
            config.dataLoss().newLoss(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        final boolean[] losses = new boolean[DATAGRAMS];
        for (int i = 0; i < DATAGRAMS; i++)
        {
            datagram.data(100, 0, 1, STREAM, 3);
            losses[i] = loss.shouldDropFrame(PEER, datagram.buffer, datagram.length);
        }

        return losses;
    }

    private static int count(final boolean[] losses)
    {
        int count = 0;
        for (final boolean isLost : losses)
        {
            count += isLost ? 1 : 0;
        }

        return count;
    }
}
