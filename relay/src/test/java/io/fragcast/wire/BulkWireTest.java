package io.fragcast.wire;

import io.fragcast.codecs.CreditDecoder;
import io.fragcast.codecs.StreamRequestDecoder;
import io.fragcast.codecs.StreamStopDecoder;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.repair.FrameArchive;
import io.fragcast.protocol.repair.HeldFrames;
import io.fragcast.protocol.repair.RecentFrames;
import io.fragcast.protocol.sync.SeederLimits;
import io.fragcast.protocol.sync.StreamKind;
import io.fragcast.protocol.sync.StreamRequest;
import io.fragcast.protocol.sync.StreamSeeder;
import io.fragcast.transport.FrameLink;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Requests of the bulk lane as they are written, and as somebody may send them who means harm.
 */
class BulkWireTest
{
    private static final long CHAIN_ID = 8453;
    private static final int HEADER_LENGTH = 8;

    private final Counters counters = Counters.inMemory();
    private final MemoryLink link = new MemoryLink();
    private final MemoryLink answers = new MemoryLink();
    private final BulkProxy proxy = new BulkProxy(new FrameLink[]{link}, CHAIN_ID);
    private final HeldFrames held =
        new HeldFrames(new RecentFrames(RecentFrames.MIN_LENGTH, counters), FrameArchive.NONE);
    private final StreamSeeder seeder = new StreamSeeder(
        CHAIN_ID,
        1,
        new HeldFrames[]{held, held, null, null},
        new FrameNames()::tryName,
        new ChunkProxy(new FrameLink[]{answers}, CHAIN_ID, 1_376),
        SeederLimits.DEFAULT,
        () -> 7,
        counters);
    private final BulkAdapter adapter = new BulkAdapter(0, seeder, CHAIN_ID, counters);

    BulkWireTest()
    {
        final StreamRequest request = new StreamRequest();
        request.sessionId = 5;
        request.chainId = CHAIN_ID;
        request.token = 7;
        request.startBlock = 10;
        request.stopBlock = 20;
        request.maxBytes = 1_000;
        request.maxItems = 9;
        request.maxChunks = 2;
        request.kind = StreamKind.SEALS;
        request.isIds = true;
        proxy.sendRequest(0, request);
        proxy.sendCredit(0, 5, 3);
        proxy.sendStop(0, 5);
        // The first request learns the token.
        request.token = 0;
        seeder.onRequest(0, request);
    }

    @Test
    void shouldTakeWhatTheProxyWrites()
    {
        assertThat(link.sent.stream().map((bytes) -> bytes.length)).containsExactly(
            HEADER_LENGTH + StreamRequestDecoder.BLOCK_LENGTH,
            HEADER_LENGTH + CreditDecoder.BLOCK_LENGTH,
            HEADER_LENGTH + StreamStopDecoder.BLOCK_LENGTH);
        link.sent.forEach(this::offer);

        assertThat(counters.value(FragcastCounter.STREAMS_OPENED)).isEqualTo(1);
        assertThat(counters.value(FragcastCounter.STREAM_FAULTS)).isZero();
        assertThat(counters.value(FragcastCounter.BULK_MALFORMED)).isZero();
    }

    @Test
    void shouldCountEveryOtherLength()
    {
        int offered = 0;
        for (final byte[] message : List.copyOf(link.sent))
        {
            for (int length = 0; length <= message.length + 8; length++)
            {
                if (length != message.length)
                {
                    final byte[] other = new byte[length];
                    System.arraycopy(message, 0, other, 0, Math.min(length, message.length));
                    offer(other);
                    offered++;
                }
            }
        }

        assertThat(counters.value(FragcastCounter.BULK_MALFORMED)).isEqualTo(offered);
        assertThat(counters.value(FragcastCounter.STREAMS_OPENED)).isZero();
    }

    @Test
    void shouldRefuseReservedBytesAndUnknownCodes()
    {
        final byte[] request = link.sent.get(0);
        for (int at = HEADER_LENGTH + 48; at < request.length; at++)
        {
            final byte[] other = request.clone();
            other[at] = (byte)0xFF;
            offer(other);
        }
        final byte[] credit = link.sent.get(1).clone();
        credit[credit.length - 1] = 1;
        offer(credit);

        assertThat(counters.value(FragcastCounter.BULK_MALFORMED)).isEqualTo(8 + 1);
        assertThat(counters.value(FragcastCounter.STREAMS_OPENED)).isZero();
    }

    @Test
    void shouldOutliveAnyBytes()
    {
        final Random random = new Random(33);
        for (int i = 0; i < 20_000; i++)
        {
            final byte[] message = link.sent.get(random.nextInt(3)).clone();
            for (int j = random.nextInt(4); j >= 0; j--)
            {
                message[random.nextInt(message.length)] = (byte)random.nextInt();
            }
            offer(message);
            seeder.doWork(i);
        }

        assertThat(counters.value(FragcastCounter.BULK_MALFORMED)).isPositive();
    }

    private void offer(final byte[] bytes)
    {
        assertThat(adapter.onFrame(new UnsafeBuffer(bytes), 0, bytes.length, 1)).isTrue();
    }
}
