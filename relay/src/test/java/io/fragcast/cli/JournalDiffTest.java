package io.fragcast.cli;

import io.fragcast.codecs.JournalKind;
import io.fragcast.codecs.JournalRecordEncoder;
import io.fragcast.codecs.MessageHeaderEncoder;
import io.fragcast.journal.JournalConfig;
import io.fragcast.journal.chronicle.ChronicleJournal;
import io.fragcast.protocol.block.TestBlock;
import io.fragcast.protocol.block.TestFrame;
import io.fragcast.protocol.block.TestSigner;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two nodes' journals side by side: what each accepted decides, not when, in which order or how often.
 */
class JournalDiffTest
{
    private static final int FRAGS = 2;

    @TempDir
    private Path dir;

    private final TestSigner leader = new TestSigner(1);
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final List<TestFrame> chain = frames(100, 103);

    @Test
    void shouldFindNoDifferenceInOrderRepetitionAndHopStamps()
    {
        final List<TestFrame> shuffled = new ArrayList<>(chain);
        Collections.reverse(shuffled);
        shuffled.addAll(chain.subList(0, 3));
        write("one", chain);
        write("other", shuffled);
        for (final TestFrame frame : chain)
        {
            frame.buffer().putLong(8, 77);
        }
        write("stamped", chain);

        assertThat(diff("one", "other")).isZero();
        assertThat(lines()).containsExactly("attempts 3  outside 0  differences 0");
        assertThat(diff("one", "stamped")).isZero();
    }

    @Test
    void shouldNameEachMessageAndPieceThatOneLacks()
    {
        final List<TestFrame> some = new ArrayList<>(chain);
        final TestFrame seal = some.remove(frames(100, 101).size() - 1);
        assertThat(seal).isNotNull();
        write("one", chain);
        write("other", some);

        assertThat(diff("one", "other")).isEqualTo(1);
        assertThat(lines()).containsExactly(
            "100/1/1 SEAL: only the first has it", "attempts 3  outside 0  differences 1");
        out.getBuffer().setLength(0);
        assertThat(diff("other", "one")).isEqualTo(1);
        assertThat(lines().get(0)).isEqualTo("100/1/1 SEAL: only the second has it");
    }

    @Test
    void shouldTellBytesThatDiffer()
    {
        write("one", chain);
        final TestFrame last = chain.get(chain.size() - 1);
        last.buffer().putByte(300, (byte)(last.buffer().getByte(300) + 1));
        write("other", chain);

        assertThat(diff("one", "other")).isEqualTo(1);
        assertThat(lines().get(0)).isEqualTo("102/1/1 SEAL: not the same in both");
    }

    @Test
    void shouldCompareTheHeightsThatBothHold()
    {
        write("one", chain);
        write("other", frames(101, 106));

        assertThat(diff("one", "other")).isZero();
        assertThat(lines()).containsExactly("attempts 2  outside 4  differences 0");
    }

    @Test
    void shouldRefuseToReplayWhereItCannot() throws Exception
    {
        write("one", chain);
        final String journal = dir.resolve("one").toString();
        final Path there = Files.writeString(dir.resolve("there.jsonl"), "{}\n");

        assertThat(JournalTool.run(out, err, "replay", journal, "--to", "jsonl:" + there)).isEqualTo(2);
        assertThat(err.toString()).contains(there + " is there already; a replay begins a new file");
        for (final String speed : List.of("0", "-1x", "fast", "Infinity", "NaN"))
        {
            err.getBuffer().setLength(0);
            assertThat(JournalTool.run(out, err, "replay", journal, "--speed", speed)).as(speed).isEqualTo(2);
            assertThat(err.toString()).contains("--speed " + speed + ": full, or a number such as 1x or 10x");
        }
        err.getBuffer().setLength(0);
        assertThat(JournalTool.run(out, err, "replay", journal, "--to", "ipc:aeron:ipc")).isEqualTo(2);
        assertThat(err.toString()).contains("needs --aeron-dir DIR");
        assertThat(JournalTool.run(out, err, "replay", journal, "--to", "ws:1")).isEqualTo(2);
        assertThat(JournalTool.run(out, err, "replay", dir.resolve("none").toString())).isEqualTo(2);
        assertThat(JournalTool.run(out, err, "diff", journal, dir.resolve("none").toString())).isEqualTo(2);
    }

    private List<TestFrame> frames(final long from, final long to)
    {
        final List<TestFrame> frames = new ArrayList<>();
        for (long number = from; number < to; number++)
        {
            frames.addAll(new TestBlock(leader, 1, number, 1).frames(FRAGS, 2, 900));
        }

        return frames;
    }

    private void write(final String name, final List<TestFrame> frames)
    {
        final UnsafeBuffer record = new UnsafeBuffer(new byte[2_048]);
        final JournalRecordEncoder encoder = new JournalRecordEncoder();
        try (ChronicleJournal journal =
            ChronicleJournal.open(JournalConfig.small(dir.resolve(name), JournalConfig.MIN_RING_LENGTH)))
        {
            for (final TestFrame frame : frames)
            {
                encoder.wrapAndApplyHeader(record, 0, new MessageHeaderEncoder())
                    .receiveTimeNs(1)
                    .sourceId(7)
                    .lane((short)0)
                    .kind(JournalKind.FRAME)
                    .reserved(0)
                    .count(0)
                    .putFrame(frame.buffer(), 0, frame.buffer().capacity());
                journal.append(record, 0, MessageHeaderEncoder.ENCODED_LENGTH + encoder.encodedLength());
            }
        }
    }

    private int diff(final String first, final String second)
    {
        return JournalTool.run(out, err, "diff", dir.resolve(first).toString(), dir.resolve(second).toString());
    }

    private List<String> lines()
    {
        return out.toString().lines().toList();
    }
}
