package io.fragcast.cli;

import io.fragcast.codecs.JournalKind;
import io.fragcast.journal.Journal;
import io.fragcast.journal.RecordView;
import io.fragcast.journal.chronicle.ChronicleJournal;
import io.fragcast.wire.FrameView;
import org.agrona.DirectBuffer;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What {@code journal ls} shows: a line a file, and their sum.
 */
final class JournalListing
{
    private static final String ROW = "%-24s %10s %10s %20s %20s %7s %10s%n";

    private final Path dir;
    private final ChronicleJournal journal;
    private final RecordView record = new RecordView();
    private final FrameView frame = new FrameView();
    private final Map<String, Contents> files = new TreeMap<>();

    JournalListing(final Path dir, final ChronicleJournal journal)
    {
        this.dir = dir;
        this.journal = journal;
    }

    void scan() throws IOException
    {
        try (Stream<Path> paths = Files.list(dir))
        {
            for (final Path path : paths.filter((file) -> file.toString().endsWith(".cq4")).toList())
            {
                files.put(path.getFileName().toString(), new Contents());
            }
        }
        journal.replay(Journal.START, this::onRecord);
    }

    void print(final PrintWriter out) throws IOException
    {
        out.printf(ROW, "file", "bytes", "records", "first block", "last block", "holes", "lost");
        final Contents total = new Contents();
        long totalBytes = 0;
        for (final Map.Entry<String, Contents> file : files.entrySet())
        {
            final long bytes = Files.size(dir.resolve(file.getKey()));
            file.getValue().print(out, file.getKey(), bytes);
            total.add(file.getValue());
            totalBytes += bytes;
        }
        total.print(out, files.size() + (1 == files.size() ? " file" : " files"), totalBytes);
    }

    private boolean onRecord(final long index, final DirectBuffer buffer, final int offset, final int length)
    {
        final Contents contents = files.computeIfAbsent(journal.fileName(index), (name) -> new Contents());
        contents.records++;
        if (record.tryWrap(buffer, offset, length))
        {
            if (JournalKind.HOLE == record.kind())
            {
                contents.holes++;
                contents.lost += record.count();
            }
            else if (JournalKind.FRAME == record.kind() &&
                frame.tryWrap(buffer, record.frameOffset(), record.frameLength()))
            {
                contents.onBlock(frame.blockNumber(), frame.blockNumber());
            }
        }

        return true;
    }

    private static final class Contents
    {
        private long records;
        private long holes;
        private long lost;
        private boolean hasBlocks;
        private long firstBlock;
        private long lastBlock;

        private void onBlock(final long first, final long last)
        {
            firstBlock = hasBlocks && Long.compareUnsigned(firstBlock, first) < 0 ? firstBlock : first;
            lastBlock = hasBlocks && Long.compareUnsigned(lastBlock, last) > 0 ? lastBlock : last;
            hasBlocks = true;
        }

        private void add(final Contents other)
        {
            records += other.records;
            holes += other.holes;
            lost += other.lost;
            if (other.hasBlocks)
            {
                onBlock(other.firstBlock, other.lastBlock);
            }
        }

        private void print(final PrintWriter out, final String name, final long bytes)
        {
            out.printf(
                Locale.ROOT,
                ROW,
                name,
                bytes,
                records,
                hasBlocks ? Long.toUnsignedString(firstBlock) : "-",
                hasBlocks ? Long.toUnsignedString(lastBlock) : "-",
                holes,
                lost);
        }
    }
}
