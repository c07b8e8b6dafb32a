package io.fragcast.transport.aeron;

import org.agrona.DirectBuffer;

/**
 * The next datagrams to be sent at once of frames that lie one behind the other in a log: as many whole frames to a
 * datagram as the MTU holds, and datagrams up to the first that is shorter than the MTU.
 * <pre>
 *   log    | frame 1408 | frame 1408 | frame 96 | frame 800 | frame 1408 | ...
 *   MTU    |    1408    |    1408    |    896               |
 *   run    |-----------------------------------------------|-----------
 * </pre>
 * Reused; used by the driver's sender thread.
 */
final class DatagramRun
{
    private int length;
    private int datagrams;

    /**
     * Finds the next run.
     *
     * @param log    holding frames as Aeron's sender reads them.
     * @param offset of the first.
     * @param limit  where they end.
     * @param mtu    of the network.
     * @param most   datagrams of a run.
     */
    void find(final DirectBuffer log, final int offset, final int limit, final int mtu, final int most)
    {
        length = 0;
        datagrams = 0;
        int datagramLength;
        do
        {
            datagramLength = datagramLength(log, offset + length, limit, mtu);
            length += datagramLength;
            datagrams++;
        }
        while (mtu == datagramLength && datagrams < most && offset + length < limit);
    }

    /** Bytes of the run. */
    int length()
    {
        return length;
    }

    /** Datagrams of the run, all of the MTU's length but for the last. */
    int datagrams()
    {
        return datagrams;
    }

    private static int datagramLength(final DirectBuffer log, final int offset, final int limit, final int mtu)
    {
        int datagramLength = 0;
        while (offset + datagramLength < limit)
        {
            final int frameLength = DatagramCheck.sentLength(log, offset + datagramLength);
            if (0 != datagramLength && datagramLength + frameLength > mtu)
            {
                break;
            }
            datagramLength += frameLength;
        }

        return datagramLength;
    }
}
