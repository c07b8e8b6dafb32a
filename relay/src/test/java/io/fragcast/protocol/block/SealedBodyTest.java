package io.fragcast.protocol.block;

import io.fragcast.cli.BlockRecord;
import io.fragcast.cli.RealBlocks;
import io.fragcast.ethereum.Keccak;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goal: a body counts if, and only if, its header names it. Method: bodies of real blocks of every chain and fork, and
 * near misses of them.
 */
class SealedBodyTest
{
    private final SealedBody check = new SealedBody();

    static Stream<String> files()
    {
        return RealBlocks.FILES.stream();
    }

    @ParameterizedTest
    @MethodSource("files")
    void shouldKnowTheBodiesOfRealBlocks(final String file)
    {
        int known = 0;
        for (final BlockRecord record : RealBlocks.read(file))
        {
            final SealedBlock block = sealed(record);
            final byte[] body = body(block, record.transactions());
            assertThat(isOf(block, body)).as("block %d", record.number()).isTrue();
            assertThat(isOf(block, Arrays.copyOf(body, body.length + 1))).isFalse();
            known++;
        }
        assertThat(known).isPositive();
    }

    @Test
    void shouldRefuseEveryByteThatDiffersAndEveryOtherLength()
    {
        final BlockRecord record = RealBlocks.read("op-mainnet").get(0);
        final SealedBlock block = sealed(record);
        final byte[] body = body(block, record.transactions());
        for (int i = 0; i < body.length; i++)
        {
            final byte[] other = body.clone();
            other[i] ^= 1;
            assertThat(isOf(block, other)).as("byte %d", i).isFalse();
            assertThat(isOf(block, Arrays.copyOf(body, i))).as("%d bytes", i).isFalse();
        }
    }

    @Test
    void shouldRefuseTransactionsInAnotherOrderOrWithOneTooFew()
    {
        final BlockRecord record = RealBlocks.read("op-mainnet").get(3);
        final SealedBlock block = sealed(record);
        final List<byte[]> txs = record.transactions();
        assertThat(txs).hasSizeGreaterThan(2);
        assertThat(isOf(block, body(block, txs.subList(0, txs.size() - 1)))).isFalse();
        assertThat(isOf(block, body(block, Stream.of(txs.subList(1, txs.size()), txs.subList(0, 1))
            .flatMap(List::stream).toList()))).isFalse();
    }

    @Test
    void shouldThrowNothingWhateverComes()
    {
        final SealedBlock block = sealed(RealBlocks.read("op-mainnet").get(0));
        final Random random = new Random(7);
        for (int i = 0; i < 20_000; i++)
        {
            final byte[] bytes = new byte[random.nextInt(64)];
            random.nextBytes(bytes);
            if (bytes.length > 0)
            {
                bytes[0] = (byte)(0xC0 | bytes[0]);
            }
            assertThat(isOf(block, bytes)).isFalse();
        }
    }

    @Test
    void shouldWriteNoBodyLongerThanAnyMayBe()
    {
        final SealedBodyWriter writer = new SealedBodyWriter();
        final UnsafeBuffer tx = new UnsafeBuffer(new byte[1 << 20]);
        tx.putByte(0, (byte)2);
        writer.clear();
        int taken = 0;
        while (writer.add(tx, 0, tx.capacity()))
        {
            taken++;
        }
        writer.finish(true);
        assertThat(taken).isEqualTo(15);
        assertThat(writer.length()).isLessThanOrEqualTo(SealedBody.MAX_LENGTH);
    }

    private boolean isOf(final SealedBlock block, final byte[] body)
    {
        // Not at the beginning of its buffer.
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[body.length + 7]);
        buffer.putBytes(7, body);

        return check.isOf(block, buffer, 7, body.length);
    }

    private byte[] body(final SealedBlock block, final List<byte[]> txs)
    {
        final SealedBodyWriter writer = new SealedBodyWriter();
        writer.clear();
        for (final byte[] tx : txs)
        {
            assertThat(writer.add(new UnsafeBuffer(tx), 0, tx.length)).isTrue();
        }
        writer.finish(check.hasWithdrawals(block));
        final byte[] body = new byte[writer.length()];
        writer.buffer().getBytes(writer.offset(), body);

        return body;
    }

    /** The header of a real block, with no ommers: two of the oldest blocks had some, and their bodies are not here. */
    private static SealedBlock sealed(final BlockRecord record)
    {
        final byte[] rlp = record.header().rlp();
        final SealedBlock block = new SealedBlock();
        assertThat(new SealedHeader().tryRead(new UnsafeBuffer(rlp), 0, rlp.length, block)).isTrue();
        final Keccak keccak = new Keccak();
        final byte[] noOmmers = new byte[32];
        keccak.update(new byte[]{(byte)0xC0}, 0, 1);
        keccak.finish(noOmmers, 0);
        // Field 1, behind the list's header of 3 bytes, the parent's hash and a prefix.
        System.arraycopy(noOmmers, 0, block.header, 3 + 33 + 1, noOmmers.length);

        return block;
    }
}
