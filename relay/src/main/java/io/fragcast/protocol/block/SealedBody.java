package io.fragcast.protocol.block;

import io.fragcast.ethereum.Keccak;
import io.fragcast.ethereum.OrderedTrieRoot;
import io.fragcast.ethereum.RlpItem;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Holds the body of a sealed block against its header.
 * <pre>
 *   body   [ [transaction ...], [ommer ...], [withdrawal ...] ]   the third where the header has a root of them
 *              |                  |             |
 *   header  transactionsRoot   ommersHash    withdrawalsRoot
 * </pre>
 * A rollup may put a root of its own where the root of withdrawals is (since Isthmus that of a contract's storage), and
 * has none in its bodies: a list without withdrawals is not held against that root. Any bytes may come; none make it
 * throw. Used by one thread; allocates only for a transaction longer than any before.
 */
public final class SealedBody
{
    /** Beyond what the gas of any chain buys: 60 M gas pay for 6 MB of zeros at most. */
    public static final int MAX_LENGTH = 16 << 20;

    private static final int OMMERS_HASH = 1;
    private static final int WITHDRAWALS_ROOT = 16;
    private static final int HASH_LENGTH = FrameDigest.DIGEST_LENGTH;

    private final RlpItem list = new RlpItem();
    private final RlpItem item = new RlpItem();
    private final RlpItem inner = new RlpItem();
    private final UnsafeBuffer header = new UnsafeBuffer(0, 0);
    private final OrderedTrieRoot trie = new OrderedTrieRoot();
    private final Keccak keccak = new Keccak();
    private final byte[] hash = new byte[HASH_LENGTH];

    /** A check. */
    public SealedBody()
    {
    }

    /**
     * Is it the body of a block?
     *
     * @param block  whose header is known.
     * @param buffer holding the body.
     * @param offset of its first byte.
     * @param length in bytes.
     * @return true if the header's roots name it.
     */
    public boolean isOf(final SealedBlock block, final DirectBuffer buffer, final int offset, final int length)
    {
        final int end = offset + length;
        if (length < 1 || length > MAX_LENGTH || !list.wrap(buffer, offset, end) || !list.isList() ||
            length != list.encodedLength())
        {
            return false;
        }
        int at = list.payloadOffset();
        if (!isList(buffer, at, end) || !isTransactions(block, buffer))
        {
            return false;
        }
        at += item.encodedLength();
        if (!isList(buffer, at, end) || !isOmmers(block, buffer, at))
        {
            return false;
        }
        at += item.encodedLength();
        if (hasWithdrawals(block))
        {
            if (!isList(buffer, at, end) || !isWithdrawals(block, buffer))
            {
                return false;
            }
            at += item.encodedLength();
        }

        return at == end;
    }

    /**
     * Does the header of a block have a root of withdrawals?
     *
     * @param block whose header is known.
     * @return true from Shanghai on.
     */
    public boolean hasWithdrawals(final SealedBlock block)
    {
        return 0 < fieldOffset(block, WITHDRAWALS_ROOT);
    }

    private boolean isList(final DirectBuffer buffer, final int at, final int end)
    {
        return item.wrap(buffer, at, end) && item.isList();
    }

    /** Of a typed transaction the string's payload is hashed, of a legacy one the list as it is. */
    private boolean isTransactions(final SealedBlock block, final DirectBuffer buffer)
    {
        trie.clear();
        final int end = item.payloadOffset() + item.payloadLength();
        for (int at = item.payloadOffset(); at < end; at += inner.encodedLength())
        {
            if (!inner.wrap(buffer, at, end) || 0 == inner.payloadLength())
            {
                return false;
            }
            if (inner.isList())
            {
                trie.add(buffer, at, inner.encodedLength());
            }
            else
            {
                trie.add(buffer, inner.payloadOffset(), inner.payloadLength());
            }
        }
        trie.root(hash);

        return isEqual(block.transactionsRoot, 0);
    }

    private boolean isOmmers(final SealedBlock block, final DirectBuffer buffer, final int at)
    {
        keccak.update(buffer, at, item.encodedLength());
        keccak.finish(hash, 0);

        return isEqual(block.header, fieldOffset(block, OMMERS_HASH));
    }

    private boolean isWithdrawals(final SealedBlock block, final DirectBuffer buffer)
    {
        trie.clear();
        final int end = item.payloadOffset() + item.payloadLength();
        for (int at = item.payloadOffset(); at < end; at += inner.encodedLength())
        {
            if (!inner.wrap(buffer, at, end) || !inner.isList())
            {
                return false;
            }
            trie.add(buffer, at, inner.encodedLength());
        }
        trie.root(hash);

        return 0 == item.payloadLength() || isEqual(block.header, fieldOffset(block, WITHDRAWALS_ROOT));
    }

    private boolean isEqual(final byte[] bytes, final int at)
    {
        for (int i = 0; i < HASH_LENGTH; i++)
        {
            if (hash[i] != bytes[at + i])
            {
                return false;
            }
        }

        return true;
    }

    /** Where a field of 32 bytes lies in the header; 0: there is none. */
    private int fieldOffset(final SealedBlock block, final int field)
    {
        header.wrap(block.header, 0, block.headerLength);
        if (!list.wrap(header, 0, block.headerLength))
        {
            return 0;
        }
        int fields = 0;
        for (int at = list.payloadOffset(); at < block.headerLength; at += inner.encodedLength())
        {
            if (!inner.wrap(header, at, block.headerLength))
            {
                return 0;
            }
            if (field == fields++)
            {
                return HASH_LENGTH == inner.payloadLength() ? inner.payloadOffset() : 0;
            }
        }

        return 0;
    }
}
