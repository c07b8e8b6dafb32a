package io.fragcast.wire;

import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.codecs.MessageHeaderEncoder;
import io.fragcast.codecs.RangeRequestDecoder;
import io.fragcast.codecs.WantDecoder;
import io.fragcast.codecs.WantResultEncoder;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.block.Delivery;
import io.fragcast.protocol.block.TestBlock;
import io.fragcast.protocol.block.TestFrame;
import io.fragcast.protocol.block.TestReceiver;
import io.fragcast.protocol.block.TestSigner;
import io.fragcast.protocol.repair.HoleKind;
import io.fragcast.protocol.repair.HoleList;
import io.fragcast.protocol.repair.RepairClient;
import io.fragcast.transport.FrameLink;
import io.fragcast.transport.FrameSink;
import io.fragcast.transport.FrameSource;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goal: requests leave as the schema says, answers are read as strictly, and nothing that a holder may send throws.
 */
class RepairWireTest
{
    private static final int SESSION = 77;

    private final TestSigner leader = new TestSigner(1);
    private final TestReceiver node = new TestReceiver(leader);
    private final RecordingSink sink = new RecordingSink("holder");
    private final RepairProxy proxy = new RepairProxy(new FrameLink[]{new Link(sink)}, TestBlock.CHAIN_ID);
    private final RepairClient client =
        new RepairClient(node.receiver, proxy, RepairClient.DEFAULT_PATIENCE_NS, node.counters);
    private final RepairAnswerAdapter adapter = new RepairAnswerAdapter(
        0, node.receiver, node.adapter, client, node.nowNs::get, TestBlock.CHAIN_ID, node.counters);

    @Test
    void shouldEncodeEveryFieldOfAWant()
    {
        final HoleList holes = new HoleList();
        holes.add(HoleKind.ENV, 3, 1_000, 17, 0, 0);
        holes.add(HoleKind.CHUNKS, -1, Long.MAX_VALUE, 18, 5, 128, 0x8000_0000_0000_0001L);
        for (int i = 2; i < HoleList.MAX_HOLES; i++)
        {
            holes.add(HoleKind.TAIL, 3, 1_000 + i, 17, i, 0);
        }
        assertThat(proxy.sendWant(0, 42, -5, 1 << 20, holes)).isTrue();

        final byte[] frame = sink.frames.get(0);
        assertThat(frame.length).isLessThanOrEqualTo(1_376);
        final WantDecoder want = new WantDecoder();
        want.wrapAndApplyHeader(new UnsafeBuffer(frame), 0, new MessageHeaderDecoder());
        assertThat(want.requestId()).isEqualTo(42);
        assertThat(want.chainId()).isEqualTo(TestBlock.CHAIN_ID);
        assertThat(want.token()).isEqualTo(-5);
        assertThat(want.maxBytes()).isEqualTo(1 << 20);
        assertThat(want.reserved()).isZero();
        final WantDecoder.HolesDecoder group = want.holes();
        assertThat(group.count()).isEqualTo(HoleList.MAX_HOLES);
        group.next();
        assertThat(group.kindRaw()).isEqualTo((short)HoleKind.ENV.ordinal());
        assertThat(group.blockNumber()).isEqualTo(1_000);
        assertThat(group.incarnation()).isEqualTo(17);
        assertThat(group.leaderTerm()).isEqualTo(3);
        group.next();
        assertThat(group.kindRaw()).isEqualTo((short)HoleKind.CHUNKS.ordinal());
        assertThat(group.bits()).isEqualTo(0x8000_0000_0000_0001L);
        assertThat(group.seq()).isEqualTo(5);
        assertThat(group.index()).isEqualTo(128);
        assertThat((int)group.leaderTerm()).isEqualTo(-1);
    }

    @Test
    void shouldEncodeEveryFieldOfARange()
    {
        assertThat(proxy.sendRange(0, 43, 9, 1_000, 11, 22, 3)).isTrue();

        final RangeRequestDecoder range = new RangeRequestDecoder();
        range.wrapAndApplyHeader(new UnsafeBuffer(sink.frames.get(0)), 0, new MessageHeaderDecoder());
        assertThat(List.of(
            range.requestId(), range.chainId(), range.token(), range.fromBlock(), range.toBlock(), range.fromSeq(),
            range.maxBytes()))
            .containsExactly(43L, TestBlock.CHAIN_ID, 9L, 11L, 22L, 3L, 1_000L);
    }

    @Test
    void shouldSayThatALinkTakesNothing()
    {
        sink.window = 0;
        assertThat(proxy.sendWant(0, 1, 0, 0, new HoleList())).isFalse();
        assertThat(proxy.sendRange(0, 1, 0, 0, 1, 1, 0)).isFalse();
        assertThat(sink.frames).isEmpty();
    }

    @Test
    void shouldTakeATokenAndRepairedFrames()
    {
        client.doWork(node.nowNs.get());
        assertThat(sink.frames).hasSize(1);
        assertThat(adapter.onFrame(result(1, 99, 0), 0, resultLength(0), SESSION)).isTrue();
        client.doWork(node.nowNs.get());
        assertThat(client.readyCount()).isEqualTo(1);

        node.receiver.repairedBy(client, (latencyNs) -> {});
        for (final TestFrame frame : new TestBlock(leader, 1, 1_000, 1).frames(3, 1, 5_000))
        {
            assertThat(adapter.onFrame(frame.buffer(), 0, frame.buffer().capacity(), SESSION)).isTrue();
        }
        assertThat(node.story()).endsWith("VERIFIED@1000");
        assertThat(node.events.stream().filter((event) -> Delivery.FRAG == event.kind())).hasSize(3);
        assertThat(node.count(FragcastCounter.FRAGS_REPAIRED)).isEqualTo(3);

        // What comes live after it is not repaired.
        node.offerAll(new TestBlock(leader, 1, 1_001, 1).parentHash(TestBlock.blockHash(1_000, 1)).frames(3, 1, 50));
        assertThat(node.count(FragcastCounter.FRAGS_REPAIRED)).isEqualTo(3);
    }

    @Test
    void shouldOfferAFrameAgainWhileTheReceiverIsNotReady()
    {
        node.isForwarderReady = false;
        final TestFrame env = new TestBlock(leader, 1, 1_000, 1).env();
        assertThat(adapter.onFrame(env.buffer(), 0, env.buffer().capacity(), SESSION)).isFalse();
        // A result needs nobody.
        assertThat(adapter.onFrame(result(1, 99, 2), 0, resultLength(2), SESSION)).isTrue();
        assertThat(node.count(FragcastCounter.FRAMES_MALFORMED)).isZero();
    }

    @Test
    void shouldRefuseResultsOfAnotherLength()
    {
        for (final int missing : new int[]{0, 1, HoleList.MAX_HOLES})
        {
            final int length = resultLength(missing);
            final UnsafeBuffer whole = result(1, 99, missing);
            for (int cut = 1; cut <= length; cut++)
            {
                // Of exactly that length, so that a read beyond it shows.
                final UnsafeBuffer part = new UnsafeBuffer(new byte[length - cut]);
                part.putBytes(0, whole, 0, length - cut);
                if (length > cut)
                {
                    assertThat(adapter.onFrame(part, 0, length - cut, SESSION)).isTrue();
                }
            }
            final UnsafeBuffer longer = new UnsafeBuffer(new byte[length + 1]);
            longer.putBytes(0, whole, 0, length);
            assertThat(adapter.onFrame(longer, 0, length + 1, SESSION)).isTrue();
        }
        assertThat(node.count(FragcastCounter.FRAMES_MALFORMED)).isEqualTo(
            resultLength(0) + resultLength(1) + resultLength(HoleList.MAX_HOLES));
        client.doWork(node.nowNs.get());
        assertThat(client.readyCount()).isZero();
    }

    @Test
    void shouldNotThrowWhateverComes()
    {
        final Random random = new Random(5);
        for (int i = 0; i < 20_000; i++)
        {
            final int missing = random.nextInt(4);
            final UnsafeBuffer frame = result(random.nextInt(3), random.nextLong(), missing);
            for (int flips = 1 + random.nextInt(6); flips > 0; flips--)
            {
                // Not the template: that would be a frame of the block lane.
                final int at = random.nextInt(frame.capacity());
                frame.putByte(2 == at || 3 == at ? 0 : at, (byte)random.nextInt(256));
            }
            assertThat(adapter.onFrame(frame, 0, frame.capacity(), SESSION)).isTrue();
            node.nowNs.set(node.nowNs.get() + 100_000);
            client.doWork(node.nowNs.get());
        }
        assertThat(node.count(FragcastCounter.FRAMES_MALFORMED)).isPositive();
    }

    @Test
    void shouldDropResultsOfAnotherChain()
    {
        client.doWork(node.nowNs.get());
        final UnsafeBuffer foreign = result(1, 99, 0);
        new WantResultEncoder().wrap(foreign, MessageHeaderEncoder.ENCODED_LENGTH).chainId(1);
        assertThat(adapter.onFrame(foreign, 0, resultLength(0), SESSION)).isTrue();
        client.doWork(node.nowNs.get());

        assertThat(client.readyCount()).isZero();
        assertThat(node.count(FragcastCounter.FRAMES_FOREIGN_CHAIN)).isEqualTo(1);
    }

    private static int resultLength(final int missing)
    {
        return MessageHeaderEncoder.ENCODED_LENGTH + WantResultEncoder.BLOCK_LENGTH +
            WantResultEncoder.MissingEncoder.sbeHeaderSize() +
            missing * WantResultEncoder.MissingEncoder.sbeBlockLength();
    }

    private static UnsafeBuffer result(final long requestId, final long token, final int missing)
    {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[resultLength(missing)]);
        final WantResultEncoder encoder = new WantResultEncoder();
        encoder.wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
            .requestId(requestId)
            .chainId(TestBlock.CHAIN_ID)
            .token(token)
            .newestBlock(1_000)
            .newestIncarnation(1)
            .newestTerm(1)
            .newestSeq(2)
            .found(0)
            .notFound(missing)
            .sentBytes(0)
            .oldestBlock(900)
            .state(io.fragcast.codecs.AnswerState.COMPLETE);
        final WantResultEncoder.MissingEncoder group = encoder.missingCount(missing);
        for (int i = 0; i < missing; i++)
        {
            group.next().blockNumber(1_000).incarnation(1).bits(1).leaderTerm(1).seq(i).index(0)
                .kind(io.fragcast.codecs.HoleKind.FRAGS);
        }

        return buffer;
    }

    private record Link(FrameSink sink) implements FrameLink
    {
        @Override
        public FrameSource source()
        {
            throw new UnsupportedOperationException("requests only");
        }

        @Override
        public boolean isConnected()
        {
            return sink.isConnected();
        }

        @Override
        public String name()
        {
            return sink.name();
        }

        @Override
        public void close()
        {
            sink.close();
        }
    }
}
