package io.fragcast.edge.chain;

import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.nio.file.Path;

/**
 * Whom a node believes about its chain.
 *
 * @param sealed         client that has the sealed blocks; null: none.
 * @param file           of sealed blocks; null: none.
 * @param fileIntervalNs between two looks whether the file has grown.
 * @param finalized      client that knows what is final; null: none.
 * @param isFromHolders  are holders asked for the sealed blocks that leaders signed?
 */
public record ChainConfig(
    @Nullable Client sealed,
    @Nullable Path file,
    long fileIntervalNs,
    @Nullable Client finalized,
    boolean isFromHolders)
{
    /** Nobody. */
    public static final ChainConfig NONE = new ChainConfig(null, null, 0, null);
    /** Leaders alone, by holders. */
    public static final ChainConfig HOLDERS = new ChainConfig(null, null, 0, null, true);

    /**
     * No holders.
     *
     * @param sealed         client that has the sealed blocks; null: none.
     * @param file           of sealed blocks; null: none.
     * @param fileIntervalNs between two looks whether the file has grown.
     * @param finalized      client that knows what is final; null: none.
     */
    public ChainConfig(
        @Nullable final Client sealed,
        @Nullable final Path file,
        final long fileIntervalNs,
        @Nullable final Client finalized)
    {
        this(sealed, file, fileIntervalNs, finalized, false);
    }

    /**
     * One client.
     *
     * @param uri        of its JSON-RPC, such as {@code http://127.0.0.1:8545}.
     * @param intervalNs between two questions.
     */
    public record Client(URI uri, long intervalNs)
    {
    }

    /**
     * Is a client or a file asked?
     *
     * @return false if there is nothing to do.
     */
    public boolean isAny()
    {
        return null != sealed || null != file || null != finalized;
    }
}
