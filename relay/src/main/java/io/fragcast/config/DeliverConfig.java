package io.fragcast.config;

import java.net.URI;
import java.nio.file.Path;

/**
 * Where a replica's verified blocks go.
 */
public sealed interface DeliverConfig
{
    /**
     * JSON lines to standard output.
     */
    record JsonLinesToStdout() implements DeliverConfig
    {
    }

    /**
     * JSON lines to a file, each block exactly once.
     *
     * @param file to append to.
     */
    record JsonLinesToFile(Path file) implements DeliverConfig
    {
    }

    /**
     * Messages on an Aeron IPC channel.
     *
     * @param channel Aeron URI.
     */
    record Ipc(String channel) implements DeliverConfig
    {
    }

    /**
     * Calls of an execution client's Engine API.
     *
     * @param uri           of the API.
     * @param jwtSecretFile that the client has too; checked to be its owner's alone.
     * @param timeoutMs     after which a call is taken for lost.
     */
    record Engine(URI uri, Path jwtSecretFile, int timeoutMs) implements DeliverConfig
    {
    }
}
