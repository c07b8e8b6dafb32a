package io.fragcast.crypto;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.HexFormat;
import java.util.Set;

/**
 * A file with 32 secret bytes: 64 hex digits, {@code 0x} in front or not, for its owner's eyes only. Each refusal is an
 * {@link IOException} whose message is the line to print; none holds anything of the secret.
 */
final class OwnerFile
{
    /** Far more than a secret needs: whoever names a wrong file gets an answer before it is read whole. */
    private static final int MAX_LENGTH = 256;
    private static final int DIGITS = 64;

    private OwnerFile()
    {
    }

    /**
     * Reads a secret.
     *
     * @param what the file is, with its name, for messages.
     * @param file to read.
     * @param hint what to do if there is none.
     * @return 32 bytes.
     * @throws IOException if there is none, others may read it, or it holds something else.
     */
    static byte[] read(final String what, final Path file, final String hint) throws IOException
    {
        try
        {
            checkPrivate(what, file);
            if (Files.size(file) > MAX_LENGTH)
            {
                throw noSecret(what);
            }

            return parse(what, Files.readString(file, StandardCharsets.US_ASCII).strip());
        }
        catch (final NoSuchFileException ex)
        {
            throw new IOException(what + " does not exist; " + hint, ex);
        }
        catch (final CharacterCodingException ex)
        {
            throw noSecret(what);
        }
    }

    private static void checkPrivate(final String what, final Path file) throws IOException
    {
        final Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
        int mode = 0;
        for (final PosixFilePermission permission : permissions)
        {
            mode |= 0400 >>> permission.ordinal();
        }
        if (0 != (mode & 0077))
        {
            throw new IOException(String.format("%s is readable by others (%04o); chmod 600 it", what, mode));
        }
    }

    private static byte[] parse(final String what, final String text) throws IOException
    {
        final String digits = text.startsWith("0x") ? text.substring(2) : text;
        if (DIGITS != digits.length() || !digits.chars().allMatch(HexFormat::isHexDigit))
        {
            throw noSecret(what);
        }

        return HexFormat.of().parseHex(digits);
    }

    private static IOException noSecret(final String what)
    {
        return new IOException(what + " does not hold 64 hex digits");
    }
}
