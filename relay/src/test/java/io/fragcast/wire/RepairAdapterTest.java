package io.fragcast.wire;

import io.fragcast.codecs.AnswerState;
import io.fragcast.codecs.HoleKind;
import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.codecs.MessageHeaderEncoder;
import io.fragcast.codecs.RangeRequestEncoder;
import io.fragcast.codecs.WantEncoder;
import io.fragcast.codecs.WantResultDecoder;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.block.TestBlock;
import io.fragcast.protocol.block.TestFrame;
import io.fragcast.protocol.block.TestSigner;
import io.fragcast.protocol.repair.AnswerLimits;
import io.fragcast.protocol.repair.FrameArchive;
import io.fragcast.protocol.repair.FrameName;
import io.fragcast.protocol.repair.FramePart;
import io.fragcast.protocol.repair.HoleList;
import io.fragcast.protocol.repair.RecentFrames;
import io.fragcast.protocol.repair.RepairServer;
import io.fragcast.transport.FrameLink;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goal: whatever bytes come as a request, the answer is right or the bytes are counted, and nobody is sent more than
 * three times what it sent before it has shown its address.
 */
class RepairAdapterTest
{
    private static final long CHAIN_ID = TestBlock.CHAIN_ID;
    private static final long BLOCK = 7;
    private static final long INCARNATION = 1_000;
    private static final int FRAME_LENGTH = 1_376;
    private static final int FRAME_HEADER_LENGTH = 32;
    private static final long TOKEN = -99;

    private final Counters counters = Counters.inMemory();
    private final RecentFrames memory = new RecentFrames(RecentFrames.MIN_LENGTH, counters);
    private final MemoryLink link = new MemoryLink();
    private final RepairServer server = new RepairServer(
        CHAIN_ID, 1, memory, FrameArchive.NONE, new AnswerProxy(new FrameLink[]{link}, CHAIN_ID, FRAME_LENGTH),
        AnswerLimits.DEFAULT, () -> TOKEN, counters);
    private final RepairAdapter adapter = new RepairAdapter(0, server, counters);
    private final UnsafeBuffer request = new UnsafeBuffer(new byte[FRAME_LENGTH]);
    private long nowNs;

    private record Hole(HoleKind kind, int seq, int index, long bits)
    {
    }

    @Test
    void shouldSendFramesAsTheyWereAcceptedAndThenTheResult()
    {
        final List<TestFrame> frag = accept();
        final int length = want(TOKEN, new Hole(HoleKind.FRAGS, 0, 0, 0b11), new Hole(HoleKind.END, 0, 0, 0));

        offer(length);

        assertThat(link.sent).hasSize(frag.size() + 1);
        for (int i = 0; i < frag.size(); i++)
        {
            assertThat(link.sent.get(i)).isEqualTo(frag.get(i).content());
        }
        final WantResultDecoder result = result();
        assertThat(result.requestId()).isEqualTo(4_711);
        assertThat(result.token()).isEqualTo(TOKEN);
        assertThat(result.state()).isEqualTo(AnswerState.COMPLETE);
        assertThat(result.found()).isEqualTo(frag.size());
        assertThat(result.notFound()).isEqualTo(2);
        assertThat(result.newestBlock()).isEqualTo(BLOCK);
        assertThat(result.newestIncarnation()).isEqualTo(INCARNATION);
        assertThat(result.newestTerm()).isEqualTo(1);
        assertThat(result.newestSeq()).isEqualTo(1);
        final WantResultDecoder.MissingDecoder missing = result.missing();
        assertThat(missing.count()).isEqualTo(2);
        missing.next();
        assertThat(missing.kind()).isEqualTo(HoleKind.FRAGS);
        assertThat(missing.seq()).isEqualTo(1);
        assertThat(missing.bits()).isEqualTo(1);
        missing.next();
        assertThat(missing.kind()).isEqualTo(HoleKind.END);
    }

    @Test
    void shouldAnswerARange()
    {
        final List<TestFrame> frag = accept();

        offer(range(TOKEN, BLOCK, BLOCK));

        assertThat(link.sent).hasSize(1 + frag.size() + 1);
        assertThat(result().state()).isEqualTo(AnswerState.COMPLETE);
    }

    /** Also of the datagrams, with the 32 bytes of Aeron's header on each. */
    @Test
    void shouldSendAtMostThreeTimesWhatCameBeforeTheTokenDoes()
    {
        accept();
        final int[] lengths = {want(0), want(1, new Hole(HoleKind.FRAGS, 0, 0, -1)), range(5, BLOCK, BLOCK)};
        for (final int length : lengths)
        {
            link.sent.clear();
            offer(length == lengths[0] ? want(0) : length == lengths[1] ?
                want(1, new Hole(HoleKind.FRAGS, 0, 0, -1)) : range(5, BLOCK, BLOCK));
            assertThat(result().state()).isEqualTo(AnswerState.UNPROVED);
            assertThat(link.sent).hasSize(1);
            assertThat(link.sent.get(0).length).isLessThanOrEqualTo(3 * length);
            assertThat(link.sent.get(0).length + FRAME_HEADER_LENGTH)
                .isLessThanOrEqualTo(3 * (length + FRAME_HEADER_LENGTH));
        }
    }

    @Test
    void shouldFitAResultWithAllItsHolesInAFrame()
    {
        accept();
        final Hole[] holes = new Hole[HoleList.MAX_HOLES];
        Arrays.setAll(holes, (i) -> new Hole(HoleKind.CHUNKS, 2 * i + 1, 0, -1));

        offer(want(TOKEN, holes));

        assertThat(link.sent).hasSize(1);
        assertThat(link.sent.get(0).length).isLessThanOrEqualTo(FRAME_LENGTH);
        assertThat(result().notFound()).isEqualTo(HoleList.MAX_HOLES * Long.SIZE);
        assertThat(result().missing().count()).isEqualTo(HoleList.MAX_HOLES);
    }

    @Test
    void shouldCountEveryLengthButTheRightOne()
    {
        accept();
        for (final boolean isRange : new boolean[]{false, true})
        {
            final int length = isRange ?
                range(TOKEN, BLOCK, BLOCK) : want(TOKEN, new Hole(HoleKind.ENV, 0, 0, 0));
            final long before = counters.value(FragcastCounter.REPAIR_MALFORMED);
            for (int i = 0; i <= length + 50; i++)
            {
                if (length != i)
                {
                    assertThat(adapter.onFrame(request, 0, i, 1)).isTrue();
                }
            }
            assertThat(counters.value(FragcastCounter.REPAIR_MALFORMED) - before).isEqualTo(length + 50);
        }
        assertThat(counters.value(FragcastCounter.REPAIR_REQUESTS)).isZero();
    }

    @Test
    void shouldCountHolesThatCannotBe()
    {
        accept();
        want(TOKEN, new Hole(HoleKind.ENV, 0, 0, 1));
        refused(want(TOKEN, new Hole(HoleKind.ENV, 0, 0, 1)));
        refused(want(TOKEN, new Hole(HoleKind.FRAGS, Integer.MAX_VALUE, 0, 1)));
        refused(want(TOKEN, new Hole(HoleKind.CHUNKS, 0, Integer.MAX_VALUE, 1)));
        final Hole[] tooMany = new Hole[HoleList.MAX_HOLES + 1];
        Arrays.fill(tooMany, new Hole(HoleKind.ENV, 0, 0, 0));
        refused(want(TOKEN, tooMany));
        final int length = want(TOKEN, new Hole(HoleKind.ENV, 0, 0, 0));
        request.putByte(length - 4, (byte)6);
        refused(length);
        want(TOKEN, new Hole(HoleKind.ENV, 0, 0, 0));
        request.putByte(length - 1, (byte)1);
        refused(length);
    }

    @Test
    void shouldNeverThrowWhateverBytesCome()
    {
        accept();
        final Random random = new Random(4670);
        for (int i = 0; i < 20_000; i++)
        {
            final int length = random.nextBoolean() ?
                want(TOKEN, new Hole(HoleKind.get((short)random.nextInt(6)), random.nextInt(3), random.nextInt(9), 0)) :
                range(TOKEN, BLOCK, BLOCK + random.nextInt(70));
            for (int flips = random.nextInt(4); flips >= 0; flips--)
            {
                final int at = random.nextInt(length);
                request.putByte(at, (byte)(request.getByte(at) ^ 1 << random.nextInt(8)));
            }
            link.sent.clear();
            final long malformed = counters.value(FragcastCounter.REPAIR_MALFORMED);
            offer(length);
            assertThat(link.sent.size() + counters.value(FragcastCounter.REPAIR_MALFORMED) - malformed).isPositive();
        }
        assertThat(counters.value(FragcastCounter.REPAIR_MALFORMED)).isPositive();
        assertThat(counters.value(FragcastCounter.REPAIR_REQUESTS)).isPositive();
    }

    private void refused(final int length)
    {
        final long before = counters.value(FragcastCounter.REPAIR_MALFORMED);
        offer(length);
        assertThat(counters.value(FragcastCounter.REPAIR_MALFORMED)).isEqualTo(before + 1);
        assertThat(link.sent).isEmpty();
    }

    private void offer(final int length)
    {
        adapter.onFrame(request, 0, length, 1);
        // 32 holes of 64 bits are looked up in 64 turns.
        for (int i = 0; i < 80; i++)
        {
            nowNs += 1_000_000_000L;
            server.doWork(nowNs);
        }
    }

    /** An Env and one frag of several chunks, each with time stamps of its last hop; returns the frag's frames. */
    private List<TestFrame> accept()
    {
        final TestBlock block = new TestBlock(new TestSigner(1), 1, BLOCK, INCARNATION);
        store(block.env());
        final List<TestFrame> frag = block.frag(false, TestBlock.bodyOfLength(9_000), 1);
        frag.forEach(this::store);

        return frag;
    }

    private void store(final TestFrame frame)
    {
        final FrameName name = new FrameName();
        final UnsafeBuffer accepted = frame.copy().buffer();
        accepted.putLong(FrameLayout.SEND_TIME_OFFSET, 1_795_235_821_000_000_000L);
        accepted.putLong(FrameLayout.RECEIVE_TIME_OFFSET, 1_795_235_821_000_000_001L);
        assertThat(new FrameNames().tryName(accepted, 0, accepted.capacity(), name)).isTrue();
        assertThat(name.part).isNotEqualTo(FramePart.END);
        assertThat(memory.onFrame(name, accepted, 0, accepted.capacity())).isTrue();
    }

    private WantResultDecoder result()
    {
        final UnsafeBuffer last = new UnsafeBuffer(link.sent.get(link.sent.size() - 1));
        final MessageHeaderDecoder header = new MessageHeaderDecoder().wrap(last, 0);
        assertThat(header.templateId()).isEqualTo(WantResultDecoder.TEMPLATE_ID);

        return new WantResultDecoder().wrapAndApplyHeader(last, 0, header);
    }

    private int want(final long token, final Hole... holes)
    {
        request.setMemory(0, FRAME_LENGTH, (byte)0);
        final WantEncoder encoder = new WantEncoder().wrapAndApplyHeader(request, 0, new MessageHeaderEncoder());
        encoder.requestId(4_711).chainId(CHAIN_ID).token(token).maxBytes(10_000_000).reserved(0);
        final WantEncoder.HolesEncoder group = encoder.holesCount(holes.length);
        for (final Hole hole : holes)
        {
            group.next().blockNumber(BLOCK).incarnation(INCARNATION).bits(hole.bits()).leaderTerm(1)
                .seq(hole.seq()).index(hole.index()).kind(hole.kind());
        }

        return MessageHeaderEncoder.ENCODED_LENGTH + encoder.encodedLength();
    }

    private int range(final long token, final long from, final long to)
    {
        request.setMemory(0, FRAME_LENGTH, (byte)0);
        final RangeRequestEncoder encoder =
            new RangeRequestEncoder().wrapAndApplyHeader(request, 0, new MessageHeaderEncoder());
        encoder.requestId(4_711).chainId(CHAIN_ID).token(token).fromBlock(from).toBlock(to).fromSeq(0)
            .maxBytes(10_000_000);

        return MessageHeaderEncoder.ENCODED_LENGTH + encoder.encodedLength();
    }
}
