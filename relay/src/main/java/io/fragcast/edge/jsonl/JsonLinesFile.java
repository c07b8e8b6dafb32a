package io.fragcast.edge.jsonl;

import io.fragcast.edge.DeliveryCursor;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file of JSON lines as a crash may leave it: whole lines, then perhaps a torn one.
 */
final class JsonLinesFile
{
    /** How every line of ours begins. */
    static final String LINE_START = "{\"kind\":\"";

    private static final int BLOCK_LENGTH = 64 << 10;
    private static final long NO_LINE = -1;

    private JsonLinesFile()
    {
    }

    /** Opens for reading and writing and keeps others out. */
    static FileChannel open(final Path file) throws IOException
    {
        final FileChannel channel = FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try
        {
            if (null == channel.tryLock())
            {
                throw new IOException(file + " is in use by another process");
            }
        }
        catch (final OverlappingFileLockException ex)
        {
            channel.close();
            throw new IOException(file + " is in use by this process", ex);
        }
        catch (final IOException ex)
        {
            channel.close();
            throw ex;
        }

        return channel;
    }

    /** Cuts a torn last line, goes to the end, and tells how far the file is; null where it is empty. */
    static @Nullable DeliveryCursor resume(final Path file, final FileChannel channel) throws IOException
    {
        final long size = channel.size();
        final long lastEnd = newlineBefore(channel, size);
        final long tornStart = lastEnd + 1;
        if (!startsLikeOurs(channel, 0, size) || !startsLikeOurs(channel, tornStart, size))
        {
            throw notOurs(file);
        }

        DeliveryCursor position = null;
        for (long end = lastEnd; NO_LINE != end && null == position;)
        {
            final long start = newlineBefore(channel, end) + 1;
            final byte[] line = read(channel, start, (int) (end - start));
            if (!LinePosition.isAside(line))
            {
                position = LinePosition.parse(line);
                if (null == position)
                {
                    throw notOurs(file);
                }
            }
            end = start - 1;
        }
        channel.truncate(tornStart);
        channel.position(tornStart);

        return position;
    }

    private static IOException notOurs(final Path file)
    {
        return new IOException(file + " holds something else than the lines of a replica; name another file");
    }

    /** Where the last newline before a position stands. */
    private static long newlineBefore(final FileChannel channel, final long position) throws IOException
    {
        for (long end = position; end > 0; end -= BLOCK_LENGTH)
        {
            final long start = Math.max(0, end - BLOCK_LENGTH);
            final byte[] block = read(channel, start, (int) (end - start));
            for (int i = block.length - 1; i >= 0; i--)
            {
                if ('\n' == block[i])
                {
                    return start + i;
                }
            }
        }

        return NO_LINE;
    }

    private static boolean startsLikeOurs(final FileChannel channel, final long start, final long end)
        throws IOException
    {
        final byte[] bytes = read(channel, start, (int) Math.min(LINE_START.length(), end - start));

        return LINE_START.startsWith(new String(bytes, StandardCharsets.ISO_8859_1));
    }

    private static byte[] read(final FileChannel channel, final long start, final int length) throws IOException
    {
        final ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining())
        {
            if (channel.read(bytes, start + bytes.position()) < 0)
            {
                throw new IOException("the file shrank while it was read");
            }
        }

        return bytes.array();
    }
}
