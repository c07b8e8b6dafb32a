package io.fragcast.protocol.repair;

import io.fragcast.counter.Counters;
import io.fragcast.protocol.block.FrameKind;
import io.fragcast.protocol.block.TestBlock;
import io.fragcast.protocol.block.TestFrame;
import io.fragcast.protocol.block.TestSigner;
import io.fragcast.protocol.repair.RecordingAnswerSender.Result;
import io.fragcast.wire.FrameNames;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A server over a memory and an archive of real frames, asked over links that write down what it sends.
 */
abstract class RepairServerScenario
{
    static final long CHAIN_ID = TestBlock.CHAIN_ID;
    static final int TERM = 1;
    static final long INCARNATION = 1_000;
    static final int MAX_BYTES = 64 << 20;

    final Counters counters = Counters.inMemory();
    final RecentFrames memory = new RecentFrames(8 << 20, counters);
    final MemoryArchive archive = new MemoryArchive();
    final RecordingAnswerSender sender = new RecordingAnswerSender();
    final FrameNames names = new FrameNames();
    final FrameName name = new FrameName();
    final HoleList holes = new HoleList();
    final Random random = new Random(4670);
    RepairServer server = server(8, AnswerLimits.DEFAULT);
    long nowNs = -5;
    long nextRequestId = 1;

    void askOften(final RepairServer quiet)
    {
        for (int i = 0; i < 2_000; i++)
        {
            nowNs += TimeUnit.SECONDS.toNanos(1);
            quiet.onWant(1, i, CHAIN_ID, 77, MAX_BYTES, holes);
            quiet.onRange(2, i, CHAIN_ID, 77, MAX_BYTES, 5, 9, 0);
            quiet.doWork(nowNs);
            quiet.doWork(nowNs);
            quiet.doWork(nowNs);
            quiet.doWork(nowNs);
        }
    }

    RepairServer server(final int links, final AnswerLimits limits)
    {
        return new RepairServer(CHAIN_ID, links, memory, archive, sender, limits, random::nextLong, counters);
    }

    static List<TestFrame> block(final long number)
    {
        final List<TestFrame> frames = new ArrayList<>();
        final TestBlock block = new TestBlock(new TestSigner(1), TERM, number, INCARNATION);
        frames.add(block.env());
        for (int seq = 0; seq < 3; seq++)
        {
            frames.addAll(block.frag(2 == seq, TestBlock.bodyOfLength(11_000), 1));
        }
        frames.add(block.seal());

        return frames;
    }

    void accept(final List<TestFrame> frames, final Predicate<TestFrame> isAccepted)
    {
        for (final TestFrame frame : frames)
        {
            if (isAccepted.test(frame))
            {
                assertThat(names.tryName(frame.buffer(), 0, frame.buffer().capacity(), name)).isTrue();
                assertThat(memory.onFrame(name, frame.buffer(), 0, frame.buffer().capacity())).isTrue();
            }
        }
    }

    void want(final HoleKind kind, final long block, final int seq, final int index, final long bits)
    {
        holes.add(kind, TERM, block, INCARNATION, seq, index, bits);
    }

    Result ask(final int link)
    {
        return ask(link, MAX_BYTES);
    }

    Result ask(final int link, final int maxBytes)
    {
        final long token = token(link);
        sender.framesOf(link).clear();
        server.onWant(link, nextRequestId++, CHAIN_ID, token, maxBytes, holes);
        holes.clear();

        return answer(link);
    }

    void range(final long from, final long to, final int fromSeq)
    {
        server.onRange(0, nextRequestId++, CHAIN_ID, token(0), MAX_BYTES, from, to, fromSeq);
    }

    long token(final int link)
    {
        server.onWant(link, nextRequestId++, CHAIN_ID, 0, 0, new HoleList());

        return answer(link).token();
    }

    Result answer(final int link)
    {
        final List<Result> results = sender.resultsOf(link);
        final int before = results.size();
        for (int i = 0; i < 10_000 && before == results.size(); i++)
        {
            work(1);
        }
        assertThat(results).hasSize(before + 1);

        return results.get(before);
    }

    void work(final int cycles)
    {
        for (int i = 0; i < cycles; i++)
        {
            nowNs += 1_000;
            server.doWork(nowNs);
        }
    }

    List<String> sent(final int link)
    {
        return sender.framesOf(link).stream().map((bytes) -> text(bytes)).toList();
    }

    /** All bytes, in few letters: a failed comparison must be readable. */
    static String text(final byte[] bytes)
    {
        final FrameName name = new FrameName();
        new FrameNames().tryName(new UnsafeBuffer(bytes), 0, bytes.length, name);

        return name.part + " " + name.blockNumber + " " + name.seq + "/" + name.index + " " + bytes.length +
            " bytes #" + Arrays.hashCode(bytes);
    }

    static boolean isFrag(final TestFrame frame)
    {
        return FrameKind.FRAG == frame.kind() || FrameKind.FRAG_PAGE == frame.kind() ||
            FrameKind.FRAG_CHUNK == frame.kind();
    }

    @SafeVarargs
    static List<String> texts(final List<TestFrame> frames, final Predicate<TestFrame>... groups)
    {
        final List<String> bytes = new ArrayList<>();
        for (final Predicate<TestFrame> group : groups)
        {
            frames.stream().filter(group).forEach((frame) ->
            {
                final byte[] copy = new byte[frame.buffer().capacity()];
                frame.buffer().getBytes(0, copy);
                bytes.add(text(copy));
            });
        }

        return bytes;
    }

    /**
     * Takes everything.
     */
    static final class Nobody implements AnswerSender
    {
        @Override
        public boolean sendFrame(final int requester, final DirectBuffer buffer, final int offset, final int length)
        {
            return true;
        }

        @Override
        public boolean sendResult(final int requester, final WantResult result)
        {
            return true;
        }
    }
}
