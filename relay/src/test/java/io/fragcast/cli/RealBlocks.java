package io.fragcast.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;

/**
 * The real blocks among the test resources.
 */
public final class RealBlocks
{
    /** One file a chain. */
    public static final List<String> FILES = List.of(
        "ethereum-mainnet", "op-mainnet", "op-sepolia", "rise-mainnet", "scroll-mainnet", "unichain-sepolia");

    private RealBlocks()
    {
    }

    /**
     * Reads the blocks of a chain.
     *
     * @param file of {@link #FILES}.
     * @return its blocks, ascending.
     */
    public static List<BlockRecord> read(final String file)
    {
        final String name = "/blocks/" + file + ".jsonl.gz";
        try (InputStream in = RealBlocks.class.getResourceAsStream(name))
        {
            return BlockFile.read(name, Objects.requireNonNull(in, name));
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }
}
