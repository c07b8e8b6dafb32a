package io.fragcast.journal.chronicle;

import com.sun.management.ThreadMXBean;
import io.fragcast.journal.Journal;
import io.fragcast.journal.JournalConfig;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ChronicleJournalTest
{
    private static final int MAX_LENGTH = 65_000;
    private static final int NOT_COMPLETE = 0x8000_0000;

    @TempDir
    Path dir;

    private final Random random = new Random(4670);
    private final UnsafeBuffer direct = new UnsafeBuffer(ByteBuffer.allocateDirect(MAX_LENGTH));
    private final List<byte[]> appended = new ArrayList<>();
    private final List<Long> indexes = new ArrayList<>();

    @Test
    void shouldReplayExactlyWhatWasAppended()
    {
        try (ChronicleJournal journal = open())
        {
            append(journal, 500);
            assertReplay(journal);
        }
        try (ChronicleJournal journal = open())
        {
            assertReplay(journal);
            append(journal, 500);
            assertReplay(journal);
        }
        try (ChronicleJournal journal = ChronicleJournal.openReadOnly(dir))
        {
            assertReplay(journal);
        }
        assertThat(appended.stream().mapToLong((bytes) -> bytes.length).sum())
            .as("more than several blocks").isGreaterThan(8L * JournalConfig.SMALL_BLOCK_LENGTH);
    }

    @Test
    void shouldReplayFromAnIndex()
    {
        try (ChronicleJournal journal = open())
        {
            append(journal, 100);
            assertThat(indexesFrom(journal, indexes.get(40))).isEqualTo(indexes.subList(40, 100));
            assertThat(indexesFrom(journal, indexes.get(99))).isEqualTo(indexes.subList(99, 100));
            assertThat(indexesFrom(journal, indexes.get(99) + 1)).isEmpty();
            assertThat(indexesFrom(journal, indexes.get(0) - 1)).isEqualTo(indexes);
            assertThat(indexesFrom(journal, 1)).isEqualTo(indexes);
            assertThat(indexesFrom(journal, Journal.START)).isEqualTo(indexes);
        }
    }

    @Test
    void shouldEndAReplayWhenTheConsumerHasEnough()
    {
        try (ChronicleJournal journal = open())
        {
            append(journal, 10);
            final List<Long> seen = new ArrayList<>();
            final long count = journal.replay(Journal.START, (index, buffer, offset, length) ->
            {
                seen.add(index);
                return seen.size() < 3;
            });

            assertThat(count).isEqualTo(3);
            assertThat(seen).isEqualTo(indexes.subList(0, 3));
        }
    }

    @Test
    void shouldTakeBytesOnTheHeap()
    {
        try (ChronicleJournal journal = open())
        {
            final byte[] bytes = new byte[3_000];
            random.nextBytes(bytes);
            indexes.add(journal.append(new UnsafeBuffer(bytes), 500, 1_000));
            appended.add(Arrays.copyOfRange(bytes, 500, 1_500));
            assertReplay(journal);
        }
    }

    @Test
    void shouldBeReadableWhileItIsAppendedTo()
    {
        try (ChronicleJournal journal = open();
            ChronicleJournal reader = ChronicleJournal.openReadOnly(dir))
        {
            append(journal, 200);
            assertReplay(reader);
            append(journal, 200);
            assertReplay(reader);
            assertThatThrownBy(() -> reader.append(direct, 0, 1)).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void shouldNameTheFileOfARecord()
    {
        try (ChronicleJournal journal = open())
        {
            append(journal, 1);
            assertThat(dir.resolve(journal.fileName(indexes.get(0)))).isRegularFile();
        }
    }

    @Test
    void shouldHaveOneWriter()
    {
        try (ChronicleJournal journal = open())
        {
            append(journal, 1);
            assertThatThrownBy(this::open)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("appends to this journal already");
        }
        open().close();
    }

    @Test
    void shouldRefuseToReadWhereNoJournalIs()
    {
        assertThatThrownBy(() -> ChronicleJournal.openReadOnly(dir))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("no journal here");
        assertThat(dir).isEmptyDirectory();
    }

    /**
     * What a process leaves that is killed while it makes a file: Chronicle marks a length word "not complete" first.
     */
    @ParameterizedTest
    @CsvSource({
        "metadata.cq4t, EMPTY",
        "metadata.cq4t, ZEROS",
        "metadata.cq4t, NOT_COMPLETE",
        "cq4, EMPTY",
        "cq4, ZEROS",
        "cq4, NOT_COMPLETE"})
    void shouldBeginAgainWithAFileThatWasNeverFinished(final String suffix, final String state) throws IOException
    {
        try (ChronicleJournal journal = open())
        {
            append(journal, 3);
        }
        final Path file;
        try (Stream<Path> files = Files.list(dir))
        {
            file = files.filter((path) -> path.toString().endsWith(suffix)).findFirst().orElseThrow();
        }
        final ByteBuffer header = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE))
        {
            final long size = channel.size();
            channel.truncate(0);
            switch (state)
            {
                case "EMPTY" ->
                {
                }
                case "ZEROS" -> channel.write(header, size - 4);
                case "NOT_COMPLETE" ->
                {
                    channel.write(ByteBuffer.allocate(1), size - 1);
                    channel.write(header.putInt(0, NOT_COMPLETE), 0);
                }
                default -> throw new IllegalArgumentException(state);
            }
        }
        if (!"metadata.cq4t".equals(suffix))
        {
            appended.clear();
            indexes.clear();
        }

        final long startNs = System.nanoTime();
        try (ChronicleJournal journal = open())
        {
            assertReplay(journal);
            append(journal, 1);
            assertReplay(journal);
        }
        assertThat(System.nanoTime() - startNs).isLessThan(TimeUnit.SECONDS.toNanos(2));
    }

    @Test
    void shouldStartSmall() throws IOException
    {
        try (ChronicleJournal journal = open())
        {
            append(journal, 1);
        }
        long bytes = 0;
        try (Stream<Path> files = Files.list(dir))
        {
            for (final Path file : files.toList())
            {
                bytes += Files.size(file);
            }
        }
        assertThat(bytes).isLessThan(2 * JournalConfig.SMALL_BLOCK_LENGTH);
    }

    @Test
    void shouldAppendWithoutGarbage()
    {
        try (ChronicleJournal journal = open())
        {
            final ThreadMXBean threads = (ThreadMXBean)ManagementFactory.getThreadMXBean();
            final long threadId = Thread.currentThread().getId();
            final int appends = 20_000;
            for (int i = 0; i < appends; i++)
            {
                journal.append(direct, 0, 500);
            }
            final long before = threads.getThreadAllocatedBytes(threadId);
            for (int i = 0; i < appends; i++)
            {
                journal.append(direct, 0, 500);
            }
            final long allocated = threads.getThreadAllocatedBytes(threadId) - before;

            // What is left is the mapping of a block of 1 MiB every 2,000 appends.
            assertThat((double)allocated / appends).isLessThan(2.0);
        }
    }

    private ChronicleJournal open()
    {
        return ChronicleJournal.open(JournalConfig.small(dir, JournalConfig.MIN_RING_LENGTH));
    }

    private void append(final Journal journal, final int count)
    {
        for (int i = 0; i < count; i++)
        {
            final byte[] bytes = new byte[1 + random.nextInt(0 == i % 50 ? MAX_LENGTH - 1 : 40_000)];
            random.nextBytes(bytes);
            direct.putBytes(0, bytes);
            final long index = journal.append(direct, 0, bytes.length);
            if (!indexes.isEmpty())
            {
                assertThat(index).isGreaterThan(indexes.get(indexes.size() - 1));
            }
            appended.add(bytes);
            indexes.add(index);
        }
    }

    private void assertReplay(final Journal journal)
    {
        final List<byte[]> replayed = new ArrayList<>();
        final List<Long> replayedIndexes = new ArrayList<>();
        final long count = journal.replay(Journal.START, (index, buffer, offset, length) ->
        {
            final byte[] bytes = new byte[length];
            buffer.getBytes(offset, bytes);
            replayed.add(bytes);
            replayedIndexes.add(index);
            return true;
        });

        assertThat(count).isEqualTo(appended.size());
        assertThat(replayedIndexes).isEqualTo(indexes);
        for (int i = 0; i < appended.size(); i++)
        {
            assertThat(Arrays.equals(replayed.get(i), appended.get(i))).as("record %d", i).isTrue();
        }
    }

    private static List<Long> indexesFrom(final Journal journal, final long fromIndex)
    {
        final List<Long> seen = new ArrayList<>();
        journal.replay(fromIndex, (index, buffer, offset, length) -> seen.add(index));

        return seen;
    }
}
