package io.fragcast.sim.checker;

import org.agrona.DirectBuffer;

/**
 * A number for a list of transactions.
 */
public final class TxsHash
{
    private static final long FNV_PRIME = 0x100000001B3L;

    private long value = 0xCBF29CE484222325L;

    /**
     * Adds a transaction.
     *
     * @param buffer holding it.
     * @param offset of its first byte.
     * @param length in bytes.
     */
    public void add(final DirectBuffer buffer, final int offset, final int length)
    {
        value = (value ^ length) * FNV_PRIME;
        for (int i = 0; i < length; i++)
        {
            value = (value ^ buffer.getByte(offset + i)) * FNV_PRIME;
        }
    }

    /**
     * The list so far.
     *
     * @return its number.
     */
    public long value()
    {
        return value;
    }
}
