package io.fragcast.crypto;

import org.agrona.DirectBuffer;

import java.nio.ByteOrder;

/**
 * Bounds of the numbers in keys and signatures, by comparing big-endian words: no big integers, no garbage.
 */
final class Scalar
{
    /** Bytes of a scalar. */
    static final int LENGTH = 32;

    private static final int WORDS = LENGTH / Long.BYTES;
    /** The order of the group. */
    private static final long[] ORDER =
    {
        0xFFFFFFFFFFFFFFFFL, 0xFFFFFFFFFFFFFFFEL, 0xBAAEDCE6AF48A03BL, 0xBFD25E8CD0364141L
    };
    /** Half of the order, rounded down: the greatest s that is low. */
    private static final long[] HALF_ORDER =
    {
        0x7FFFFFFFFFFFFFFFL, 0xFFFFFFFFFFFFFFFFL, 0x5D576E7357A4501DL, 0xDFE92F46681B20A0L
    };

    private Scalar()
    {
    }

    /**
     * May it be an r, or a private key?
     *
     * @param buffer holding it, big endian.
     * @param offset of its first byte.
     * @return true from 1 to the order less 1.
     */
    static boolean isInOrder(final DirectBuffer buffer, final int offset)
    {
        return !isZero(buffer, offset) && compare(buffer, offset, ORDER) < 0;
    }

    /**
     * May it be an s that has only one form?
     *
     * @param buffer holding it, big endian.
     * @param offset of its first byte.
     * @return true from 1 to half of the order.
     */
    static boolean isLow(final DirectBuffer buffer, final int offset)
    {
        return !isZero(buffer, offset) && compare(buffer, offset, HALF_ORDER) <= 0;
    }

    private static boolean isZero(final DirectBuffer buffer, final int offset)
    {
        long bits = 0;
        for (int i = 0; i < WORDS; i++)
        {
            bits |= buffer.getLong(offset + i * Long.BYTES);
        }

        return 0 == bits;
    }

    private static int compare(final DirectBuffer buffer, final int offset, final long[] bound)
    {
        for (int i = 0; i < WORDS; i++)
        {
            final long word = buffer.getLong(offset + i * Long.BYTES, ByteOrder.BIG_ENDIAN);
            final int order = Long.compareUnsigned(word, bound[i]);
            if (0 != order)
            {
                return order;
            }
        }

        return 0;
    }
}
