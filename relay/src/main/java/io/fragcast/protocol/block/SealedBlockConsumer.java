package io.fragcast.protocol.block;

/**
 * Takes blocks as they were sealed. Used by one thread.
 */
@FunctionalInterface
public interface SealedBlockConsumer
{
    /**
     * Would a block of a height be of use now? Unless overridden any is.
     *
     * @param blockNumber its height.
     * @return false to be asked again later.
     */
    default boolean isSealedBlockDue(final long blockNumber)
    {
        return true;
    }

    /**
     * A block was sealed; its hash is that of its header.
     *
     * @param block valid during the call.
     */
    void onSealedBlock(SealedBlock block);
}
