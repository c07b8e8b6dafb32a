package io.fragcast.bench.jmh;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.crypto.Secp256k1;
import io.fragcast.protocol.block.BlockLaneReceiver;
import io.fragcast.protocol.block.BlockLimits;
import io.fragcast.protocol.block.FrameForwarder;
import io.fragcast.protocol.block.MerkleTransactionsRoot;
import io.fragcast.protocol.block.ReceiverPorts;
import io.fragcast.transport.MemorySink;
import io.fragcast.wire.BlockLaneAdapter;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

/**
 * What does a 32 KB frag cost from its frames to its delivery: layout, signature, chunk hashes, slab, order? A relay
 * leaves the transactions root to the replicas, a replica folds the frag's 100 transactions into it. Floor: one copy of
 * each frame. A leader signs each frag outside the time that is measured.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class AssemblyBenchmark
{
    private static final int TX_COUNT = 100;
    private static final int TX_LENGTH = 323;
    private static final int FRAGS_PER_BLOCK = 100;
    private static final int SLAB_BYTES = 64 << 20;
    private static final int SESSION_ID = 1;

    /** Who receives. */
    @Param({ "relay", "replica" })
    public String role;

    private final BlockLimits limits = BlockLimits.withSlab(SLAB_BYTES, SLAB_BYTES / 2);
    private final SampleLeader leader = new SampleLeader(TX_COUNT, TX_LENGTH, FRAGS_PER_BLOCK, limits);
    private final MemorySink frames = leader.sink();
    private final Counters counters = Counters.inMemory();
    private final UnsafeBuffer target = new UnsafeBuffer(ByteBuffer.allocateDirect(64 << 10));
    private long nowNs;
    private long fragsSent;
    private BlockLaneReceiver receiver;
    private BlockLaneAdapter adapter;

    /**
     * Makes the receiver.
     */
    @Setup
    public void setup()
    {
        receiver = new BlockLaneReceiver(
            leader.schedule(),
            limits,
            new ReceiverPorts(
                Secp256k1.load().newVerifier(),
                new NoForwarder(),
                (delivery) -> true,
                "replica".equals(role) ? new MerkleTransactionsRoot() : null,
                (first, firstOffset, firstLength, digest, second, secondOffset, secondLength) -> true,
                (sessionId) ->
                {
                    throw new IllegalStateException("session rejected");
                }),
            counters);
        adapter = new BlockLaneAdapter(receiver, () -> nowNs, counters);
    }

    /**
     * Signs the next frag, and opens its block.
     */
    @Setup(Level.Invocation)
    public void nextFrag()
    {
        nowNs += TimeUnit.MILLISECONDS.toNanos(1);
        if (leader.beginBlock())
        {
            receive();
        }
        leader.nextFrag();
    }

    /**
     * Closes the block after its last frag.
     */
    @TearDown(Level.Invocation)
    public void endBlock()
    {
        if (leader.endBlock())
        {
            receive();
        }
    }

    /**
     * Proves that what was measured is what was meant: every frag was delivered, every block ended well.
     */
    @TearDown
    public void check()
    {
        final long delivered = counters.value(FragcastCounter.FRAGS_DELIVERED);
        final long verified = counters.value(FragcastCounter.BLOCKS_VERIFIED);
        if (delivered != fragsSent || verified != fragsSent / FRAGS_PER_BLOCK)
        {
            throw new IllegalStateException(
                fragsSent + " frags sent, " + delivered + " delivered, " + verified + " blocks verified");
        }
    }

    /**
     * Copies the frames.
     *
     * @return what was written to.
     */
    @Benchmark
    public UnsafeBuffer floor()
    {
        int position = 0;
        for (int i = 0; i < frames.count(); i++)
        {
            target.putBytes(position, frames.frames(), frames.offset(i), frames.length(i));
            position += frames.length(i);
        }

        return target;
    }

    /**
     * Takes the frames.
     *
     * @return frags delivered so far.
     */
    @Benchmark
    public long assemble()
    {
        receive();
        fragsSent++;

        return counters.value(FragcastCounter.FRAGS_DELIVERED);
    }

    private void receive()
    {
        for (int i = 0; i < frames.count(); i++)
        {
            if (!adapter.onFrame(frames.frames(), frames.offset(i), frames.length(i), SESSION_ID))
            {
                throw new IllegalStateException("the receiver is not ready");
            }
        }
        receiver.doWork(nowNs);
    }

    private static final class NoForwarder implements FrameForwarder
    {
        @Override
        public void onAccepted(final DirectBuffer buffer, final int offset, final int length, final int sessionId)
        {
        }

        @Override
        public boolean isReady()
        {
            return true;
        }
    }
}
