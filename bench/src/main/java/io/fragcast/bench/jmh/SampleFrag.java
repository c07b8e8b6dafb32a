package io.fragcast.bench.jmh;

import io.fragcast.TxSource;
import io.fragcast.codecs.FragBodyEncoder;
import io.fragcast.codecs.MessageHeaderEncoder;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;
import java.util.Random;

/**
 * The transactions of one frag, random bytes of one length each, and the FragBody that holds them.
 */
final class SampleFrag implements TxSource
{
    private static final long SEED = 4670;

    private final int txCount;
    private final int txLength;
    private final UnsafeBuffer txs;
    private final UnsafeBuffer body;
    private final int bodyLength;

    /**
     * A frag of a shape.
     *
     * @param shape count and length of the transactions, such as "20x200".
     */
    SampleFrag(final String shape)
    {
        final String[] parts = shape.split("x");
        txCount = Integer.parseInt(parts[0]);
        txLength = Integer.parseInt(parts[1]);
        final byte[] bytes = new byte[txCount * txLength];
        new Random(SEED).nextBytes(bytes);
        txs = new UnsafeBuffer(ByteBuffer.allocateDirect(bytes.length));
        txs.putBytes(0, bytes);
        body = new UnsafeBuffer(ByteBuffer.allocateDirect(bytes.length + 8 * txCount + 1_024));
        bodyLength = encode(new FragBodyEncoder(), new MessageHeaderEncoder(), body);
    }

    int encode(final FragBodyEncoder encoder, final MessageHeaderEncoder header, final UnsafeBuffer target)
    {
        final FragBodyEncoder.TxsEncoder group = encoder.wrapAndApplyHeader(target, 0, header).txsCount(txCount);
        for (int i = 0; i < txCount; i++)
        {
            group.next().putTx(txs, i * txLength, txLength);
        }

        return MessageHeaderEncoder.ENCODED_LENGTH + encoder.encodedLength();
    }

    @Override
    public int txCount()
    {
        return txCount;
    }

    @Override
    public int txLength(final int index)
    {
        return txLength;
    }

    @Override
    public void writeTx(final int index, final MutableDirectBuffer target, final int offset)
    {
        target.putBytes(offset, txs, index * txLength, txLength);
    }

    int txLength()
    {
        return txLength;
    }

    UnsafeBuffer txs()
    {
        return txs;
    }

    UnsafeBuffer body()
    {
        return body;
    }

    int bodyLength()
    {
        return bodyLength;
    }
}
