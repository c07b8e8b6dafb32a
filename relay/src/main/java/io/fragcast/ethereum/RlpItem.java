package io.fragcast.ethereum;

import org.agrona.DirectBuffer;

/**
 * A view of one RLP item: strict, as consensus demands, so that each value has one encoding. Reusable; allocates
 * nothing. To walk a list, wrap at its {@link #payloadOffset()} and go on by {@link #encodedLength()}.
 */
public final class RlpItem
{
    private boolean isList;
    private int payloadOffset;
    private int payloadLength;
    private int encodedLength;

    /**
     * Reads the header of the item at an offset.
     *
     * @param buffer holding the item.
     * @param offset of its first byte.
     * @param limit  that it may not pass: the end of the list or message around it.
     * @return false if no whole item is there or its header is not the shortest.
     */
    public boolean wrap(final DirectBuffer buffer, final int offset, final int limit)
    {
        if (offset >= limit)
        {
            return false;
        }

        final int prefix = buffer.getByte(offset) & 0xFF;
        isList = prefix >= Rlp.LIST;
        if (prefix < Rlp.STRING)
        {
            return place(offset, 0, 1, limit);
        }

        final int code = prefix - (isList ? Rlp.LIST : Rlp.STRING);
        if (code <= Rlp.MAX_SHORT_LENGTH)
        {
            return place(offset, 1, code, limit) &&
                (isList || 1 != code || buffer.getByte(offset + 1) < 0);
        }

        final int lengthOfLength = code - Rlp.MAX_SHORT_LENGTH;
        if (lengthOfLength > Integer.BYTES || offset + lengthOfLength >= limit || 0 == buffer.getByte(offset + 1))
        {
            return false;
        }
        int length = 0;
        for (int i = 1; i <= lengthOfLength; i++)
        {
            length = (length << 8) | (buffer.getByte(offset + i) & 0xFF);
        }

        return length > Rlp.MAX_SHORT_LENGTH && place(offset, 1 + lengthOfLength, length, limit);
    }

    /**
     * Is the item a list?
     *
     * @return false for a string.
     */
    public boolean isList()
    {
        return isList;
    }

    /**
     * Where the string's bytes or the list's items begin.
     *
     * @return offset in the wrapped buffer.
     */
    public int payloadOffset()
    {
        return payloadOffset;
    }

    /**
     * How long the string, or the items of the list together, are.
     *
     * @return bytes.
     */
    public int payloadLength()
    {
        return payloadLength;
    }

    /**
     * How long the whole item is, header included.
     *
     * @return bytes.
     */
    public int encodedLength()
    {
        return encodedLength;
    }

    private boolean place(final int offset, final int headerLength, final int length, final int limit)
    {
        payloadOffset = offset + headerLength;
        payloadLength = length;
        encodedLength = headerLength + length;

        return length <= limit - payloadOffset;
    }
}
