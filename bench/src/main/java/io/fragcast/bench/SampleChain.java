package io.fragcast.bench;

import io.fragcast.Env;
import io.fragcast.Seal;
import io.fragcast.TxSource;
import io.fragcast.ethereum.OrderedTrieRoot;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.Random;

/**
 * A chain of blocks that replicas verify: every frag holds the same random transactions, so every block has the same
 * transactions root; hashes of blocks are their numbers.
 */
public final class SampleChain implements TxSource
{
    private static final long SEED = 4670;
    private static final int HASH_LENGTH = 32;
    private static final int ADDRESS_LENGTH = 20;
    private static final long GAS_LIMIT = 30_000_000;
    private static final byte[] ZERO_HASH = new byte[HASH_LENGTH];
    private static final byte[] ZERO_ADDRESS = new byte[ADDRESS_LENGTH];
    private static final byte[] NO_BYTES = new byte[0];

    private final int txCount;
    private final int txLength;
    private final int fragsPerBlock;
    private final UnsafeBuffer txs;
    private final byte[] transactionsRoot = new byte[HASH_LENGTH];

    /**
     * A chain of one shape.
     *
     * @param txCount       transactions a frag.
     * @param txLength      length of each, bytes.
     * @param fragsPerBlock frags a block.
     */
    public SampleChain(final int txCount, final int txLength, final int fragsPerBlock)
    {
        this.txCount = txCount;
        this.txLength = txLength;
        this.fragsPerBlock = fragsPerBlock;
        final byte[] bytes = new byte[txCount * txLength];
        new Random(SEED).nextBytes(bytes);
        txs = new UnsafeBuffer(bytes);

        final OrderedTrieRoot root = new OrderedTrieRoot();
        for (int i = 0; i < fragsPerBlock * txCount; i++)
        {
            root.add(txs, i % txCount * txLength, txLength);
        }
        root.root(transactionsRoot);
    }

    /**
     * Hash of a block.
     *
     * @param blockNumber of it.
     * @return 32 bytes.
     */
    public static byte[] blockHash(final long blockNumber)
    {
        final byte[] hash = new byte[HASH_LENGTH];
        new UnsafeBuffer(hash).putLong(0, blockNumber);

        return hash;
    }

    /**
     * Opens a block.
     *
     * @param blockNumber of it.
     * @return its Env.
     */
    public Env env(final long blockNumber)
    {
        return new Env(
            blockNumber,
            blockHash(blockNumber - 1),
            ZERO_ADDRESS,
            blockNumber,
            GAS_LIMIT,
            1,
            ZERO_HASH,
            ZERO_HASH,
            NO_BYTES,
            ZERO_HASH,
            NO_BYTES);
    }

    /**
     * Closes a block.
     *
     * @param blockNumber of it.
     * @return its Seal.
     */
    public Seal seal(final long blockNumber)
    {
        return new Seal(
            fragsPerBlock,
            blockNumber,
            0,
            GAS_LIMIT,
            blockHash(blockNumber - 1),
            transactionsRoot,
            ZERO_HASH,
            ZERO_HASH,
            blockHash(blockNumber),
            NO_BYTES);
    }

    @Override
    public int txCount()
    {
        return txCount;
    }

    @Override
    public int txLength(final int index)
    {
        return txLength;
    }

    @Override
    public void writeTx(final int index, final MutableDirectBuffer target, final int offset)
    {
        target.putBytes(offset, txs, index * txLength, txLength);
    }
}
