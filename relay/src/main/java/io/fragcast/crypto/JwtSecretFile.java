package io.fragcast.crypto;

import java.io.IOException;
import java.nio.file.Path;

/**
 * The file with the secret that an execution client shares with those who may use its Engine API, as geth writes it: 64
 * hex digits, {@code 0x} in front or not, for its owner's eyes only.
 */
public final class JwtSecretFile
{
    private JwtSecretFile()
    {
    }

    /**
     * Reads a secret.
     *
     * @param file to read.
     * @return 32 bytes.
     * @throws IOException if there is none, others may read it, or it holds something else; its message is the line to
     *                     print.
     */
    public static byte[] read(final Path file) throws IOException
    {
        return OwnerFile.read("JWT secret file " + file, file, "name the one that the execution client was given");
    }
}
