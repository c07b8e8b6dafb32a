package io.fragcast.protocol.block;

import io.fragcast.ethereum.Keccak;
import io.fragcast.ethereum.RlpItem;
import org.agrona.DirectBuffer;

/**
 * Reads the header of a block where it lies, as much of it as a Seal names. Any bytes may come; none make it throw.
 * Used by one thread; allocates nothing after construction.
 */
public final class SealedHeader
{
    /** Places of the fields in the list. */
    private static final int PARENT_HASH = 0;
    private static final int STATE_ROOT = 3;
    private static final int TRANSACTIONS_ROOT = 4;
    private static final int RECEIPTS_ROOT = 5;
    private static final int NUMBER = 8;
    private static final int GAS_LIMIT = 9;
    private static final int GAS_USED = 10;
    /** Fields up to nonce: every block has them. */
    private static final int MIN_FIELDS = 15;

    private final RlpItem list = new RlpItem();
    private final RlpItem item = new RlpItem();
    private final Keccak keccak = new Keccak();

    /** A reader. */
    public SealedHeader()
    {
    }

    /**
     * Reads a header.
     *
     * @param buffer holding it.
     * @param offset of its first byte.
     * @param length in bytes.
     * @param block  to fill, its hash with that of the header.
     * @return false if it is no header; the block is undefined then.
     */
    public boolean tryRead(final DirectBuffer buffer, final int offset, final int length, final SealedBlock block)
    {
        final int end = offset + length;
        if (length > SealedBlock.MAX_HEADER_LENGTH || !list.wrap(buffer, offset, end) || !list.isList() ||
            length != list.encodedLength())
        {
            return false;
        }

        int fields = 0;
        for (int at = list.payloadOffset(); at < end; at += item.encodedLength())
        {
            if (!item.wrap(buffer, at, end) || item.isList() || !isTaken(buffer, fields, block))
            {
                return false;
            }
            fields++;
        }
        if (fields < MIN_FIELDS)
        {
            return false;
        }

        buffer.getBytes(offset, block.header, 0, length);
        block.headerLength = length;
        block.signedLength = 0;
        keccak.update(block.header, 0, length);
        keccak.finish(block.hash, 0);

        return true;
    }

    private boolean isTaken(final DirectBuffer buffer, final int field, final SealedBlock block)
    {
        switch (field)
        {
            case PARENT_HASH:
                return isHash(buffer, block.parentHash);

            case STATE_ROOT:
                return isHash(buffer, block.stateRoot);

            case TRANSACTIONS_ROOT:
                return isHash(buffer, block.transactionsRoot);

            case RECEIPTS_ROOT:
                return isHash(buffer, block.receiptsRoot);

            case NUMBER:
                block.number = number(buffer);
                return isNumber(buffer);

            case GAS_LIMIT:
                block.gasLimit = number(buffer);
                return isNumber(buffer);

            case GAS_USED:
                block.gasUsed = number(buffer);
                return isNumber(buffer);

            default:
                return true;
        }
    }

    private boolean isHash(final DirectBuffer buffer, final byte[] hash)
    {
        if (hash.length != item.payloadLength())
        {
            return false;
        }
        buffer.getBytes(item.payloadOffset(), hash);

        return true;
    }

    private boolean isNumber(final DirectBuffer buffer)
    {
        return item.payloadLength() <= Long.BYTES &&
            (0 == item.payloadLength() || 0 != buffer.getByte(item.payloadOffset()));
    }

    private long number(final DirectBuffer buffer)
    {
        long number = 0;
        for (int i = 0; i < Math.min(Long.BYTES, item.payloadLength()); i++)
        {
            number = number << Byte.SIZE | buffer.getByte(item.payloadOffset() + i) & 0xFF;
        }

        return number;
    }
}
