package io.fragcast.protocol.block;

import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * One encoded message of the block lane, in a buffer of exactly its length.
 *
 * @param kind   of message.
 * @param seq    of it.
 * @param index  of a page or chunk.
 * @param buffer holding it.
 */
public record TestFrame(FrameKind kind, int seq, int index, UnsafeBuffer buffer)
{
    /**
     * A copy that may be changed.
     *
     * @return the copy.
     */
    public TestFrame copy()
    {
        final UnsafeBuffer copy = new UnsafeBuffer(ByteBuffer.allocateDirect(buffer.capacity()));
        copy.putBytes(0, buffer, 0, buffer.capacity());

        return new TestFrame(kind, seq, index, copy);
    }

    /**
     * A copy with one bit changed.
     *
     * @param bit from 0.
     * @return the copy.
     */
    public TestFrame flip(final int bit)
    {
        final TestFrame copy = copy();
        final int at = bit >> 3;
        copy.buffer.putByte(at, (byte)(copy.buffer.getByte(at) ^ 1 << (bit & 7)));

        return copy;
    }

    /**
     * Its bytes without the hop fields.
     *
     * @return the bytes.
     */
    public byte[] content()
    {
        final byte[] bytes = new byte[buffer.capacity()];
        buffer.getBytes(0, bytes);
        Arrays.fill(bytes, 8, 25, (byte)0);

        return bytes;
    }

    @Override
    public String toString()
    {
        return kind + " " + seq + "/" + index;
    }
}
