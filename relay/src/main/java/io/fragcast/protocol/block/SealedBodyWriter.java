package io.fragcast.protocol.block;

import io.fragcast.ethereum.Rlp;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;

/**
 * Writes the body of a block from its transactions, as {@link SealedBody} reads it: without ommers and without
 * withdrawals, as all blocks of rollups are. Transactions first, for the headers of the lists tell their lengths.
 * <pre>
 *   | room | transaction, transaction ... | no ommers | no withdrawals |
 *      [ [
 * </pre>
 * Used by one thread; grows to the longest body seen.
 */
public final class SealedBodyWriter
{
    private static final int START = 2 * Rlp.MAX_HEADER_LENGTH;
    private static final int INITIAL_LENGTH = 64 << 10;
    /** The first byte of a list, as which a legacy transaction begins. */
    private static final int LIST = 0xC0;
    /** Ommers and withdrawals, each an empty list. */
    private static final int MAX_TAIL = 2;

    private final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer(INITIAL_LENGTH);
    private int offset = START;
    private int end = START;

    /** A writer of nothing yet. */
    public SealedBodyWriter()
    {
    }

    /** Begins a body. */
    public void clear()
    {
        offset = START;
        end = START;
    }

    /**
     * The next transaction.
     *
     * @param from     buffer holding its envelope.
     * @param txOffset of its first byte.
     * @param length   in bytes, at least 1.
     * @return false if the body becomes longer than any may be.
     */
    public boolean add(final DirectBuffer from, final int txOffset, final int length)
    {
        if (length > SealedBody.MAX_LENGTH - end - Rlp.MAX_HEADER_LENGTH - MAX_TAIL)
        {
            return false;
        }
        final boolean isLegacy = (from.getByte(txOffset) & 0xFF) >= LIST;
        // A string of one byte below 0x80 would be its own header; no envelope is so short.
        end += isLegacy ? 0 : Rlp.putStringHeader(buffer, end, length);
        buffer.putBytes(end, from, txOffset, length);
        end += length;

        return true;
    }

    /**
     * Ends the body.
     *
     * @param hasWithdrawals does the header have a root of withdrawals?
     */
    public void finish(final boolean hasWithdrawals)
    {
        final int txsLength = end - START;
        buffer.putByte(end++, (byte)LIST);
        if (hasWithdrawals)
        {
            buffer.putByte(end++, (byte)LIST);
        }
        offset = START - Rlp.headerLength(txsLength);
        Rlp.putListHeader(buffer, offset, txsLength);
        final int length = end - offset;
        offset -= Rlp.headerLength(length);
        Rlp.putListHeader(buffer, offset, length);
    }

    /**
     * What holds the body.
     *
     * @return the buffer.
     */
    public DirectBuffer buffer()
    {
        return buffer;
    }

    /**
     * Where a finished body begins.
     *
     * @return offset in the buffer.
     */
    public int offset()
    {
        return offset;
    }

    /**
     * Length of a finished body.
     *
     * @return bytes.
     */
    public int length()
    {
        return end - offset;
    }
}
