package io.fragcast.wire;

import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.block.BlockLimits;
import io.fragcast.protocol.block.FrameKind;
import io.fragcast.protocol.block.TestBlock;
import io.fragcast.protocol.block.TestFrame;
import io.fragcast.protocol.block.TestReceiver;
import io.fragcast.protocol.block.TestSigner;
import io.fragcast.protocol.block.Verdict;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goal: exactly the frames that are as long as they say pass the adapter, and no bytes at all make it throw. Each frame
 * lies in a buffer of its own length, with bounds checks on, so that a read outside would throw.
 */
class BlockLaneAdapterTest
{
    private static final long BLOCK = 100;
    private static final int MUTATIONS = 1_000_000;

    private final TestSigner leader = new TestSigner(1);
    private final TestReceiver node = new TestReceiver(leader);

    @Test
    void shouldCountWhatIsReceivedAndWhatIsMalformed()
    {
        final TestFrame env = block(BLOCK).env();
        node.offer(env);
        final TestFrame malformed = env.copy();
        malformed.buffer().putShort(4, (short)1);
        assertThat(node.offer(malformed)).isNull();

        assertThat(node.count(FragcastCounter.FRAMES_RECEIVED)).isEqualTo(2);
        assertThat(node.count(FragcastCounter.FRAMES_MALFORMED)).isEqualTo(1);
    }

    @Test
    void shouldTakeNothingWhileTheReceiverIsNotReady()
    {
        final TestFrame env = block(BLOCK).env();
        node.isForwarderReady = false;
        assertThat(node.adapter.onFrame(env.buffer(), 0, env.buffer().capacity(), 1)).isFalse();
        assertThat(node.count(FragcastCounter.FRAMES_RECEIVED)).isZero();

        node.isForwarderReady = true;
        assertThat(node.offer(env)).isEqualTo(Verdict.ACCEPTED);
    }

    @Test
    void shouldRefuseEveryCutAndEveryTail()
    {
        for (final TestFrame frame : eachKind())
        {
            final int length = frame.buffer().capacity();
            for (int cut = 0; cut < length; cut++)
            {
                assertThat(node.offer(resized(frame, cut))).as("%s of %d bytes", frame, cut).isNull();
            }
            for (int tail = 1; tail <= 16; tail++)
            {
                assertThat(node.offer(resized(frame, length + tail))).as("%s and %d", frame, tail).isNull();
            }
        }
    }

    @Test
    void shouldRefuseBytesThatNobodySignsUnlessTheyAreZero()
    {
        for (final TestFrame frame : eachKind())
        {
            final boolean isPiece = FrameKind.FRAG_PAGE == frame.kind() || FrameKind.FRAG_CHUNK == frame.kind();
            for (int at = isPiece ? 25 : 89; at < (isPiece ? 32 : 96); at++)
            {
                assertThat(node.offer(frame.flip(8 * at))).as("%s byte %d", frame, at).isNull();
            }
        }
    }

    @Test
    void shouldRefuseAFragWhoseListDoesNotCoverItsBody()
    {
        final TestBlock block = block(BLOCK);
        block.env();
        final TestFrame inline = block.frag(false, new byte[10]).get(0);
        final TestFrame chunked = block.frag(false, new byte[3_000]).get(0);
        final TestFrame paged = block.frag(true, TestBlock.bodyOfLength(90_000), 1).get(0);
        final int isLast = 200;
        final int pageHashes = 202;
        final int bodyLength = 208;
        final int chunkLength = 212;

        assertThat(node.offer(with(inline, isLast, 2, 1))).isNull();
        assertThat(node.offer(with(inline, bodyLength, 0, 4))).isNull();
        assertThat(node.offer(with(inline, bodyLength, 50, 4))).isNull();
        assertThat(node.offer(with(inline, chunkLength, 0, 2))).isNull();
        assertThat(node.offer(with(inline, pageHashes, 1, 2))).isNull();
        assertThat(node.offer(with(chunked, bodyLength, 2 * 1304, 4))).isNull();
        assertThat(node.offer(with(chunked, bodyLength, -1, 4))).isNull();
        assertThat(node.offer(with(chunked, chunkLength, 1, 2))).isNull();
        assertThat(node.offer(with(paged, pageHashes, 0, 2))).isNull();
        assertThat(node.offer(with(paged, pageHashes, 1, 2))).isNull();
        assertThat(node.offer(with(paged, 216, 32, 2))).isNull();
        assertThat(node.offer(with(paged, 218, 65_535, 2))).isNull();
    }

    @Test
    void shouldSurviveAMillionMutationsAndTakeNothingFalse()
    {
        final Random random = new Random(4670);
        final List<TestFrame> valid = new ArrayList<>();
        for (int i = 0; i < 12; i++)
        {
            final TestBlock block = block(BLOCK + i);
            valid.addAll(block.frames(3, 2, 0 == i % 4 ? 900 : 40));
            valid.add(block.heartbeat(1 + i, FrameKind.SEAL, 3));
        }
        final TestBlock large = block(BLOCK + 12);
        valid.add(large.env());
        valid.addAll(large.frag(true, TestBlock.bodyOfLength(80_000), 1));
        valid.add(large.abort());
        valid.add(large.leaderStart(50));
        valid.add(large.leaderStop(51));

        final Set<ByteBuffer> honest = new HashSet<>();
        valid.forEach((frame) -> honest.add(ByteBuffer.wrap(frame.content())));
        final Set<ByteBuffer> taken = new HashSet<>();
        int next = 0;
        node.receiver.resumeAfter(BLOCK - 1);
        for (int i = 0; i < MUTATIONS; i++)
        {
            // Time passes and sessions change, so that the budget closes no door early.
            node.nowNs.set(node.nowNs.get() + 1_000_000);
            final TestFrame mutated = mutate(valid.get(random.nextInt(valid.size())), random);
            final boolean isHopFieldAlone =
                mutated.buffer().capacity() >= 25 && honest.contains(ByteBuffer.wrap(mutated.content()));
            if (!isHopFieldAlone)
            {
                final boolean isTaken =
                    node.adapter.onFrame(mutated.buffer(), 0, mutated.buffer().capacity(), 1_000 + i);
                assertThat(isTaken).isTrue();
                assertThat(node.adapter.lastVerdict()).as("mutation %d", i).isNotEqualTo(Verdict.ACCEPTED);
            }
            // The honest stream goes on between them, so that every state is met.
            if (0 == i % (MUTATIONS / valid.size()) && next < valid.size())
            {
                node.offer(valid.get(next++));
            }
        }
        node.forwarded.forEach((bytes) -> taken.add(ByteBuffer.wrap(bytes)));
        assertThat(honest).containsAll(taken);
        assertThat(node.forwarded).hasSameSizeAs(taken);
        assertThat(node.count(FragcastCounter.BLOCKS_VERIFIED)).isEqualTo(12);
        assertThat(node.count(FragcastCounter.BLOCKS_MISMATCHED)).isZero();
        assertThat(node.count(FragcastCounter.EQUIVOCATIONS)).isZero();
        assertThat(node.count(FragcastCounter.FRAMES_MALFORMED)).isPositive();
        assertThat(node.count(FragcastCounter.FRAMES_BAD_SIGNATURE)).isPositive();
        assertThat(node.count(FragcastCounter.FRAMES_BAD_HASH)).isPositive();
    }

    @Test
    void shouldSurviveNoise()
    {
        final Random random = new Random(1);
        node.receiver.resumeAfter(BLOCK - 1);
        for (int i = 0; i < 200_000; i++)
        {
            final byte[] bytes = new byte[random.nextInt(1_377)];
            random.nextBytes(bytes);
            final UnsafeBuffer buffer = new UnsafeBuffer(bytes);
            if (bytes.length >= 8)
            {
                // Half the noise looks like a message of ours.
                final int template = 1 + random.nextInt(10);
                buffer.putShort(0, (short)(random.nextBoolean() ? random.nextInt(1_400) : 208));
                buffer.putShort(2, (short)template);
                buffer.putShort(4, (short)4670);
                buffer.putShort(6, (short)(1 + random.nextInt(3)));
            }
            node.adapter.onFrame(buffer, 0, bytes.length, i);
        }
        assertThat(node.forwarded).isEmpty();
        assertThat(node.events).isEmpty();
    }

    private static TestFrame mutate(final TestFrame frame, final Random random)
    {
        final TestFrame copy = switch (random.nextInt(8))
        {
            case 0 -> resized(frame, random.nextInt(frame.buffer().capacity() + 40));
            default -> frame.copy();
        };
        final UnsafeBuffer buffer = copy.buffer();
        final int length = buffer.capacity();
        for (int changes = 1 + random.nextInt(3); changes > 0 && length > 8; changes--)
        {
            // Most changes strike where the layout is.
            final int reach = random.nextBoolean() ? Math.min(length, 240) : length;
            final int at = random.nextInt(reach);
            switch (random.nextInt(4))
            {
                case 0 -> buffer.putByte(at, (byte)(buffer.getByte(at) ^ 1 << random.nextInt(8)));
                case 1 -> buffer.putByte(at, (byte)random.nextInt());
                case 2 -> buffer.putInt(Math.min(at, length - 4), EXTREMES[random.nextInt(EXTREMES.length)]);
                default -> buffer.putShort(Math.min(at, length - 2), (short)random.nextInt());
            }
        }

        return copy;
    }

    private static final int[] EXTREMES = {0, 1, -1, Integer.MAX_VALUE, Integer.MIN_VALUE, 0xFFFF, 0x10000, 1 << 22};

    private List<TestFrame> eachKind()
    {
        final TestBlock block = block(BLOCK);
        final List<TestFrame> frames = new ArrayList<>();
        frames.add(block.env());
        frames.addAll(block.frag(false, new byte[10]));
        frames.addAll(block.frag(false, new byte[2_000]));
        frames.addAll(block.frag(true, TestBlock.bodyOfLength(80_000), 1).subList(0, 3));
        frames.add(block.seal());
        frames.add(block.abort());
        frames.add(block.heartbeat(1, FrameKind.SEAL, 3));
        frames.add(block.leaderStart(2));
        frames.add(block.leaderStop(3));

        return frames;
    }

    private TestBlock block(final long number)
    {
        assertThat(BlockLimits.WINDOW_BLOCKS).isGreaterThan(20);

        return new TestBlock(leader, 1, number, 1).parentHash(TestBlock.blockHash(number - 1, 1));
    }

    private static TestFrame with(final TestFrame frame, final int at, final int value, final int length)
    {
        final TestFrame copy = frame.copy();
        for (int i = 0; i < length; i++)
        {
            copy.buffer().putByte(at + i, (byte)(value >>> 8 * i));
        }

        return copy;
    }

    private static TestFrame resized(final TestFrame frame, final int length)
    {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[length]);
        buffer.putBytes(0, frame.buffer(), 0, Math.min(length, frame.buffer().capacity()));

        return new TestFrame(frame.kind(), frame.seq(), frame.index(), buffer);
    }
}
