package io.fragcast.ethereum;

import org.agrona.MutableDirectBuffer;

/**
 * Writes RLP into buffers: no state, no garbage. Each {@code put} returns the bytes that it wrote.
 */
public final class Rlp
{
    /** The longest header of a string or list: the prefix and a 32-bit length. */
    public static final int MAX_HEADER_LENGTH = 5;

    static final int STRING = 0x80;
    static final int LIST = 0xC0;
    /** The longest payload whose length fits the prefix. */
    static final int MAX_SHORT_LENGTH = 55;

    private Rlp()
    {
    }

    /**
     * How long the header before a payload is: that of a list, or of a string other than a single byte below 0x80.
     *
     * @param payloadLength bytes after the header.
     * @return bytes.
     */
    public static int headerLength(final int payloadLength)
    {
        return payloadLength <= MAX_SHORT_LENGTH ? 1 : 1 + lengthOfLength(payloadLength);
    }

    /**
     * Writes the header of a list.
     *
     * @param buffer        to write to.
     * @param offset        where it goes.
     * @param payloadLength bytes of the items, as encoded.
     * @return bytes written.
     */
    public static int putListHeader(final MutableDirectBuffer buffer, final int offset, final int payloadLength)
    {
        return putHeader(buffer, offset, LIST, payloadLength);
    }

    /**
     * Writes the header of a string that is not a single byte below 0x80.
     *
     * @param buffer        to write to.
     * @param offset        where it goes.
     * @param payloadLength bytes of the string.
     * @return bytes written.
     */
    public static int putStringHeader(final MutableDirectBuffer buffer, final int offset, final int payloadLength)
    {
        return putHeader(buffer, offset, STRING, payloadLength);
    }

    /**
     * Writes a string of bytes.
     *
     * @param buffer to write to.
     * @param offset where it goes.
     * @param bytes  the string.
     * @return bytes written.
     */
    public static int putString(final MutableDirectBuffer buffer, final int offset, final byte[] bytes)
    {
        return putString(buffer, offset, bytes, 0, bytes.length);
    }

    /**
     * Writes a string of bytes.
     *
     * @param buffer       to write to.
     * @param offset       where it goes.
     * @param bytes        holding the string.
     * @param stringOffset of its first byte.
     * @param length       of it.
     * @return bytes written.
     */
    public static int putString(
        final MutableDirectBuffer buffer,
        final int offset,
        final byte[] bytes,
        final int stringOffset,
        final int length)
    {
        if (1 == length && bytes[stringOffset] >= 0)
        {
            buffer.putByte(offset, bytes[stringOffset]);
            return 1;
        }

        final int headerLength = putHeader(buffer, offset, STRING, length);
        buffer.putBytes(offset + headerLength, bytes, stringOffset, length);

        return headerLength + length;
    }

    /**
     * Writes an integer: big endian without leading zeros, the empty string for zero.
     *
     * @param buffer to write to.
     * @param offset where it goes.
     * @param value  unsigned.
     * @return bytes written, at most 9.
     */
    public static int putUnsigned(final MutableDirectBuffer buffer, final int offset, final long value)
    {
        if (0 <= value && value < STRING)
        {
            buffer.putByte(offset, (byte)(0 == value ? STRING : value));
            return 1;
        }

        final int length = (71 - Long.numberOfLeadingZeros(value)) >>> 3;
        buffer.putByte(offset, (byte)(STRING + length));
        for (int i = 0; i < length; i++)
        {
            buffer.putByte(offset + 1 + i, (byte)(value >>> ((length - 1 - i) << 3)));
        }

        return 1 + length;
    }

    private static int putHeader(
        final MutableDirectBuffer buffer, final int offset, final int kind, final int payloadLength)
    {
        if (payloadLength <= MAX_SHORT_LENGTH)
        {
            buffer.putByte(offset, (byte)(kind + payloadLength));
            return 1;
        }

        final int lengthOfLength = lengthOfLength(payloadLength);
        buffer.putByte(offset, (byte)(kind + MAX_SHORT_LENGTH + lengthOfLength));
        for (int i = 0; i < lengthOfLength; i++)
        {
            buffer.putByte(offset + 1 + i, (byte)(payloadLength >>> ((lengthOfLength - 1 - i) << 3)));
        }

        return 1 + lengthOfLength;
    }

    private static int lengthOfLength(final int length)
    {
        return (39 - Integer.numberOfLeadingZeros(length)) >>> 3;
    }
}
