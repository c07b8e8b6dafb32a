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
 * @param isFromHolders     are holders asked for sealed blocks?
 * @param finalityUrl       JSON-RPC of a client that knows what is final; null: none.
 * @param finalityIntervalMs between two questions.
 */
public record ChainSourcesConfig(
    @Nullable URI sealedUrl,
    @Nullable Path sealedFile,
    int sealedIntervalMs,
    boolean isFromHolders,
    @Nullable URI finalityUrl,
    int finalityIntervalMs)
{
    static ChainSourcesConfig read(final NodeRole role, final Settings settings)
    {
        final Setting file = settings.find(NodeOptions.SEALED_FILE);
        final Path path = null == file ? null : Path.of(file.value());
        if (null != file && !Files.isReadable(path))
        {
            throw file.refuse("the file cannot be read");
        }

        return new ChainSourcesConfig(
            url(settings, NodeOptions.SEALED_URL),
            path,
            settings.number(NodeOptions.SEALED_INTERVAL),
            NodeRole.REPLICA == role && "ask".equals(settings.choice(NodeOptions.SEALED_HOLDERS)),
            url(settings, NodeOptions.FINALITY_URL),
            settings.number(NodeOptions.FINALITY_INTERVAL));
    }

    private static @Nullable URI url(final Settings settings, final Option option)
    {
        final Setting setting = settings.find(option);

        return null == setting ? null : Names.url(setting, setting.value(), "http://127.0.0.1:8545");
    }
}
