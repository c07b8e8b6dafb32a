package io.fragcast.cli.doctor;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What the kernel tells of itself under /proc and /sys.
 */
final class KernelFiles
{
    private static final int MAX_LENGTH = 64 << 10;

    private final Path root;

    /**
     * Reads below a root.
     *
     * @param root of the file system: {@code /}, or a folder that looks like one.
     */
    KernelFiles(final Path root)
    {
        this.root = root;
    }

    /** The whole of a file; empty if there is none, or it is not for this user. */
    Optional<String> text(final String file)
    {
        final Path path = root.resolve(file);
        if (!Files.isReadable(path))
        {
            return Optional.empty();
        }
        // Such a file may answer the first read alone, so it is read at once.
        final byte[] bytes = new byte[MAX_LENGTH];
        try (InputStream in = Files.newInputStream(path))
        {
            final int length = Math.max(0, in.read(bytes));

            return Optional.of(new String(bytes, 0, length, StandardCharsets.US_ASCII).strip());
        }
        catch (final IOException ex)
        {
            return Optional.empty();
        }
    }

    OptionalLong number(final String file)
    {
        final String text = text(file).orElse("");

        return text.matches("-?\\d{1,18}") ? OptionalLong.of(Long.parseLong(text)) : OptionalLong.empty();
    }

    OptionalLong sysctl(final String name)
    {
        return number("proc/sys/" + name.replace('.', '/'));
    }
}
