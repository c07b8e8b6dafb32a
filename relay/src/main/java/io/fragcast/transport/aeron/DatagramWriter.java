package io.fragcast.transport.aeron;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.EpochNanoClock;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.PortUnreachableException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.DatagramChannel;

import static java.util.Objects.requireNonNull;

/**
 * Writes several datagrams that Aeron's sender takes for one, each no longer than the network's MTU and its first
 * message stamped with when it leaves: those of equal length by one write where {@link SegmentationOffload} goes, else
 * by one each, as from the first write on that is only taken so. Used by the driver's sender thread; allocates nothing
 * but for the first write.
 */
final class DatagramWriter
{
    private static final int SEND_TIME = ChannelConfig.FRAME_HEADER_LENGTH + ChannelConfig.SEND_TIME_OFFSET;

    private final int mtu;
    private final EpochNanoClock clock;
    private final DatagramChannel channel;
    private final @Nullable SegmentationOffload offload;
    private final DatagramRun run = new DatagramRun();
    private boolean isBegun;
    private int datagramsAWrite = 1;

    /**
     * A writer.
     *
     * @param channel connected.
     * @param mtu     of the network.
     * @param clock   of the stamps.
     */
    DatagramWriter(final DatagramChannel channel, final int mtu, final EpochNanoClock clock)
    {
        this.channel = channel;
        this.mtu = mtu;
        this.clock = clock;
        offload = SegmentationOffload.of(channel);
    }

    int mtu()
    {
        return mtu;
    }

    /**
     * Writes what lies between a buffer's position and limit, as far as the socket takes it.
     *
     * @param buffer a term of the log.
     * @param frames the same bytes, from 0.
     * @return bytes written, whole datagrams.
     * @throws IOException if the kernel refused a datagram; those before it have left.
     */
    int write(final ByteBuffer buffer, final MutableDirectBuffer frames) throws IOException
    {
        if (!isBegun)
        {
            isBegun = true;
            switchOn();
        }

        final int start = buffer.position();
        final int length = buffer.remaining();
        int written = 0;
        while (written < length)
        {
            run.find(frames, written, length, mtu, datagramsAWrite);
            stamp(frames, written);
            buffer.limit(start + written + run.length()).position(start + written);
            if (!isWritten(buffer, frames, written, length))
            {
                break;
            }
            written += run.length();
        }

        return written;
    }

    private boolean isWritten(
        final ByteBuffer buffer, final DirectBuffer frames, final int written, final int length) throws IOException
    {
        if (!channel.isConnected())
        {
            return false;
        }
        final int position = buffer.position();
        try
        {
            return run.length() == channel.write(buffer);
        }
        catch (final PortUnreachableException ex)
        {
            throw ex;
        }
        catch (final IOException ex)
        {
            if (1 == datagramsAWrite)
            {
                throw ex;
            }
            switchOff();
            run.find(frames, written, length, mtu, datagramsAWrite);
            buffer.limit(position + run.length()).position(position);

            return isWrittenAlone(buffer);
        }
    }

    /** After several were refused: if one alone is too, the reason is another. */
    private boolean isWrittenAlone(final ByteBuffer buffer) throws IOException
    {
        try
        {
            return run.length() == channel.write(buffer);
        }
        catch (final IOException ex)
        {
            switchOn();
            throw ex;
        }
    }

    private void switchOn()
    {
        datagramsAWrite = null != offload && offload.trySet(mtu) ? SegmentationOffload.MAX_SEGMENTS : 1;
    }

    private void switchOff()
    {
        requireNonNull(offload).trySet(0);
        datagramsAWrite = 1;
    }

    private void stamp(final MutableDirectBuffer frames, final int offset)
    {
        final long nowNs = clock.nanoTime();
        for (int at = offset, end = offset + run.length(); at < end; at += mtu)
        {
            if (isMessage(frames, at))
            {
                frames.putLong(at + SEND_TIME, nowNs, ByteOrder.LITTLE_ENDIAN);
            }
        }
    }

    private static boolean isMessage(final DirectBuffer frames, final int at)
    {
        return DatagramCheck.isData(frames, at) && DatagramCheck.frameLength(frames, at) >= SEND_TIME + Long.BYTES;
    }
}
