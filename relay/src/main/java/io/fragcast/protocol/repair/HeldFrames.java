package io.fragcast.protocol.repair;

/**
 * The frames that a node can give to others: recent ones from memory, older ones from the archive. Used by one thread,
 * which fills the memory too.
 */
public final class HeldFrames implements HeldItems
{
    private final RecentFrames memory;
    private final FrameArchive archive;
    private final WantResult newest = new WantResult();
    private long openBlock = RepairServer.NONE_OPEN;

    /**
     * Frames of a node.
     *
     * @param memory  of recent ones.
     * @param archive of older ones.
     */
    public HeldFrames(final RecentFrames memory, final FrameArchive archive)
    {
        this.memory = memory;
        this.archive = archive;
    }

    @Override
    public void onOpenBlock(final long blockNumber)
    {
        openBlock = blockNumber;
    }

    @Override
    public long oldestBlock()
    {
        return lower(memory.oldestBlock(), archive.oldestBlock());
    }

    @Override
    public long newestBlock()
    {
        final long highest = highestBlock();

        return FrameArchive.NO_BLOCK == highest || Long.compareUnsigned(highest, openBlock) <= 0 ? highest : openBlock;
    }

    private long highestBlock()
    {
        tellNewest(newest);
        final long inArchive = archive.newestBlock();
        if (0 == newest.newestIncarnation)
        {
            return inArchive;
        }

        return FrameArchive.NO_BLOCK != inArchive && Long.compareUnsigned(inArchive, newest.newestBlock) > 0 ?
            inArchive : newest.newestBlock;
    }

    @Override
    public Reader newReader(final Consumer consumer)
    {
        return new HeightReader(memory, archive, consumer);
    }

    void tellNewest(final WantResult result)
    {
        memory.attempts().tellNewest(result);
    }

    private static long lower(final long block, final long other)
    {
        if (FrameArchive.NO_BLOCK == block || FrameArchive.NO_BLOCK == other)
        {
            return FrameArchive.NO_BLOCK == block ? other : block;
        }

        return Long.compareUnsigned(block, other) < 0 ? block : other;
    }
}
