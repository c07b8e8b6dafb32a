package io.fragcast.transport;

import org.agrona.DirectBuffer;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class MemorySinkTest
{
    private static final int MAX_FRAMES = 3;
    private static final int MAX_LENGTH = 100;
    private static final int SESSION_ID = 7;

    private final List<String> taken = new ArrayList<>();

    @Test
    void shouldHoldFramesOfAnyLengthUntilItIsDrained()
    {
        final MemorySink sink = MemorySink.holding(MAX_FRAMES, MAX_LENGTH);
        for (int round = 1; round <= 2; round++)
        {
            write(sink, MAX_LENGTH, 1);
            write(sink, 1, 2);
            write(sink, MAX_LENGTH, 3);
            assertThat(sink.tryClaim(1)).isEqualTo(SendResult.BACK_PRESSURED);
            assertThat(sink.count()).isEqualTo(MAX_FRAMES);
            assertThat(sink.total()).isEqualTo((long)round * MAX_FRAMES);
            assertThat(sink.length(1)).isEqualTo(1);
            assertThat(sink.frames().getByte(sink.offset(1))).isEqualTo((byte)2);

            taken.clear();
            sink.drainTo(this::onFrame, SESSION_ID);
            assertThat(taken).containsExactly("100 of 1", "1 of 2", "100 of 3");
            assertThat(sink.count()).isZero();
        }
        sink.drainTo(this::onFrame, SESSION_ID);
        assertThat(taken).as("nothing is handed over twice").hasSize(MAX_FRAMES);
    }

    @Test
    void shouldBeginAtItsStartAgainWhenItOverwrites()
    {
        final MemorySink sink = MemorySink.overwriting(MAX_FRAMES, MAX_LENGTH);
        for (int i = 1; i <= MAX_FRAMES + 2; i++)
        {
            write(sink, MAX_LENGTH, i);
        }

        assertThat(sink.total()).isEqualTo(MAX_FRAMES + 2);
        sink.drainTo(this::onFrame, SESSION_ID);
        assertThat(taken).containsExactly("100 of 4", "100 of 5");
    }

    @Test
    void shouldSayWhichFrameWasNotTaken()
    {
        final MemorySink sink = MemorySink.holding(MAX_FRAMES, MAX_LENGTH);
        write(sink, 1, 1);

        assertThatThrownBy(() -> sink.drainTo((buffer, offset, length, sessionId) -> false, SESSION_ID))
            .isInstanceOf(IllegalStateException.class).hasMessage("frame 0 of 1 was not taken");
    }

    private boolean onFrame(
        final DirectBuffer buffer, final int offset, final int length, final int sessionId)
    {
        assertThat(sessionId).isEqualTo(SESSION_ID);
        for (int i = 1; i < length; i++)
        {
            assertThat(buffer.getByte(offset + i)).isEqualTo(buffer.getByte(offset));
        }

        return taken.add(length + " of " + buffer.getByte(offset));
    }

    private static void write(final MemorySink sink, final int length, final int value)
    {
        assertThat(sink.tryClaim(length)).isEqualTo(SendResult.OK);
        sink.buffer().setMemory(sink.offset(), length, (byte)value);
        sink.commit();
    }
}
