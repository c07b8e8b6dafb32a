package io.fragcast.protocol.sync;

import io.fragcast.transport.FrameHandler;
import io.fragcast.transport.FrameLink;
import io.fragcast.transport.FrameSink;
import io.fragcast.transport.FrameSource;
import io.fragcast.transport.SendResult;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongSupplier;

/**
 * One end of a link in virtual time, with a delay and a window each way.
 */
final class PipeLink implements FrameLink, FrameSource, FrameSink
{
    /** What a link holds on its way: Aeron's of the bulk lane. */
    private static final int WINDOW_BYTES = 64 << 10;

    private record Sent(long atNs, UnsafeBuffer bytes)
    {
    }

    private final LongSupplier clock;
    private final UnsafeBuffer claim = new UnsafeBuffer(new byte[4_096]);
    private final Deque<Sent> coming = new ArrayDeque<>();
    private PipeLink other = this;
    private int comingBytes;
    private int claimLength;
    long delayNs;
    boolean isConnected = true;
    boolean isFrozen;

    private PipeLink(final LongSupplier clock, final long delayNs)
    {
        this.clock = clock;
        this.delayNs = delayNs;
    }

    /** Both ends. */
    static PipeLink[] pair(final LongSupplier clock, final long delayNs)
    {
        final PipeLink one = new PipeLink(clock, delayNs);
        final PipeLink other = new PipeLink(clock, delayNs);
        one.other = other;
        other.other = one;

        return new PipeLink[]{one, other};
    }

    /** Everything under way is lost. */
    void cut()
    {
        isConnected = false;
        other.isConnected = false;
        coming.clear();
        other.coming.clear();
        comingBytes = 0;
        other.comingBytes = 0;
    }

    void mend()
    {
        isConnected = true;
        other.isConnected = true;
    }

    @Override
    public FrameSource source()
    {
        return this;
    }

    @Override
    public FrameSink sink()
    {
        return this;
    }

    @Override
    public int poll(final FrameHandler handler, final int frameLimit)
    {
        int taken = 0;
        while (!isFrozen && taken < frameLimit && !coming.isEmpty() && coming.getFirst().atNs <= clock.getAsLong())
        {
            final UnsafeBuffer bytes = coming.getFirst().bytes;
            if (!handler.onFrame(bytes, 0, bytes.capacity(), 1))
            {
                return taken;
            }
            coming.removeFirst();
            comingBytes -= bytes.capacity();
            taken++;
        }

        return taken;
    }

    @Override
    public SendResult tryClaim(final int length)
    {
        if (!isConnected)
        {
            return SendResult.NOT_CONNECTED;
        }
        claimLength = length;

        return other.comingBytes + length > WINDOW_BYTES ? SendResult.BACK_PRESSURED : SendResult.OK;
    }

    @Override
    public MutableDirectBuffer buffer()
    {
        return claim;
    }

    @Override
    public int offset()
    {
        return 0;
    }

    @Override
    public void commit()
    {
        final byte[] bytes = new byte[claimLength];
        claim.getBytes(0, bytes);
        other.coming.addLast(new Sent(clock.getAsLong() + delayNs, new UnsafeBuffer(bytes)));
        other.comingBytes += bytes.length;
    }

    @Override
    public boolean isDrained()
    {
        return true;
    }

    @Override
    public int doWork(final long nowNs)
    {
        return 0;
    }

    @Override
    public boolean isConnected()
    {
        return isConnected;
    }

    @Override
    public int sessionId()
    {
        return 1;
    }

    @Override
    public String name()
    {
        return "pipe";
    }

    @Override
    public void close()
    {
        isConnected = false;
    }
}
