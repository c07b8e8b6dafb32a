package io.fragcast.bench.jmh;

import io.fragcast.codecs.FragChunkEncoder;
import io.fragcast.codecs.MessageHeaderEncoder;
import io.fragcast.counter.Counters;
import io.fragcast.protocol.block.SlowSink;
import io.fragcast.protocol.leader.NextLeaders;
import io.fragcast.transport.FrameSink;
import io.fragcast.transport.MemorySink;
import io.fragcast.wire.FrameFanout;
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
 * What does the fan-out of one accepted frame cost beyond the bytes? Floor: claim, one copy and commit a sink. The
 * sinks are memory, so that neither a log buffer nor a driver is measured.
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

    /** 64 KiB of them, as in the window of a small term. */
    private static final int SINK_FRAMES = 46;

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
            sinks[i] = MemorySink.overwriting(SINK_FRAMES, FRAME_LENGTH);
            peers.add(sinks[i]);
        }
        fanout = new FrameFanout(peers, NextLeaders.NONE, SlowSink.SKIP, FRAME_LENGTH, () -> {}, Counters.inMemory());
    }

    /**
     * Claim, copy, commit for each sink.
     *
     * @return bytes copied.
     */
    @Benchmark
    public int floor()
    {
        int copied = 0;
        for (final MemorySink sink : sinks)
        {
            sink.tryClaim(FRAME_LENGTH);
            sink.buffer().putBytes(sink.offset(), frame, 0, FRAME_LENGTH);
            sink.commit();
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
}
