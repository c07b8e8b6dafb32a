package io.fragcast.protocol.repair;

import io.fragcast.AllocatedBytes;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Goal: memory has the newest frames, exactly as accepted, each once, and says truly what it may have forgotten.
 */
class RecentFramesTest
{
    private static final int LENGTH = RecentFrames.MIN_LENGTH;
    private static final int HEADER_LENGTH = 48;
    private static final int TERM = 3;
    private static final long INCARNATION = 1_795_235_821_000L;

    private final Counters counters = Counters.inMemory();
    private final RecentFrames memory = new RecentFrames(LENGTH, counters);
    private final FrameName name = new FrameName();
    private final UnsafeBuffer frame = new UnsafeBuffer(new byte[LENGTH]);

    private record Key(FramePart part, int term, long block, long incarnation, int seq, int index)
    {
    }

    private record Stored(Key key, byte[] bytes, int recordLength)
    {
    }

    /**
     * Against a map and a queue that do the same plainly: frames of random names and lengths, some of them twice, more
     * than the log holds several times over.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void shouldHoldWhatAModelHolds(final long seed)
    {
        final Random random = new Random(seed);
        final Map<Key, byte[]> model = new HashMap<>();
        final Deque<Stored> order = new ArrayDeque<>();
        final List<Key> forgotten = new ArrayList<>();
        for (int i = 0; i < 6_000; i++)
        {
            final Key key = new Key(
                FramePart.values()[random.nextInt(5)],
                1 + random.nextInt(2),
                100 + i / 200 + random.nextInt(3),
                INCARNATION + random.nextInt(2),
                random.nextInt(4),
                random.nextInt(60));
            final byte[] bytes = new byte[1 + random.nextInt(3_000)];
            random.nextBytes(bytes);
            final boolean isNew = !model.containsKey(key);

            assertThat(store(key, bytes)).as("frame %d", i).isEqualTo(isNew);
            if (isNew)
            {
                model.put(key, bytes);
                order.addLast(new Stored(key, bytes, HEADER_LENGTH + bytes.length + 7 & -8));
                while (order.size() > memory.size())
                {
                    final Key oldest = order.removeFirst().key();
                    model.remove(oldest);
                    forgotten.add(oldest);
                }
            }
        }

        assertThat(forgotten).hasSizeGreaterThan(3_000);
        assertThat(memory.size()).isEqualTo(model.size());
        assertThat(counters.value(FragcastCounter.REPAIR_MEMORY_EVICTED)).isEqualTo(forgotten.size());
        assertThat(order.stream().mapToInt(Stored::recordLength).sum())
            .as("no more is given up than the next frame needs").isGreaterThan(LENGTH - 2 * 4_096);
        model.forEach((key, bytes) -> assertThat(bytesOf(find(key))).isEqualTo(bytes));
        forgotten.stream().filter((key) -> !model.containsKey(key))
            .forEach((key) -> assertThat(find(key)).isEqualTo(RecentFrames.NOT_FOUND));
    }
    private int rounds;

    @Test
    void shouldGiveUpTheOldestAtTheLimitAndNotBefore()
    {
        final int frameLength = 1_024 - HEADER_LENGTH;
        final int fits = LENGTH / 1_024;
        for (int i = 0; i < fits; i++)
        {
            assertThat(store(chunk(7, i), new byte[frameLength])).isTrue();
        }
        assertThat(memory.size()).isEqualTo(fits);
        assertThat(find(chunk(7, 0))).isNotEqualTo(RecentFrames.NOT_FOUND);

        store(chunk(7, fits), new byte[frameLength]);

        assertThat(memory.size()).isEqualTo(fits);
        assertThat(find(chunk(7, 0))).isEqualTo(RecentFrames.NOT_FOUND);
        assertThat(find(chunk(7, 1))).isNotEqualTo(RecentFrames.NOT_FOUND);
        assertThat(find(chunk(7, fits))).isNotEqualTo(RecentFrames.NOT_FOUND);
        assertThat(counters.value(FragcastCounter.REPAIR_MEMORY_EVICTED)).isEqualTo(1);
    }

    @Test
    void shouldKeepTheIndexHalfEmptyWhateverShortFramesCome()
    {
        final int maxEntries = LENGTH / 512;
        for (int i = 0; i < 3 * maxEntries; i++)
        {
            store(chunk(7, i), new byte[8]);
        }

        assertThat(memory.size()).isEqualTo(maxEntries);
        assertThat(find(chunk(7, 2 * maxEntries - 1))).isEqualTo(RecentFrames.NOT_FOUND);
        assertThat(find(chunk(7, 2 * maxEntries))).isNotEqualTo(RecentFrames.NOT_FOUND);
    }

    @Test
    void shouldTakeTheLongestFrameAndNoLonger()
    {
        assertThat(store(chunk(7, 0), new byte[LENGTH / 8])).isTrue();
        assertThat(store(chunk(7, 1), new byte[LENGTH / 8 + 1])).isFalse();
        assertThat(find(chunk(7, 1))).isEqualTo(RecentFrames.NOT_FOUND);
    }

    @Test
    void shouldGiveUpTheOldestAttemptForOneTooMany()
    {
        store(env(100), new byte[100]);
        for (int i = 1; i <= RecentAttempts.MAX_ATTEMPTS; i++)
        {
            assertThat(memory.attempts().find(TERM, 100, INCARNATION)).isNotEqualTo(RecentAttempts.NO_ATTEMPT);
            store(env(100 + i), new byte[100]);
        }

        assertThat(memory.attempts().find(TERM, 100, INCARNATION)).isEqualTo(RecentAttempts.NO_ATTEMPT);
        assertThat(memory.oldestBlock()).isEqualTo(101);
        assertThat(memory.isWhole(100)).isFalse();
        assertThat(memory.isWhole(101)).isTrue();
    }

    @Test
    void shouldKnowWhatItHasWhole()
    {
        store(env(7), new byte[100]);
        store(chunk(7, 0), new byte[100]);
        assertThat(memory.isWhole(7)).isTrue();
        assertThat(memory.isWhole(8)).as("nothing is known of it").isFalse();

        store(chunk(9, 0), new byte[100]);
        assertThat(memory.isWhole(9)).as("its Env came before, or elsewhere").isFalse();

        memory.onHole();
        assertThat(memory.isWhole(7)).as("a frame was lost on the way").isFalse();
        store(env(10), new byte[100]);
        assertThat(memory.isWhole(10)).as("begun after the loss").isTrue();
    }

    @Test
    void shouldListTheAttemptsOfAHeightInOrder()
    {
        store(new Key(FramePart.ENV, 5, 7, 1, 0, 0), new byte[10]);
        store(new Key(FramePart.ENV, 4, 7, 9, 0, 0), new byte[10]);
        store(new Key(FramePart.ENV, 4, 7, 2, 0, 0), new byte[10]);
        store(new Key(FramePart.ENV, 4, 8, 3, 0, 0), new byte[10]);

        final List<Long> incarnations = new ArrayList<>();
        int attempt = memory.attempts().next(7, true, 0, 0);
        while (RecentAttempts.NO_ATTEMPT != attempt)
        {
            incarnations.add(memory.attempts().incarnation(attempt));
            attempt = memory.attempts().next(
                7, false, memory.attempts().leaderTerm(attempt), memory.attempts().incarnation(attempt));
        }

        assertThat(incarnations).containsExactly(2L, 9L, 1L);
    }

    @Test
    void shouldRefuseALengthThatIsNoPowerOfTwo()
    {
        assertThatThrownBy(() -> new RecentFrames(LENGTH + 1, counters)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new RecentFrames(LENGTH / 2, counters)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldAllocateNothing()
    {
        assertThat(AllocatedBytes.least(this::fillAnew)).isZero();
    }

    private void fillAnew()
    {
        final int from = 10_000 * rounds++;
        for (int i = 0; i < 10_000; i++)
        {
            name.set(FramePart.CHUNK, TERM, (from + i) / 100, INCARNATION, i % 7, i);
            memory.onFrame(name, frame, 0, 1_376);
            memory.onFrame(name, frame, 0, 1_376);
        }
    }

    private boolean store(final Key key, final byte[] bytes)
    {
        frame.putBytes(0, bytes);
        name.set(key.part(), key.term(), key.block(), key.incarnation(), key.seq(), key.index());

        return memory.onFrame(name, frame, 0, bytes.length);
    }

    private long find(final Key key)
    {
        return memory.find(key.part(), key.term(), key.block(), key.incarnation(), key.seq(), key.index());
    }

    private byte[] bytesOf(final long position)
    {
        assertThat(position).isNotEqualTo(RecentFrames.NOT_FOUND);
        final byte[] bytes = new byte[memory.frameLength(position)];
        memory.buffer().getBytes(memory.frameOffset(position), bytes);

        return bytes;
    }

    private static Key env(final long block)
    {
        return new Key(FramePart.ENV, TERM, block, INCARNATION, 0, 0);
    }

    private static Key chunk(final long block, final int index)
    {
        return new Key(FramePart.CHUNK, TERM, block, INCARNATION, 0, index);
    }
}
