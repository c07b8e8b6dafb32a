package io.fragcast.cli;

import io.fragcast.config.ConfigException;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The blocks that demo and play were asked for: of a file, or those inside the jar.
 */
final class BlockInput
{
    private static final String BUNDLED_BLOCKS = "/demo/blocks.jsonl.gz";

    private BlockInput()
    {
    }

    /**
     * The blocks of each chain, ascending; chains in the order in which the file names them first.
     *
     * @param file of blocks; null for those inside the jar.
     * @return at least one chain, each of at least one block.
     * @throws ConfigException if there is no block, or one that cannot be read: file and line are named.
     */
    static List<List<BlockRecord>> chains(final @Nullable Path file)
    {
        final Map<Long, List<BlockRecord>> byChain = new LinkedHashMap<>();
        for (final BlockRecord block : read(file))
        {
            byChain.computeIfAbsent(block.chainId(), (chainId) -> new ArrayList<>()).add(block);
        }
        if (byChain.isEmpty())
        {
            throw new ConfigException(file + ": no blocks");
        }
        final List<List<BlockRecord>> chains = new ArrayList<>(byChain.values());
        for (final List<BlockRecord> chain : chains)
        {
            chain.sort(Comparator.comparing(BlockRecord::number, Long::compareUnsigned));
        }

        return chains;
    }

    private static List<BlockRecord> read(final @Nullable Path file)
    {
        try
        {
            return null == file ? readBundled() : BlockFile.read(file);
        }
        catch (final IOException ex)
        {
            throw new ConfigException(String.valueOf(ex.getMessage()), ex);
        }
    }

    private static List<BlockRecord> readBundled() throws IOException
    {
        try (InputStream in = Objects.requireNonNull(
            BlockInput.class.getResourceAsStream(BUNDLED_BLOCKS), "the jar has no " + BUNDLED_BLOCKS))
        {
            return BlockFile.read(BUNDLED_BLOCKS, in);
        }
    }
}
