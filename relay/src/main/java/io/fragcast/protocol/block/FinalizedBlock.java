package io.fragcast.protocol.block;

/**
 * A block that will not change, as somebody entitled to say so says.
 *
 * @param number height.
 * @param hash   of the block, 32 bytes; not to be changed.
 */
public record FinalizedBlock(long number, byte[] hash)
{
    /** None yet. */
    public static final FinalizedBlock NONE = new FinalizedBlock(Long.MIN_VALUE, new byte[32]);
}
