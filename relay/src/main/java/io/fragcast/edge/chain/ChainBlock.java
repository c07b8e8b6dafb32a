package io.fragcast.edge.chain;

import io.fragcast.ethereum.Header;
import io.fragcast.protocol.block.SealedBlock;
import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/**
 * A block as somebody else tells of it.
 *
 * @param number height.
 * @param hash   of the block, as told.
 * @param header of the block; null where what was told gives no header, or one with another hash: then nothing but
 *               number and hash is to be used.
 * @param body   in RLP, where it was told; else null.
 */
record ChainBlock(long number, byte[] hash, @Nullable Header header, byte @Nullable [] body)
{
    /** A block without its body. */
    ChainBlock(final long number, final byte[] hash, final @Nullable Header header)
    {
        this(number, hash, header, null);
    }

    /** A block of which a header was told; it counts only if it gives the hash. */
    static ChainBlock of(final byte[] hash, final Header header)
    {
        return of(hash, header, null);
    }

    static ChainBlock of(final byte[] hash, final Header header, final byte @Nullable [] body)
    {
        return new ChainBlock(header.number(), hash, Arrays.equals(hash, header.hash()) ? header : null, body);
    }

    /** Fills a block; false if there is no header that proves it, or one that is longer than any may be. */
    boolean fill(final SealedBlock block)
    {
        final Header proved = header;
        if (null == proved)
        {
            return false;
        }
        final byte[] rlp = proved.rlp();
        if (rlp.length > SealedBlock.MAX_HEADER_LENGTH)
        {
            return false;
        }

        block.number = number;
        block.gasUsed = proved.gasUsed();
        block.gasLimit = proved.gasLimit();
        copy(hash, block.hash);
        copy(proved.parentHash(), block.parentHash);
        copy(proved.transactionsRoot(), block.transactionsRoot);
        copy(proved.receiptsRoot(), block.receiptsRoot);
        copy(proved.stateRoot(), block.stateRoot);
        System.arraycopy(rlp, 0, block.header, 0, rlp.length);
        block.headerLength = rlp.length;
        block.signedLength = 0;

        return true;
    }

    private static void copy(final byte[] from, final byte[] to)
    {
        System.arraycopy(from, 0, to, 0, to.length);
    }
}
