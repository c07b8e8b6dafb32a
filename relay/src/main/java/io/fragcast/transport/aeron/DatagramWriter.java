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
import java.util.function.Consumer;

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
    private final Consumer<IOException> errors;
    private boolean isBegun;
    /** Did the last write of several fail, with none alone tried since? */
    private boolean isOnTrial;
    private int datagramsAWrite = 1;

    /**
     * A writer.
     *
     * @param channel connected.
     * @param mtu     of the network.
     * @param clock   of the stamps.
     * @param errors  told why the kernel refused a datagram; those before it have left.
     */
    DatagramWriter(
        final DatagramChannel channel,
        final int mtu,
        final EpochNanoClock clock,
        final Consumer<IOException> errors)
    {
        this.channel = channel;
        this.mtu = mtu;
        this.clock = clock;
        this.errors = errors;
        offload = SegmentationOffload.of(channel);
    }

    int mtu()
    {
        return mtu;
    }

    /**
     * Writes what lies between a buffer's position and limit, as far as the socket takes it. A peer that does not
     * listen yet is no error.
     *
     * @param buffer a term of the log.
     * @param frames the same bytes, from 0.
     * @return bytes written, whole datagrams.
     */
    int write(final ByteBuffer buffer, final MutableDirectBuffer frames)
    {
        if (!isBegun)
        {
            isBegun = true;
            switchOn();
        }

        final int start = buffer.position();
        final int length = buffer.remaining();
        int written = 0;
        while (written < length && channel.isConnected())
        {
            run.find(frames, written, length, mtu, datagramsAWrite);
            stamp(frames, written);
            buffer.limit(start + written + run.length()).position(start + written);
            try
            {
                if (run.length() != channel.write(buffer))
                {
                    break;
                }
                written += run.length();
                isOnTrial = false;
            }
            catch (final PortUnreachableException ex)
            {
                break;
            }
            catch (final IOException ex)
            {
                if (!isToBeTriedAlone())
                {
                    errors.accept(ex);
                    break;
                }
            }
        }

        return written;
    }

    /** Several were refused. If one alone is too, the reason is another, and several are tried again. */
    private boolean isToBeTriedAlone()
    {
        if (1 == datagramsAWrite)
        {
            if (isOnTrial)
            {
                isOnTrial = false;
                switchOn();
            }
            return false;
        }
        requireNonNull(offload).trySet(0);
        datagramsAWrite = 1;
        isOnTrial = true;

        return true;
    }

    private void switchOn()
    {
        datagramsAWrite = null != offload && offload.trySet(mtu) ? SegmentationOffload.MAX_SEGMENTS : 1;
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
