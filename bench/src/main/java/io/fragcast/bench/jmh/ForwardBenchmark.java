package io.fragcast.bench.jmh;

import io.fragcast.codecs.FragChunkEncoder;
import io.fragcast.codecs.MessageHeaderEncoder;
import io.fragcast.counter.Counters;
import io.fragcast.protocol.block.SlowSink;
import io.fragcast.transport.FrameSink;
import io.fragcast.transport.SendResult;
import io.fragcast.wire.FrameFanout;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What does the fan-out of one accepted frame cost beyond the bytes? Floor: one copy a sink. The sinks are memory, so
 * that neither a log buffer nor a driver is measured.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ForwardBenchmark
{
    /** Payload at MTU 1408. */
    private static final int FRAME_LENGTH = 1_376;

    /** Sinks that the frame goes to. */
    @Param({ "1", "4" })
    public int sinkCount;

    private final UnsafeBuffer frame = new UnsafeBuffer(ByteBuffer.allocateDirect(FRAME_LENGTH));
    private MemorySink[] sinks;
    private FrameFanout fanout;

    /**
     * Makes the sinks and a chunk that fills a frame.
     */
    @Setup
    public void setup()
    {
        final int fixedLength = MessageHeaderEncoder.ENCODED_LENGTH + FragChunkEncoder.BLOCK_LENGTH +
            FragChunkEncoder.chunkHeaderLength();
        new FragChunkEncoder().wrapAndApplyHeader(frame, 0, new MessageHeaderEncoder())
            .putChunk(new byte[FRAME_LENGTH - fixedLength], 0, FRAME_LENGTH - fixedLength);

        sinks = new MemorySink[sinkCount];
        final List<FrameSink> peers = new ArrayList<>();
        for (int i = 0; i < sinkCount; i++)
        {
            sinks[i] = new MemorySink();
            peers.add(sinks[i]);
        }
        fanout = new FrameFanout(List.of(), peers, SlowSink.SKIP, FRAME_LENGTH, () -> {}, Counters.inMemory());
    }

    /**
     * One copy to each sink.
     *
     * @return bytes copied.
     */
    @Benchmark
    public int floor()
    {
        int copied = 0;
        for (final MemorySink sink : sinks)
        {
            sink.advance();
            sink.buffer.putBytes(sink.position, frame, 0, FRAME_LENGTH);
            copied += FRAME_LENGTH;
        }

        return copied;
    }

    /**
     * One frame through the fan-out.
     *
     * @return true.
     */
    @Benchmark
    public boolean forward()
    {
        fanout.onAccepted(frame, 0, FRAME_LENGTH, 0);

        return fanout.isReady();
    }

    /**
     * A sink that is always ready and writes frame behind frame, as in a term buffer of 64 KiB.
     */
    private static final class MemorySink implements FrameSink
    {
        private static final int LENGTH = 64 << 10;

        private final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(LENGTH + FRAME_LENGTH));
        private int position;

        private void advance()
        {
            position = (position + FRAME_LENGTH + Long.BYTES * 4) & (LENGTH - 1) & -Long.BYTES;
        }

        @Override
        public SendResult tryClaim(final int length)
        {
            advance();

            return SendResult.OK;
        }

        @Override
        public MutableDirectBuffer buffer()
        {
            return buffer;
        }

        @Override
        public int offset()
        {
            return position;
        }

        @Override
        public void commit()
        {
            buffer.putIntRelease(position, FRAME_LENGTH);
        }

        @Override
        public boolean isDrained()
        {
            return true;
        }

        @Override
        public boolean isConnected()
        {
            return true;
        }

        @Override
        public String name()
        {
            return "memory";
        }

        @Override
        public void close()
        {
        }
    }
}
