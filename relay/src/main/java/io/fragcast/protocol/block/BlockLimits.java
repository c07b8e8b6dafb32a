package io.fragcast.protocol.block;

/**
 * The numbers of DESIGN §4.2: what a node holds at most, and what it refuses.
 *
 * @param maxBodyLength      of one frag, bytes.
 * @param maxTxLength        of one transaction, bytes.
 * @param maxTxsPerFrag      transactions of one frag.
 * @param maxFragsPerBlock   frags of one attempt.
 * @param windowBlocks       blocks past the highest sealed block of the run that are taken.
 * @param slabBytes          body bytes a node holds in all.
 * @param attemptBytes       body bytes one attempt may hold.
 */
public record BlockLimits(
    int maxBodyLength,
    int maxTxLength,
    int maxTxsPerFrag,
    int maxFragsPerBlock,
    int windowBlocks,
    int slabBytes,
    int attemptBytes)
{
    /** 4 MiB: what header x page x chunk holds at MTU 1408 (57 x 65 x 1,304 bytes), rounded down. */
    public static final int MAX_BODY_LENGTH = 4 << 20;
    /** The longest transaction that any client takes by default. */
    public static final int DEFAULT_MAX_TX_LENGTH = 128 << 10;
    /** The most that {@code max-tx-length} may be set to. */
    public static final int HARD_MAX_TX_LENGTH = 1 << 20;
    /** What the group's u16 count holds; 65,535 is its null. */
    public static final int MAX_TXS_PER_FRAG = 65_534;
    /** One frag every 2 ms for a 2 s block, next power of two. */
    public static final int MAX_FRAGS_PER_BLOCK = 1_024;
    /** Two minutes of 2 s blocks. */
    public static final int WINDOW_BLOCKS = 64;

    /**
     * The limits of a production node: 256 MiB of bodies, 64 MiB an attempt.
     *
     * @return the limits.
     */
    public static BlockLimits production()
    {
        return withSlab(256 << 20, 64 << 20);
    }

    /**
     * The same limits over a slab of another size.
     *
     * @param slabBytes    body bytes of the node.
     * @param attemptBytes body bytes of one attempt.
     * @return the limits.
     */
    public static BlockLimits withSlab(final int slabBytes, final int attemptBytes)
    {
        return new BlockLimits(
            MAX_BODY_LENGTH,
            DEFAULT_MAX_TX_LENGTH,
            MAX_TXS_PER_FRAG,
            MAX_FRAGS_PER_BLOCK,
            WINDOW_BLOCKS,
            slabBytes,
            attemptBytes);
    }
}
