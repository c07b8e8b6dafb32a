package io.fragcast.bench.jmh;

import io.fragcast.codecs.FragBodyDecoder;
import io.fragcast.codecs.FragBodyEncoder;
import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.codecs.MessageHeaderEncoder;
import io.fragcast.protocol.block.FragBodyReader;
import io.fragcast.wire.FragBodyWriter;
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
 * What do encoding a frag's body from its transactions, and checking and visiting each of them in place, cost? Floors:
 * one copy of as many bytes; and the same by the generated codec with the same checks. With bounds and precedence
 * checks as production has them.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class CodecBenchmark
{
    private static final int MAX_TX_LENGTH = 128 << 10;

    /** Count and length of the transactions. */
    @Param({ "20x200", "200x300" })
    public String shape;

    private final MessageHeaderEncoder headerEncoder = new MessageHeaderEncoder();
    private final FragBodyEncoder encoder = new FragBodyEncoder();
    private final MessageHeaderDecoder headerDecoder = new MessageHeaderDecoder();
    private final FragBodyDecoder decoder = new FragBodyDecoder();
    private final UnsafeBuffer tx = new UnsafeBuffer(0, 0);
    private final FragBodyWriter writer = new FragBodyWriter();
    private final FragBodyReader reader = new FragBodyReader();
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
     * Encodes the body by the generated codec.
     *
     * @return its length.
     */
    @Benchmark
    public int encodeFloor()
    {
        return frag.encode(encoder, headerEncoder, target);
    }

    /**
     * Encodes the body as the sequencer does.
     *
     * @return its length.
     */
    @Benchmark
    public int encode()
    {
        return writer.write(target, 0, frag);
    }

    /**
     * Checks the form of the body, then visits each transaction where it lies, as the replica does.
     *
     * @return sum of their first bytes.
     */
    @Benchmark
    public int decode()
    {
        int sum = 0;
        if (FragBodyReader.isValid(frag.body(), 0, frag.bodyLength(), frag.txCount(), MAX_TX_LENGTH))
        {
            reader.open(frag.body(), 0);
            while (reader.next())
            {
                sum += frag.body().getByte(reader.txOffset());
            }
        }

        return sum;
    }

    /**
     * The same checks and visits by the generated codec.
     *
     * @return sum of their first bytes.
     */
    @Benchmark
    public int decodeFloor()
    {
        headerDecoder.wrap(frag.body(), 0);
        if (FragBodyDecoder.TEMPLATE_ID != headerDecoder.templateId() ||
            FragBodyDecoder.SCHEMA_ID != headerDecoder.schemaId() ||
            !isWhole())
        {
            return 0;
        }

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

    private boolean isWhole()
    {
        decoder.wrapAndApplyHeader(frag.body(), 0, headerDecoder);
        FragBodyDecoder.TxsDecoder txs = decoder.txs();
        if (frag.txCount() != txs.count())
        {
            return false;
        }
        while (txs.hasNext())
        {
            txs = txs.next();
            final int length = txs.txLength();
            if (length <= 0 || length > MAX_TX_LENGTH || decoder.limit() + length > frag.bodyLength())
            {
                return false;
            }
            txs.skipTx();
        }

        return decoder.limit() == frag.bodyLength();
    }
}
