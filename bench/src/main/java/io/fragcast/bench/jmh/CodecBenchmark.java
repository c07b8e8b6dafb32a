package io.fragcast.bench.jmh;

import io.fragcast.codecs.FragBodyDecoder;
import io.fragcast.codecs.FragBodyEncoder;
import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.codecs.MessageHeaderEncoder;
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
import java.util.concurrent.TimeUnit;

/**
 * What do encoding a frag's body from its transactions, and visiting each of them in place, cost? Floor: one copy of
 * as many bytes. With bounds and precedence checks as production has them.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class CodecBenchmark
{
    /** Count and length of the transactions. */
    @Param({ "20x200", "200x300" })
    public String shape;

    private final MessageHeaderEncoder headerEncoder = new MessageHeaderEncoder();
    private final FragBodyEncoder encoder = new FragBodyEncoder();
    private final MessageHeaderDecoder headerDecoder = new MessageHeaderDecoder();
    private final FragBodyDecoder decoder = new FragBodyDecoder();
    private final UnsafeBuffer tx = new UnsafeBuffer(0, 0);
    private SampleFrag frag;
    private UnsafeBuffer target;

    /**
     * Makes the frag.
     */
    @Setup
    public void setup()
    {
        frag = new SampleFrag(shape);
        target = new UnsafeBuffer(ByteBuffer.allocateDirect(frag.body().capacity()));
    }

    /**
     * One copy.
     *
     * @return what was written to.
     */
    @Benchmark
    public UnsafeBuffer floor()
    {
        target.putBytes(0, frag.body(), 0, frag.bodyLength());

        return target;
    }

    /**
     * Encodes the body.
     *
     * @return its length.
     */
    @Benchmark
    public int encode()
    {
        return frag.encode(encoder, headerEncoder, target);
    }

    /**
     * Visits each transaction where it lies.
     *
     * @return sum of their first bytes.
     */
    @Benchmark
    public int decode()
    {
        int sum = 0;
        decoder.wrapAndApplyHeader(frag.body(), 0, headerDecoder);
        FragBodyDecoder.TxsDecoder txs = decoder.txs();
        while (txs.hasNext())
        {
            txs = txs.next();
            txs.wrapTx(tx);
            sum += tx.getByte(0);
        }

        return sum;
    }
}
