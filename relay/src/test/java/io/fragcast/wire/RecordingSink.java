package io.fragcast.wire;

import io.fragcast.transport.FrameSink;
import io.fragcast.transport.SendResult;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.ArrayList;
import java.util.List;

/**
 * Keeps the frames that were committed to it, in order, while its window lasts.
 */
final class RecordingSink implements FrameSink
{
    private final String name;
    private final List<String> journal;
    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[64 << 10]);
    final List<byte[]> frames = new ArrayList<>();
    int window = Integer.MAX_VALUE;
    int claims;
    boolean isConnected = true;
    long unsentBytes;
    int framesATurn = 1;
    int backTo;
    private int claimed;

    RecordingSink(final String name)
    {
        this(name, new ArrayList<>());
    }

    /** Notes its name in a journal that it shares with others, once a frame. */
    RecordingSink(final String name, final List<String> journal)
    {
        this.name = name;
        this.journal = journal;
    }

    @Override
    public SendResult tryClaim(final int length)
    {
        claims++;
        if (!isConnected)
        {
            return SendResult.NOT_CONNECTED;
        }
        if (0 == window)
        {
            return SendResult.BACK_PRESSURED;
        }
        buffer.setMemory(0, length + 64, (byte) 0x5A);
        claimed = length;

        return SendResult.OK;
    }

    @Override
    public boolean isBackTo(final int sessionId)
    {
        return 0 != backTo && backTo == sessionId;
    }

    @Override
    public MutableDirectBuffer buffer()
    {
        return buffer;
    }

    @Override
    public int offset()
    {
        return 32;
    }

    @Override
    public void commit()
    {
        final byte[] frame = new byte[claimed];
        buffer.getBytes(32, frame);
        frames.add(frame);
        journal.add(name);
        window--;
        claimed = 0;
    }

    @Override
    public boolean isDrained()
    {
        return 0 == unsentBytes;
    }

    @Override
    public long unsentBytes()
    {
        return unsentBytes;
    }

    @Override
    public int framesATurn()
    {
        return framesATurn;
    }

    @Override
    public boolean isConnected()
    {
        return isConnected;
    }

    @Override
    public String name()
    {
        return name;
    }

    @Override
    public void close()
    {
        isConnected = false;
    }
}
