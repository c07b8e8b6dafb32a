package io.fragcast.ethereum;

import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A view of one raw transaction (EIP-2718): types 0 to 4 and the OP stack's deposit, 0x7e. Checks the structure, field
 * by field; not the signature, the balance or the chain. Reusable; allocates nothing. One instance a thread.
 */
public final class TxEnvelope
{
    /** The type of the OP stack's deposit. */
    public static final int DEPOSIT_TYPE = 0x7E;

    // One letter a field: q quantity of 64 bits, Q of 256 bits, G the gas limit (64 bits), A address, a address or
    // empty, H 32 bytes, b boolean, B bytes, L access list, V list of 32 bytes, S list of authorizations.
    private static final String LEGACY_FIELDS = "qQGaQBQQQ";
    private static final String ACCESS_LIST_FIELDS = "QqQGaQBLbQQ";
    private static final String FEE_MARKET_FIELDS = "QqQQGaQBLbQQ";
    private static final String BLOB_FIELDS = "QqQQGAQBLQVbQQ";
    private static final String SET_CODE_FIELDS = "QqQQGAQBLSbQQ";
    private static final String DEPOSIT_FIELDS = "HAaQQGbB";
    private static final String AUTHORIZATION_FIELDS = "QAqQQQ";
    private static final int FIRST_LEGACY_PREFIX = 0xC0;
    private static final int HASH_LENGTH = 32;
    private static final int ADDRESS_LENGTH = 20;

    private final RlpItem item = new RlpItem();
    private final RlpItem inner = new RlpItem();
    private final RlpItem innermost = new RlpItem();
    private int type;
    private long gasLimit;

    /**
     * Reads a transaction.
     *
     * @param buffer holding it.
     * @param offset of its first byte.
     * @param length in bytes.
     * @return false if it is not wholly of the structure of its type.
     */
    public boolean wrap(final DirectBuffer buffer, final int offset, final int length)
    {
        if (length <= 0)
        {
            return false;
        }

        final int limit = offset + length;
        final int prefix = buffer.getByte(offset) & 0xFF;
        type = prefix >= FIRST_LEGACY_PREFIX ? 0 : prefix;
        final String fields = fieldsOf(prefix);

        return null != fields && isListOf(fields, buffer, prefix >= FIRST_LEGACY_PREFIX ? offset : offset + 1, limit);
    }

    /**
     * The type of the wrapped transaction.
     *
     * @return 0 to 4, or {@link #DEPOSIT_TYPE}.
     */
    public int type()
    {
        return type;
    }

    /**
     * The gas that the wrapped transaction may use.
     *
     * @return gas, unsigned.
     */
    public long gasLimit()
    {
        return gasLimit;
    }

    private static @Nullable String fieldsOf(final int prefix)
    {
        return switch (prefix)
        {
            case 1 -> ACCESS_LIST_FIELDS;
            case 2 -> FEE_MARKET_FIELDS;
            case 3 -> BLOB_FIELDS;
            case 4 -> SET_CODE_FIELDS;
            case DEPOSIT_TYPE -> DEPOSIT_FIELDS;
            default -> prefix >= FIRST_LEGACY_PREFIX ? LEGACY_FIELDS : null;
        };
    }

    private boolean isListOf(final String fields, final DirectBuffer buffer, final int offset, final int limit)
    {
        if (!item.wrap(buffer, offset, limit) || !item.isList() || offset + item.encodedLength() != limit)
        {
            return false;
        }

        int position = item.payloadOffset();
        for (int i = 0; i < fields.length(); i++)
        {
            if (!item.wrap(buffer, position, limit) || !isField(fields.charAt(i), buffer))
            {
                return false;
            }
            position += item.encodedLength();
        }

        return limit == position;
    }

    private boolean isField(final char field, final DirectBuffer buffer)
    {
        return switch (field)
        {
            case 'G' -> isGasLimit(buffer);
            case 'L' -> isAccessList(buffer);
            case 'V' -> item.isList() && isHashes(buffer, item.payloadOffset(), item.payloadLength());
            case 'S' -> isAuthorizationList(buffer);
            default -> isScalar(field, item, buffer);
        };
    }

    private static boolean isScalar(final char field, final RlpItem item, final DirectBuffer buffer)
    {
        if (item.isList())
        {
            return false;
        }

        final int length = item.payloadLength();
        return switch (field)
        {
            case 'q' -> isQuantity(item, buffer, Long.BYTES);
            case 'Q' -> isQuantity(item, buffer, HASH_LENGTH);
            case 'A' -> ADDRESS_LENGTH == length;
            case 'a' -> 0 == length || ADDRESS_LENGTH == length;
            case 'H' -> HASH_LENGTH == length;
            case 'b' -> 0 == length || (1 == length && 1 == buffer.getByte(item.payloadOffset()));
            case 'B' -> true;
            default -> throw new IllegalStateException("no such field: " + field);
        };
    }

    private static boolean isQuantity(final RlpItem item, final DirectBuffer buffer, final int maxLength)
    {
        return item.payloadLength() <= maxLength &&
            (0 == item.payloadLength() || 0 != buffer.getByte(item.payloadOffset()));
    }

    private boolean isGasLimit(final DirectBuffer buffer)
    {
        if (!isScalar('q', item, buffer))
        {
            return false;
        }

        long value = 0;
        for (int i = 0; i < item.payloadLength(); i++)
        {
            value = (value << 8) | (buffer.getByte(item.payloadOffset() + i) & 0xFF);
        }
        gasLimit = value;

        return true;
    }

    private boolean isAccessList(final DirectBuffer buffer)
    {
        final int limit = item.payloadOffset() + item.payloadLength();
        int position = item.payloadOffset();
        while (item.isList() && position < limit)
        {
            if (!inner.wrap(buffer, position, limit) || !inner.isList())
            {
                return false;
            }
            final int end = position + inner.encodedLength();
            if (!innermost.wrap(buffer, inner.payloadOffset(), end) || !isScalar('A', innermost, buffer))
            {
                return false;
            }
            final int keysOffset = inner.payloadOffset() + innermost.encodedLength();
            if (!innermost.wrap(buffer, keysOffset, end) ||
                !innermost.isList() ||
                keysOffset + innermost.encodedLength() != end ||
                !isHashes(buffer, innermost.payloadOffset(), innermost.payloadLength()))
            {
                return false;
            }
            position = end;
        }

        return item.isList();
    }

    private boolean isHashes(final DirectBuffer buffer, final int offset, final int length)
    {
        final int limit = offset + length;
        int position = offset;
        while (position < limit)
        {
            if (!inner.wrap(buffer, position, limit) || !isScalar('H', inner, buffer))
            {
                return false;
            }
            position += inner.encodedLength();
        }

        return true;
    }

    private boolean isAuthorizationList(final DirectBuffer buffer)
    {
        final int limit = item.payloadOffset() + item.payloadLength();
        int position = item.payloadOffset();
        while (item.isList() && position < limit)
        {
            if (!inner.wrap(buffer, position, limit) || !inner.isList())
            {
                return false;
            }
            final int end = position + inner.encodedLength();
            int fieldOffset = inner.payloadOffset();
            for (int i = 0; i < AUTHORIZATION_FIELDS.length(); i++)
            {
                if (!innermost.wrap(buffer, fieldOffset, end) ||
                    !isScalar(AUTHORIZATION_FIELDS.charAt(i), innermost, buffer))
                {
                    return false;
                }
                fieldOffset += innermost.encodedLength();
            }
            if (end != fieldOffset)
            {
                return false;
            }
            position = end;
        }

        return item.isList();
    }
}
