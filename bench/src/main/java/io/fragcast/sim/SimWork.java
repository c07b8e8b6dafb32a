package io.fragcast.sim;

import org.jspecify.annotations.Nullable;

import io.fragcast.cli.BlockRecord;

/** What a leader's builder is to build. */
interface SimWork
{
    /**
     * One block.
     *
     * @param block      whose transactions and fields it has.
     * @param parentHash that it names.
     * @param hash       that it has.
     */
    record Job(BlockRecord block, byte[] parentHash, byte[] hash)
    {
    }

    /**
     * The block that this leader is to build now.
     *
     * @return the block; null: nothing.
     */
    @Nullable Job next();

    /**
     * The leader sealed a block.
     *
     * @param blockNumber of it.
     */
    void onSealed(long blockNumber);

    /**
     * Will there ever be more to build?
     *
     * @return false if there may be.
     */
    boolean isOver();

    /**
     * Who leads may change while a block is built.
     *
     * @return true if its leader may refuse it.
     */
    boolean isRefusable();
}
