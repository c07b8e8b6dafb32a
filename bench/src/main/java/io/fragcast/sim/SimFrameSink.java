package io.fragcast.sim;

import io.fragcast.sim.checker.SimFailure;
import io.fragcast.transport.FrameSink;
import io.fragcast.transport.SendResult;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The sending end of a path.
 */
public final class SimFrameSink implements FrameSink
{
    /** Sees each frame before it leaves. */
    @FunctionalInterface
    public interface Tap
    {
        /**
         * One frame.
         *
         * @param path   that it leaves by.
         * @param buffer holding it from offset 0.
         * @param length in bytes.
         */
        void onSent(SimPath path, MutableDirectBuffer buffer, int length);
    }

    /** Where in its buffer a claim starts: frames stand after Aeron's header, aligned to 32. */
    static final int CLAIM_OFFSET = 32;
    /** What a datagram costs its sender. */
    private static final long DATAGRAM_NS = 2_500;

    private final SimPath path;
    private final int maxFrameLength;
    private final @Nullable Tap tap;
    private final ExpandableArrayBuffer claim = new ExpandableArrayBuffer(2_048);
    private int claimedLength;
    private long drainedFromNs;
    private boolean isClosed;

    /**
     * A sink.
     *
     * @param path           to send over.
     * @param maxFrameLength of the lane, bytes.
     * @param tap            sees each frame; null: nobody does.
     */
    public SimFrameSink(final SimPath path, final int maxFrameLength, final @Nullable Tap tap)
    {
        this.path = path;
        this.maxFrameLength = maxFrameLength;
        this.tap = tap;
    }

    @Override
    public SendResult tryClaim(final int length)
    {
        if (length < 1 || length > maxFrameLength)
        {
            throw new SimFailure("a claim of " + length + " bytes on a lane of " + maxFrameLength);
        }
        if (0 != claimedLength)
        {
            throw new SimFailure("a claim while another is held");
        }
        if (isClosed)
        {
            return SendResult.CLOSED;
        }

        final SendResult result = path.tryClaim(length);
        if (SendResult.OK == result)
        {
            claimedLength = length;
        }

        return result;
    }

    @Override
    public MutableDirectBuffer buffer()
    {
        return claim;
    }

    @Override
    public int offset()
    {
        return CLAIM_OFFSET;
    }

    @Override
    public void commit()
    {
        if (0 == claimedLength)
        {
            throw new SimFailure("a commit without a claim");
        }

        final int length = claimedLength;
        claimedLength = 0;
        if (null != tap)
        {
            tap.onSent(path, claim, length);
        }
        drainedFromNs = Math.max(drainedFromNs, path.nowNs()) + DATAGRAM_NS;
        path.send(claim, CLAIM_OFFSET, length);
    }

    @Override
    public boolean isDrained()
    {
        return path.nowNs() >= drainedFromNs;
    }

    @Override
    public long unsentBytes()
    {
        return Math.max(0, drainedFromNs - path.nowNs()) / DATAGRAM_NS * maxFrameLength + (isDrained() ? 0 : 1);
    }

    @Override
    public boolean isConnected()
    {
        return !isClosed && path.isConnected();
    }

    @Override
    public String name()
    {
        return path.from() + ">" + path.to();
    }

    @Override
    public void close()
    {
        isClosed = true;
    }
}
