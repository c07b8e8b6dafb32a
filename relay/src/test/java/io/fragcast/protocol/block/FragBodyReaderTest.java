package io.fragcast.protocol.block;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goal: a body is walked only when it is a FragBody to the last byte; no bytes make the check throw or read outside.
 */
class FragBodyReaderTest
{
    private static final int MAX_TX = 1_000;

    private final byte[][] txs = {{1}, new byte[MAX_TX], {2, 3}};
    private final UnsafeBuffer body = TestBlock.body(txs);

    @Test
    void shouldWalkTheTransactionsInOrder()
    {
        assertThat(isValid(body, 3)).isTrue();
        final FragBodyReader reader = new FragBodyReader();
        reader.open(body, 0);
        final List<byte[]> read = new ArrayList<>();
        while (reader.next())
        {
            final byte[] tx = new byte[reader.txLength()];
            body.getBytes(reader.txOffset(), tx);
            read.add(tx);
        }
        assertThat(read.toArray()).isEqualTo(txs);
    }

    @Test
    void shouldRefuseAnotherCount()
    {
        assertThat(isValid(body, 2)).isFalse();
        assertThat(isValid(body, 4)).isFalse();
    }

    @Test
    void shouldRefuseATransactionOverTheLimitOrEmpty()
    {
        assertThat(isValid(TestBlock.body(new byte[MAX_TX]), 1)).isTrue();
        assertThat(isValid(TestBlock.body(new byte[MAX_TX + 1]), 1)).isFalse();
        assertThat(isValid(TestBlock.body(new byte[0]), 1)).isFalse();
    }

    @Test
    void shouldRefuseEachCutAndEachTail()
    {
        for (int length = 0; length < body.capacity(); length++)
        {
            assertThat(FragBodyReader.isValid(body, 0, length, 3, MAX_TX)).as("length %d", length).isFalse();
        }
        final UnsafeBuffer longer = new UnsafeBuffer(new byte[body.capacity() + 1]);
        longer.putBytes(0, body, 0, body.capacity());
        assertThat(FragBodyReader.isValid(longer, 0, longer.capacity(), 3, MAX_TX)).isFalse();
    }

    @Test
    void shouldReadNothingOutsideWhateverTheBytes()
    {
        final Random random = new Random(3);
        final UnsafeBuffer bytes = new UnsafeBuffer(ByteBuffer.allocateDirect(body.capacity()));
        for (int i = 0; i < 300_000; i++)
        {
            bytes.putBytes(0, body, 0, body.capacity());
            for (int flips = 1 + random.nextInt(4); flips > 0; flips--)
            {
                bytes.putByte(random.nextInt(100), (byte)random.nextInt());
            }
            final int length = random.nextInt(body.capacity() + 1);
            final UnsafeBuffer window = new UnsafeBuffer(bytes, 0, length);
            if (FragBodyReader.isValid(window, 0, length, 3, MAX_TX))
            {
                final FragBodyReader reader = new FragBodyReader();
                reader.open(window, 0);
                int end = 0;
                while (reader.next())
                {
                    end = reader.txOffset() + reader.txLength();
                }
                assertThat(end).isEqualTo(length);
            }
        }
    }

    private static boolean isValid(final UnsafeBuffer body, final int txCount)
    {
        return FragBodyReader.isValid(body, 0, body.capacity(), txCount, MAX_TX);
    }
}
