package io.fragcast.crypto;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;

/**
 * A file with one private key: 64 hex digits, {@code 0x} in front or not, for its owner's eyes only. Each refusal is
 * an {@link IOException} whose message is the line to print; none holds anything of the key.
 */
public final class KeyFile
{
    private KeyFile()
    {
    }

    /**
     * Reads a key.
     *
     * @param file to read.
     * @return 32 bytes.
     * @throws IOException if there is none, others may read it, or it holds no key.
     */
    public static byte[] read(final Path file) throws IOException
    {
        final byte[] privateKey =
            OwnerFile.read("key file " + file, file, "make it by: fragcast keygen " + file);
        if (!Secp256k1.isPrivateKey(privateKey))
        {
            Arrays.fill(privateKey, (byte)0);
            throw new IOException("key file " + file + " holds a number that is no private key of secp256k1");
        }

        return privateKey;
    }

    /**
     * Writes a key to a new file, which nobody but its owner can read at any moment.
     *
     * @param file       to make; its folder must exist.
     * @param privateKey 32 bytes.
     * @throws IOException if the file exists or cannot be made.
     */
    public static void create(final Path file, final byte[] privateKey) throws IOException
    {
        if (!Secp256k1.isPrivateKey(privateKey))
        {
            throw new IllegalArgumentException("not a private key of secp256k1");
        }

        final String line = HexFormat.of().formatHex(privateKey) + "\n";
        try (SeekableByteChannel channel = Files.newByteChannel(
            file,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.SYNC),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))))
        {
            final ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.US_ASCII));
            while (bytes.hasRemaining())
            {
                channel.write(bytes);
            }
        }
        catch (final FileAlreadyExistsException ex)
        {
            throw new IOException("key file " + file + " exists already; it is never overwritten", ex);
        }
        catch (final NoSuchFileException ex)
        {
            throw new IOException("key file " + file + ": its folder does not exist", ex);
        }
    }
}
