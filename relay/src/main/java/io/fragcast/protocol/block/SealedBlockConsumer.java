package io.fragcast.protocol.block;

/**
 * Takes blocks as they were sealed. Used by one thread.
 */
public interface SealedBlockConsumer
{
    /**
     * Would a block of a height be of use now?
     *
     * @param blockNumber its height.
     * @return false to be asked again later.
     */
    boolean isSealedBlockDue(long blockNumber);

    /**
     * A block was sealed; its hash is that of its header.
     *
     * @param block valid during the call.
     */
    void onSealedBlock(SealedBlock block);
}
