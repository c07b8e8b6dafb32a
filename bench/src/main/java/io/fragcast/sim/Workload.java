package io.fragcast.sim;

import io.fragcast.cli.BlockFile;
import io.fragcast.cli.BlockRecord;
import io.fragcast.crypto.Secp256k1;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What runs share: the real blocks that they publish, read once from the demo's file, and the curve. Immutable.
 */
public final class Workload
{
    private static final String RESOURCE = "/demo/blocks.jsonl.gz";
    private static final long OP_MAINNET = 10;
    private static final long ETHEREUM = 1;

    private final List<BlockRecord> small;
    private final List<BlockRecord> large;

    private final Secp256k1 curve = Secp256k1.load();

    private Workload(final List<BlockRecord> small, final List<BlockRecord> large)
    {
        this.small = small;
        this.large = large;
    }

    /**
     * Reads the blocks.
     *
     * @return the workload.
     */
    public static Workload load()
    {
        try (InputStream in = Workload.class.getResourceAsStream(RESOURCE))
        {
            if (null == in)
            {
                throw new IOException("no resource " + RESOURCE);
            }
            final List<BlockRecord> small = new ArrayList<>();
            final List<BlockRecord> large = new ArrayList<>();
            for (final BlockRecord block : BlockFile.read(RESOURCE, in))
            {
                if (OP_MAINNET == block.chainId())
                {
                    small.add(block);
                }
                else if (ETHEREUM == block.chainId())
                {
                    large.add(block);
                }
            }

            return new Workload(List.copyOf(small), List.copyOf(large));
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    /**
     * Makes signers and verifiers.
     *
     * @return the curve.
     */
    public Secp256k1 curve()
    {
        return curve;
    }

    /**
     * A chain of real blocks. Where it is longer than the run in the file, the same blocks follow again, at the next
     * heights and with their hashes made anew.
     *
     * @param isLarge blocks of Ethereum Mainnet, else of OP Mainnet.
     * @param count   of blocks.
     * @return the chain, each block the child of the one before.
     */
    public List<BlockRecord> chain(final boolean isLarge, final int count)
    {
        final List<BlockRecord> run = isLarge ? large : small;
        final List<BlockRecord> chain = new ArrayList<>(count);
        for (int i = 0; i < count; i++)
        {
            final BlockRecord block = run.get(i % run.size());
            if (i < run.size())
            {
                chain.add(block);
            }
            else
            {
                final BlockRecord parent = chain.get(i - 1);
                chain.add(block.at(parent.number() + 1, parent.hash()));
            }
        }

        return chain;
    }
}
