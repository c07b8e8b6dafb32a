package io.fragcast.journal.chronicle;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.journal.AcceptedFrames;
import io.fragcast.journal.JournalArchive;
import io.fragcast.journal.JournalConfig;
import io.fragcast.journal.JournalRing;
import io.fragcast.protocol.block.TestBlock;
import io.fragcast.protocol.block.TestFrame;
import io.fragcast.protocol.block.TestSigner;
import io.fragcast.protocol.repair.AnswerLimits;
import io.fragcast.protocol.repair.AnswerState;
import io.fragcast.protocol.repair.FrameArchive;
import io.fragcast.protocol.repair.HoleKind;
import io.fragcast.protocol.repair.HoleList;
import io.fragcast.protocol.repair.RecentFrames;
import io.fragcast.protocol.repair.RecordingAnswerSender;
import io.fragcast.protocol.repair.RepairServer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goal: what the journal holds is served, while the journal grows and after the node was started anew. Real files.
 */
class JournalArchiveTest
{
    private static final int TERM = 1;
    private static final long INCARNATION = 1_000;
    private static final int SESSION_ID = 5;
    private static final int CAPACITY = 64;

    @TempDir
    Path dir;

    private final Counters counters = Counters.inMemory();
    private final JournalRing ring = new JournalRing(JournalConfig.MIN_RING_LENGTH, counters);
    private long nowNs;

    @Test
    void shouldHandOverTheFramesOfAHeightInStepsHoweverSmall()
    {
        try (ChronicleJournal journal = open(); JournalArchive archive = archive())
        {
            assertThat(archive.follow(10)).as("an empty journal").isZero();
            assertThat(archive.oldestBlock()).isEqualTo(FrameArchive.NO_BLOCK);
            final List<TestFrame> seven = block(7);
            final List<TestFrame> eight = block(8);
            journal(journal, seven.subList(0, 20));
            journal(journal, eight.subList(0, 5));
            journal(journal, seven.subList(20, seven.size()));
            journal(journal, eight.subList(5, eight.size()));
            followAll(archive);

            assertThat(archive.has(7)).isTrue();
            assertThat(archive.has(9)).isFalse();
            assertThat(archive.oldestBlock()).isEqualTo(7);
            assertThat(read(archive, 7, 1_000)).isEqualTo(texts(seven));
            assertThat(read(archive, 7, 1)).isEqualTo(texts(seven));
            assertThat(read(archive, 8, 3)).isEqualTo(texts(eight));
            assertThat(read(archive, 9, 3)).isEmpty();
        }
    }

    @Test
    void shouldReadTwoHeightsByTurnsAndHandOverAgainWhatWasNotTaken()
    {
        try (ChronicleJournal journal = open(); JournalArchive archive = archive())
        {
            final List<TestFrame> seven = block(7);
            final List<TestFrame> eight = block(8);
            journal(journal, seven);
            journal(journal, eight);
            followAll(archive);
            final List<String> sevens = new ArrayList<>();
            final List<String> eights = new ArrayList<>();
            final boolean[] isTaking = {false};
            long sevenAt = FrameArchive.START;
            long eightAt = FrameArchive.START;
            while (FrameArchive.END != sevenAt || FrameArchive.END != eightAt)
            {
                if (FrameArchive.END != sevenAt)
                {
                    sevenAt = archive.read(7, sevenAt, 3, (name, buffer, offset, length) ->
                    {
                        isTaking[0] = !isTaking[0];
                        return isTaking[0] && sevens.add(text(buffer, offset, length));
                    });
                }
                if (FrameArchive.END != eightAt)
                {
                    eightAt = archive.read(8, eightAt, 4, (name, buffer, offset, length) ->
                        eights.add(text(buffer, offset, length)));
                }
            }

            assertThat(sevens).isEqualTo(texts(seven));
            assertThat(eights).isEqualTo(texts(eight));
        }
    }

    @Test
    void shouldKnowTheJournalAgainAfterARestartWhileItGrows()
    {
        try (ChronicleJournal journal = open())
        {
            journal(journal, block(7));
        }
        try (ChronicleJournal journal = open(); JournalArchive archive = archive())
        {
            assertThat(archive.has(7)).as("not followed yet").isFalse();
            assertThat(archive.follow(1)).isEqualTo(1);
            assertThat(archive.has(7)).isTrue();
            followAll(archive);
            journal(journal, block(8));
            followAll(archive);

            assertThat(read(archive, 7, 10)).isEqualTo(texts(block(7)));
            assertThat(read(archive, 8, 10)).isEqualTo(texts(block(8)));
        }
    }

    @Test
    void shouldGiveUpTheHeightBeforeWhereTwoShareASlot()
    {
        try (ChronicleJournal journal = open(); JournalArchive archive = archive())
        {
            journal(journal, block(7).subList(0, 3));
            for (int i = 1; i < CAPACITY; i++)
            {
                journal(journal, block(7 + i).subList(0, 3));
            }
            followAll(archive);
            assertThat(archive.has(7)).isTrue();
            assertThat(archive.oldestBlock()).isEqualTo(7);
            assertThat(counters.value(FragcastCounter.REPAIR_ARCHIVE_EVICTED)).isZero();

            journal(journal, block(7 + CAPACITY).subList(0, 3));
            followAll(archive);
            assertThat(archive.has(7)).isFalse();
            assertThat(archive.has(8)).isTrue();
            assertThat(archive.has(7 + CAPACITY)).isTrue();
            assertThat(archive.oldestBlock()).isEqualTo(8);
            assertThat(counters.value(FragcastCounter.REPAIR_ARCHIVE_EVICTED)).isEqualTo(1);
        }
    }

    /** The whole way: ring, memory that is too small, journal, reopened journal, answer. */
    @Test
    void shouldServeWhatMemoryNoLongerHasAlsoAfterARestart()
    {
        final int blocks = 60;
        try (ChronicleJournal journal = open(); JournalArchive archive = archive())
        {
            final RecentFrames memory = new RecentFrames(RecentFrames.MIN_LENGTH, counters);
            final JournalRing memoryRing = new JournalRing(
                JournalConfig.MIN_RING_LENGTH, counters.get(FragcastCounter.REPAIR_MEMORY_LOST));
            final AcceptedFrames accepted = new AcceptedFrames(memoryRing, memory);
            for (int number = 1; number <= blocks; number++)
            {
                journal(journal, block(number));
                block(number).forEach((frame) ->
                    memoryRing.onAccepted(frame.buffer(), 0, frame.buffer().capacity(), SESSION_ID, 0, 1));
                // A ring hands over what lies before its end, then what lies after.
                accepted.drain(1_000);
                accepted.drain(1_000);
                followAll(archive);
            }

            assertThat(memory.oldestBlock()).isGreaterThan(20);
            assertServes(memory, archive, blocks);
            assertThat(counters.value(FragcastCounter.REPAIR_MEMORY_LOST)).isZero();
        }
        try (ChronicleJournal journal = open(); JournalArchive archive = archive())
        {
            final RecentFrames memory = new RecentFrames(RecentFrames.MIN_LENGTH, counters);
            journal(journal, block(blocks + 1));
            followAll(archive);
            assertServes(memory, archive, blocks);
        }
    }

    private void assertServes(final RecentFrames memory, final JournalArchive archive, final int blocks)
    {
        final RecordingAnswerSender sender = new RecordingAnswerSender();
        final RepairServer server = new RepairServer(
            TestBlock.CHAIN_ID, 1, memory, archive, sender, AnswerLimits.DEFAULT, () -> 77, counters);
        for (int number = 1; number <= blocks; number++)
        {
            server.onRange(0, 2L * number, TestBlock.CHAIN_ID, 77, 1 << 30, number, number, 0);
            answer(server, sender);
            assertThat(texts(sender)).as("range %d", number)
                .containsExactlyInAnyOrderElementsOf(texts(block(number)));
            sender.framesOf(0).clear();

            final HoleList holes = new HoleList();
            holes.add(HoleKind.ENV, TERM, number, INCARNATION, 0, 0, 0);
            holes.add(HoleKind.FRAGS, TERM, number, INCARNATION, 0, 0, 0b11);
            holes.add(HoleKind.END, TERM, number, INCARNATION, 0, 0, 0);
            server.onWant(0, 2L * number + 1, TestBlock.CHAIN_ID, 77, 1 << 30, holes);
            answer(server, sender);
            assertThat(texts(sender)).as("want %d", number)
                .containsExactlyInAnyOrderElementsOf(texts(block(number)));
            sender.framesOf(0).clear();
        }
        assertThat(sender.resultsOf(0)).allMatch((result) -> AnswerState.COMPLETE == result.state() &&
            0 == result.notFound() && 1 == result.oldest());
    }

    private void answer(final RepairServer server, final RecordingAnswerSender sender)
    {
        final int before = sender.resultsOf(0).size();
        for (int i = 0; i < 1_000 && before == sender.resultsOf(0).size(); i++)
        {
            nowNs += TimeUnit.SECONDS.toNanos(1);
            server.doWork(nowNs);
        }
    }

    private ChronicleJournal open()
    {
        return ChronicleJournal.open(JournalConfig.small(dir, JournalConfig.MIN_RING_LENGTH));
    }

    private JournalArchive archive()
    {
        return new JournalArchive(
            ChronicleJournalReader.open(dir), ChronicleJournalReader.open(dir), CAPACITY, counters);
    }

    private void journal(final ChronicleJournal journal, final List<TestFrame> frames)
    {
        frames.forEach((frame) ->
            ring.onAccepted(frame.buffer(), 0, frame.buffer().capacity(), SESSION_ID, 0, 1));
        ring.buffer().read((type, buffer, offset, length) -> journal.append(buffer, offset, length));
    }

    private static void followAll(final JournalArchive archive)
    {
        for (int i = 0; i < 10_000 && 0 != archive.follow(7); i++)
        {
            assertThat(i).isLessThan(9_999);
        }
    }

    private static List<String> read(final JournalArchive archive, final long block, final int limit)
    {
        final List<String> frames = new ArrayList<>();
        long position = FrameArchive.START;
        for (int i = 0; i < 1_000 && FrameArchive.END != position; i++)
        {
            position = archive.read(block, position, limit, (name, buffer, offset, length) ->
            {
                assertThat(name.blockNumber).isEqualTo(block);
                return frames.add(text(buffer, offset, length));
            });
        }
        assertThat(position).isEqualTo(FrameArchive.END);

        return frames;
    }

    private static List<TestFrame> block(final long number)
    {
        final List<TestFrame> frames = new ArrayList<>();
        final TestBlock block = new TestBlock(new TestSigner(1), TERM, number, INCARNATION);
        frames.add(block.env());
        frames.addAll(block.frag(false, TestBlock.bodyOfLength(15_000), 1));
        frames.addAll(block.frag(true, TestBlock.bodyOfLength(15_000), 1));
        frames.add(block.seal());

        return frames;
    }

    private static List<String> texts(final List<TestFrame> frames)
    {
        return frames.stream().map((frame) -> text(frame.buffer(), 0, frame.buffer().capacity())).toList();
    }

    private static List<String> texts(final RecordingAnswerSender sender)
    {
        return sender.framesOf(0).stream()
            .map((frame) -> text(new UnsafeBuffer(frame), 0, frame.length)).toList();
    }

    private static String text(final DirectBuffer buffer, final int offset, final int length)
    {
        final byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);

        return length + " bytes of template " + bytes[2] + " #" + Arrays.hashCode(bytes);
    }
}
