package io.fragcast.journal.chronicle;

import io.fragcast.journal.JournalNotes;
import net.openhft.chronicle.queue.RollCycle;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/**
 * Notes beside the roll files of a Chronicle Queue, in files of the same name: {@code length 4 | crc 4 | bytes}, one
 * after the other. What follows a note that was cut off is cut away when the next one is written.
 */
final class ChronicleNotes implements JournalNotes
{
    private static final String SUFFIX = ".notes";
    private static final int HEAD_LENGTH = 2 * Integer.BYTES;
    private static final long NO_ROLL = -1;

    private final Path dir;
    private final RollCycle rollCycle;
    private final Runnable onFileGone;
    private final CRC32 crc = new CRC32();
    private @Nullable FileChannel channel;
    private long channelRoll = NO_ROLL;

    /**
     * Notes of a queue.
     *
     * @param dir        folder of the queue.
     * @param rollCycle  of the queue.
     * @param onFileGone the queue looks at its folder anew.
     */
    ChronicleNotes(final Path dir, final RollCycle rollCycle, final Runnable onFileGone)
    {
        this.dir = dir;
        this.rollCycle = rollCycle;
        this.onFileGone = onFileGone;
    }

    @Override
    public long rollOf(final long index)
    {
        return rollCycle.toCycle(index);
    }

    @Override
    public long[] rolls()
    {
        try (Stream<Path> files = Files.list(dir))
        {
            return files
                .map((file) -> file.getFileName().toString())
                .filter((name) -> name.endsWith(ChronicleJournal.FILE_SUFFIX))
                .mapToLong((name) -> RollNames.roll(
                    rollCycle, name.substring(0, name.length() - ChronicleJournal.FILE_SUFFIX.length())))
                .sorted()
                .toArray();
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    @Override
    public long bytesOf(final long roll)
    {
        try
        {
            return Files.size(path(roll, ChronicleJournal.FILE_SUFFIX));
        }
        catch (final NoSuchFileException ex)
        {
            return 0;
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    @Override
    public void append(final long roll, final DirectBuffer buffer, final int offset, final int length)
    {
        final ByteBuffer note = ByteBuffer.allocate(HEAD_LENGTH + length).order(ByteOrder.LITTLE_ENDIAN);
        buffer.getBytes(offset, note, HEAD_LENGTH, length);
        note.putInt(0, length);
        note.putInt(Integer.BYTES, crcOf(note.array(), HEAD_LENGTH, length));
        note.clear();
        try
        {
            final FileChannel file = open(roll);
            while (note.hasRemaining())
            {
                file.write(note);
            }
        }
        catch (final IOException ex)
        {
            // The next one goes behind the last whole one.
            CloseHelper.quietClose(channel);
            channelRoll = NO_ROLL;
            throw new UncheckedIOException(ex);
        }
    }

    @Override
    public void read(final Consumer consumer)
    {
        for (final long roll : rolls())
        {
            final Path file = path(roll, SUFFIX);
            if (Files.isRegularFile(file))
            {
                try
                {
                    wholeLength(Files.readAllBytes(file), roll, consumer);
                }
                catch (final IOException ex)
                {
                    throw new UncheckedIOException(ex);
                }
            }
        }
    }

    @Override
    public void delete(final long roll)
    {
        try
        {
            // The notes last: what has no notes is read again, what has no records is not.
            Files.deleteIfExists(path(roll, ChronicleJournal.FILE_SUFFIX));
            Files.deleteIfExists(path(roll, SUFFIX));
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
        onFileGone.run();
    }

    @Override
    public void close()
    {
        CloseHelper.close(channel);
        channelRoll = NO_ROLL;
    }

    private FileChannel open(final long roll) throws IOException
    {
        FileChannel file = channel;
        if (null == file || channelRoll != roll)
        {
            CloseHelper.close(file);
            final Path path = path(roll, SUFFIX);
            file = FileChannel.open(
                path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            channel = file;
            channelRoll = roll;
            final int whole = wholeLength(Files.readAllBytes(path), roll, (number, buffer, offset, length) -> {});
            file.truncate(whole);
            file.position(whole);
        }

        return file;
    }

    /** Hands over the whole notes of a file, and says where the last one ends. */
    private int wholeLength(final byte[] bytes, final long roll, final Consumer consumer)
    {
        final UnsafeBuffer buffer = new UnsafeBuffer(bytes);
        int position = 0;
        while (bytes.length - position >= HEAD_LENGTH)
        {
            final int length = buffer.getInt(position, ByteOrder.LITTLE_ENDIAN);
            final int start = position + HEAD_LENGTH;
            if (length <= 0 || length > bytes.length - start ||
                crcOf(bytes, start, length) != buffer.getInt(position + Integer.BYTES, ByteOrder.LITTLE_ENDIAN))
            {
                break;
            }
            consumer.onNote(roll, buffer, start, length);
            position = start + length;
        }

        return position;
    }

    private int crcOf(final byte[] bytes, final int offset, final int length)
    {
        crc.reset();
        crc.update(bytes, offset, length);

        return (int)crc.getValue();
    }

    private Path path(final long roll, final String suffix)
    {
        return dir.resolve(RollNames.name(rollCycle, roll) + suffix);
    }
}
