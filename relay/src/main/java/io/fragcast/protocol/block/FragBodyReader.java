package io.fragcast.protocol.block;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteOrder;

/**
 * Walks the transactions of a FragBody in place. The leader signed the hashes of a body, not its form, so the form is
 * checked here: {@link #isValid} first, then {@link #open} and {@link #next}.
 * <pre>
 *   | header 8 | root block (blockLength) | u16 entry length, u16 count | u32 length, bytes | u32 length, bytes | ...
 * </pre>
 */
public final class FragBodyReader
{
    private static final int HEADER_LENGTH = 8;
    private static final int GROUP_HEADER_LENGTH = 4;
    private static final int LENGTH_LENGTH = 4;
    /** Of the template in fragcast.xml. */
    private static final int TEMPLATE_ID = 3;
    /** Of the schema in fragcast.xml. */
    private static final int SCHEMA_ID = 4670;
    /** Of the root block in version 1; later versions only append. */
    private static final int MIN_BLOCK_LENGTH = 68;

    private DirectBuffer buffer = new UnsafeBuffer(new byte[0]);
    private int position;
    private int remaining;
    private int txOffset;
    private int txLength;

    /**
     * A reader that stands nowhere yet.
     */
    public FragBodyReader()
    {
    }

    /**
     * Is it a FragBody, whole, with nothing before, between or after its transactions?
     *
     * @param buffer      holding the body.
     * @param offset      of its first byte.
     * @param length      in bytes.
     * @param txCount     that the signed header states.
     * @param maxTxLength the limit of this node.
     * @return true if it is; {@link #open} may then walk it.
     */
    public static boolean isValid(
        final DirectBuffer buffer, final int offset, final int length, final int txCount, final int maxTxLength)
    {
        if (length < HEADER_LENGTH + MIN_BLOCK_LENGTH + GROUP_HEADER_LENGTH)
        {
            return false;
        }

        final int blockLength = u16(buffer, offset);
        int position = HEADER_LENGTH + blockLength + GROUP_HEADER_LENGTH;
        if (TEMPLATE_ID != u16(buffer, offset + 2) ||
            SCHEMA_ID != u16(buffer, offset + 4) ||
            0 == u16(buffer, offset + 6) ||
            blockLength < MIN_BLOCK_LENGTH ||
            position > length ||
            0 != u16(buffer, offset + position - 4) ||
            txCount != u16(buffer, offset + position - 2))
        {
            return false;
        }

        for (int i = 0; i < txCount; i++)
        {
            if (length - position < LENGTH_LENGTH)
            {
                return false;
            }
            final int txLength = buffer.getInt(offset + position, ByteOrder.LITTLE_ENDIAN);
            position += LENGTH_LENGTH;
            if (txLength <= 0 || txLength > maxTxLength || txLength > length - position)
            {
                return false;
            }
            position += txLength;
        }

        return position == length;
    }

    /**
     * Starts a walk over a body that {@link #isValid}.
     *
     * @param buffer holding the body.
     * @param offset of its first byte.
     */
    public void open(final DirectBuffer buffer, final int offset)
    {
        this.buffer = buffer;
        position = offset + HEADER_LENGTH + u16(buffer, offset) + GROUP_HEADER_LENGTH;
        remaining = u16(buffer, position - 2);
    }

    /**
     * Goes to the next transaction.
     *
     * @return false after the last.
     */
    public boolean next()
    {
        if (0 == remaining)
        {
            return false;
        }

        remaining--;
        txLength = buffer.getInt(position, ByteOrder.LITTLE_ENDIAN);
        txOffset = position + LENGTH_LENGTH;
        position = txOffset + txLength;

        return true;
    }

    /**
     * Where the transaction begins.
     *
     * @return offset in the buffer.
     */
    public int txOffset()
    {
        return txOffset;
    }

    /**
     * Length of the transaction.
     *
     * @return bytes.
     */
    public int txLength()
    {
        return txLength;
    }

    private static int u16(final DirectBuffer buffer, final int offset)
    {
        return buffer.getShort(offset, ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
    }
}
