package io.fragcast.bench.compare;

import io.fragcast.codecs.FragChunkDecoder;
import io.fragcast.codecs.FragDecoder;
import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.transport.SendTap;
import org.agrona.DirectBuffer;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * When the last datagram of each frag left for one peer, in nanoseconds of the monotonic clock that all processes of a
 * machine share. Written by the sending thread; {@link #isOver} may be asked by any.
 */
final class DepartureLog implements SendTap
{
    private static final int BLOCK_LANE = 1001;
    private static final long QUIET_NS = TimeUnit.SECONDS.toNanos(5);

    private final int fragsPerBlock;
    private final int port;
    private final long[] departedNs;
    private volatile long heardNs;
    private volatile long messages;

    DepartureLog(final int count, final int fragsPerBlock, final int port)
    {
        this.fragsPerBlock = fragsPerBlock;
        this.port = port;
        departedNs = new long[count];
        Arrays.fill(departedNs, DeliveryLog.NOT_DELIVERED);
    }

    @Override
    @SuppressWarnings("NonAtomicOperationOnVolatileField") // One thread writes.
    public void onFrameSent(
        final InetSocketAddress destination,
        final int streamId,
        final DirectBuffer buffer,
        final int offset,
        final int length)
    {
        if (BLOCK_LANE != streamId || port != destination.getPort())
        {
            return;
        }
        final int templateId = buffer.getShort(
            offset + MessageHeaderDecoder.templateIdEncodingOffset(), ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
        if (FragDecoder.TEMPLATE_ID == templateId)
        {
            note(buffer, offset, FragDecoder.blockNumberEncodingOffset(), FragDecoder.seqEncodingOffset());
        }
        else if (FragChunkDecoder.TEMPLATE_ID == templateId)
        {
            note(buffer, offset, FragChunkDecoder.blockNumberEncodingOffset(), FragChunkDecoder.seqEncodingOffset());
        }
    }

    /** Has everything left, or nothing for so long that nothing more will? */
    boolean isOver(final long nowNs)
    {
        final long heard = heardNs;

        return 0 != heard && nowNs - heard > (messages == departedNs.length ? QUIET_NS / 10 : QUIET_NS);
    }

    long messages()
    {
        return messages;
    }

    void write(final Path file) throws IOException
    {
        DeliveryLog.write(file, departedNs, departedNs.length);
    }

    @SuppressWarnings("NonAtomicOperationOnVolatileField") // One thread writes.
    private void note(final DirectBuffer buffer, final int offset, final int blockAt, final int seqAt)
    {
        final int body = offset + MessageHeaderDecoder.ENCODED_LENGTH;
        final long block = buffer.getLong(body + blockAt, ByteOrder.LITTLE_ENDIAN) - PeerNodes.FIRST_BLOCK;
        final int message = (int)(block * fragsPerBlock) + buffer.getInt(body + seqAt, ByteOrder.LITTLE_ENDIAN);
        final long nowNs = System.nanoTime();
        messages += DeliveryLog.NOT_DELIVERED == departedNs[message] ? 1 : 0;
        departedNs[message] = nowNs;
        heardNs = nowNs;
    }
}
