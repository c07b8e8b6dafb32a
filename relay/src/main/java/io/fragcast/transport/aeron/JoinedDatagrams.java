package io.fragcast.transport.aeron;

import org.agrona.DirectBuffer;

import static io.aeron.protocol.HeaderFlyweight.HDR_TYPE_SETUP;

/**
 * Datagrams of one sender that one read gave, one behind the other ({@link SegmentationOffload}). The kernel knows how
 * long each is, and Java cannot ask it; what we send can be told apart without: a full datagram is as long as the MTU,
 * SETUP and heartbeat stand alone. Two short datagrams whose frames follow each other are taken for one, which they
 * could have been.
 */
final class JoinedDatagrams
{
    private JoinedDatagrams()
    {
    }

    /**
     * How long is the first of them? As many frames as follow each other in one stream and fit its MTU.
     *
     * @param read that begins like one of ours, up to its end.
     * @param mtu  of the stream.
     * @return bytes; all, where nothing like a datagram of ours follows.
     */
    static int firstLength(final DirectBuffer read, final int mtu)
    {
        final int limit = read.capacity();
        int end = DatagramCheck.sentLength(read, 0);
        while (isFollowedBy(read, end, limit) && end + DatagramCheck.sentLength(read, end) <= mtu)
        {
            end += DatagramCheck.sentLength(read, end);
        }

        return DatagramCheck.isForReceiver(read, end, limit) ? end : limit;
    }

    private static boolean isFollowedBy(final DirectBuffer read, final int at, final int limit)
    {
        return DatagramCheck.isForReceiver(read, at, limit) &&
            HDR_TYPE_SETUP != DatagramCheck.type(read, at) &&
            DatagramCheck.frameLength(read, at) > 0 &&
            DatagramCheck.isFrameOf(read, at, DatagramCheck.dataTermOffset(read) + at);
    }
}
