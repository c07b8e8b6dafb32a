package io.fragcast.cli;

import io.fragcast.ethereum.Header;

import java.util.List;

/**
 * One real block with its raw transactions, as a {@link BlockFile} holds it.
 *
 * @param chainId          EIP-155 chain id.
 * @param hash             of the block, as the file says.
 * @param header           of the block; fields that the file left out stand at their values after the merge.
 * @param isHeaderComplete whether the file had each field of the header, so that it gives the hash.
 * @param transactions     raw EIP-2718 bytes, in the order of the block.
 */
public record BlockRecord(
    long chainId,
    byte[] hash,
    Header header,
    boolean isHeaderComplete,
    List<byte[]> transactions)
{
    /**
     * Height of the block.
     *
     * @return block number.
     */
    public long number()
    {
        return header.number();
    }

    /**
     * The same transactions at another place of a chain, with the hash made anew.
     *
     * @param number     height.
     * @param parentHash hash of the block before.
     * @return the block.
     */
    public BlockRecord at(final long number, final byte[] parentHash)
    {
        final Header moved = header.at(number, parentHash);

        return new BlockRecord(chainId, moved.hash(), moved, isHeaderComplete, transactions);
    }
}
