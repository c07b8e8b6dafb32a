package io.fragcast.agent;

import io.fragcast.edge.Edge;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;
import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Each event reaches each edge once and in order, whichever edge pushes back or fails, and whenever.
 */
class EdgeAgentTest
{
    private final OneToOneRingBuffer ring = new OneToOneRingBuffer(
        new UnsafeBuffer(ByteBuffer.allocateDirect((64 << 10) + RingBufferDescriptor.TRAILER_LENGTH)));
    private final RecordingEdge first = new RecordingEdge();
    private final RecordingEdge second = new RecordingEdge();
    private final EdgeAgent agent = new EdgeAgent(ring, first, second);

    @Test
    void shouldGiveEachEventToEachEdgeAndFlushOncePerBatch()
    {
        offer(0, 10);

        assertThat(agent.doWork()).isEqualTo(10);
        assertThat(agent.doWork()).isZero();

        assertThat(first.events).isEqualTo(numbers(10));
        assertThat(second.events).isEqualTo(numbers(10));
        assertThat(first.flushes).isEqualTo(1);
    }

    @Test
    void shouldHoldTheRestWhileOneEdgePushesBackAndRepeatNothingToTheOther()
    {
        offer(0, 10);
        second.room = 3;

        assertThat(agent.doWork()).isEqualTo(3);
        assertThat(agent.doWork()).isZero();
        assertThat(first.events).isEqualTo(numbers(4));
        assertThat(second.events).isEqualTo(numbers(3));
        second.room = Integer.MAX_VALUE;
        assertThat(agent.doWork()).isEqualTo(7);

        assertThat(first.events).isEqualTo(numbers(10));
        assertThat(second.events).isEqualTo(numbers(10));
    }

    @Test
    void shouldReportAFailureAndOfferTheEventAgain()
    {
        offer(0, 5);
        first.failure = new IllegalStateException("disk full");

        assertThatThrownBy(agent::doWork).hasMessage("disk full");
        assertThatThrownBy(agent::doWork).hasMessage("disk full");
        first.failure = null;
        assertThat(agent.doWork()).isEqualTo(5);

        assertThat(first.events).isEqualTo(numbers(5));
        assertThat(second.events).isEqualTo(numbers(5));
    }

    @Test
    void shouldDrainAndCloseTheEdges()
    {
        offer(0, 1_000);

        agent.onClose();

        assertThat(second.events).isEqualTo(numbers(1_000));
        assertThat(first.isClosed).isTrue();
        assertThat(second.isClosed).isTrue();
    }

    @Test
    void shouldCloseTheEdgesThoughOneOfThemFails()
    {
        offer(0, 1);
        first.failure = new IllegalStateException("disk full");

        assertThatThrownBy(agent::onClose).hasMessage("disk full");

        assertThat(first.isClosed).isTrue();
        assertThat(second.isClosed).isTrue();
    }

    private void offer(final int from, final int to)
    {
        final UnsafeBuffer event = new UnsafeBuffer(new byte[4]);
        for (int i = from; i < to; i++)
        {
            event.putInt(0, i);
            assertThat(ring.write(50, event, 0, 4)).isTrue();
        }
    }

    private static List<Integer> numbers(final int count)
    {
        return IntStream.range(0, count).boxed().toList();
    }

    private static final class RecordingEdge implements Edge
    {
        private final List<Integer> events = new ArrayList<>();
        private int room = Integer.MAX_VALUE;
        private int flushes;
        private boolean isClosed;
        private RuntimeException failure;

        @Override
        public boolean onEvent(final DirectBuffer buffer, final int offset, final int length)
        {
            if (null != failure)
            {
                throw failure;
            }
            if (0 == room)
            {
                return false;
            }
            room--;
            events.add(buffer.getInt(offset));

            return true;
        }

        @Override
        public void flush()
        {
            flushes++;
        }

        @Override
        public String name()
        {
            return "recording";
        }

        @Override
        public void close()
        {
            isClosed = true;
        }
    }
}
