package io.fragcast.config;

import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Whom the node believes about its chain: which blocks were sealed, which are final.
 *
 * @param sealedUrl         JSON-RPC of a client that has the sealed blocks; null: none.
 * @param sealedFile        file that has them; null: none.
 * @param sealedIntervalMs  between two looks at either.
 * @param finalityUrl       JSON-RPC of a client that knows what is final; null: none.
 * @param finalityIntervalMs between two questions.
 */
public record ChainSourcesConfig(
    @Nullable URI sealedUrl,
    @Nullable Path sealedFile,
    int sealedIntervalMs,
    @Nullable URI finalityUrl,
    int finalityIntervalMs)
{
    static ChainSourcesConfig read(final NodeRole role, final Settings settings)
    {
        final boolean isReceiving = NodeRole.SEQUENCER != role;
        final Setting file = isReceiving ? settings.find(NodeOptions.SEALED_FILE) : null;
        final Path path = null == file ? null : Path.of(file.value());
        if (null != file && !Files.isReadable(path))
        {
            throw file.refuse("the file cannot be read");
        }

        return new ChainSourcesConfig(
            isReceiving ? url(settings, NodeOptions.SEALED_URL) : null,
            path,
            isReceiving ? settings.number(NodeOptions.SEALED_INTERVAL) : 0,
            url(settings, NodeOptions.FINALITY_URL),
            settings.number(NodeOptions.FINALITY_INTERVAL));
    }

    private static @Nullable URI url(final Settings settings, final Option option)
    {
        final Setting setting = settings.find(option);

        return null == setting ? null : Names.url(setting, setting.value(), "http://127.0.0.1:8545");
    }
}
