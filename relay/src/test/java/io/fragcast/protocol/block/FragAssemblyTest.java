package io.fragcast.protocol.block;

import io.fragcast.counter.FragcastCounter;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goal: one frag of any size comes together from its frames in any order, and only from what its header names.
 */
class FragAssemblyTest
{
    private static final long BLOCK = 100;
    /** Longest body that travels in the Frag frame at MTU 1408. */
    private static final int INLINE_LENGTH = 1132;
    private static final int CHUNK_LENGTH = 1304;
    /** Most hashes in the Frag frame at MTU 1408. */
    private static final int HEADER_HASHES = 57;
    private static final int PAGE_HASHES = 65;

    private final TestSigner leader = new TestSigner(1);
    private final TestReceiver node = new TestReceiver(leader);
    private final TestBlock block = new TestBlock(leader, 1, BLOCK, 1);

    @ParameterizedTest
    @ValueSource(ints = {
        80,
        INLINE_LENGTH - 1,
        INLINE_LENGTH,
        INLINE_LENGTH + 1,
        CHUNK_LENGTH,
        CHUNK_LENGTH + 1,
        2 * CHUNK_LENGTH,
        HEADER_HASHES * CHUNK_LENGTH,
        HEADER_HASHES * CHUNK_LENGTH + 1,
        PAGE_HASHES * CHUNK_LENGTH,
        PAGE_HASHES * CHUNK_LENGTH + 1,
        1 << 20,
        BlockLimits.MAX_BODY_LENGTH})
    void shouldAssembleABodyOfEachSizeAtABoundary(final int length)
    {
        final UnsafeBuffer body = 80 == length ? TestBlock.body() : bodyOfLength(length);
        assertThat(body.capacity()).isEqualTo(length);
        final TestFrame env = block.env();
        final List<TestFrame> frames = block.frag(true, body, txCount(body));
        final boolean isInline = length <= INLINE_LENGTH;
        final boolean isPaged = length > HEADER_HASHES * CHUNK_LENGTH;
        assertThat(frames).hasSize(isInline ? 1 : 1 + chunks(length) + (isPaged ? pages(length) : 0));

        node.offer(env);
        node.offerAll(frames);
        node.offer(block.seal());

        assertThat(node.story()).containsExactly("ENV@100", "FRAG@100#0", "SEAL@100", "VERIFIED@100");
        assertThat(new UnsafeBuffer(node.events.get(1).body())).isEqualTo(body);
        assertThat(node.forwarded).hasSize(frames.size() + 2);
    }

    @Test
    void shouldRefuseABodyOneByteOverTheLimit()
    {
        node.offer(block.env());
        final UnsafeBuffer body = bodyOfLength(BlockLimits.MAX_BODY_LENGTH + 1);
        final List<TestFrame> frames = block.frag(true, body, txCount(body));

        assertThat(node.offer(frames.get(0))).isEqualTo(Verdict.OVER_LIMIT);
        assertThat(node.count(FragcastCounter.FRAMES_OVER_LIMIT)).isEqualTo(1);
        assertThat(node.count(FragcastCounter.SIGNATURES_CHECKED)).isEqualTo(1);
    }

    @Test
    void shouldRefuseMoreFragsThanABlockMayHave()
    {
        node.offer(block.env());
        final int limit = BlockLimits.MAX_FRAGS_PER_BLOCK;
        assertThat(node.offer(block.frag(limit - 1, false, TestBlock.body(), 0, CHUNK_LENGTH).get(0)))
            .isEqualTo(Verdict.ACCEPTED);
        assertThat(node.offer(block.frag(limit, false, TestBlock.body(), 0, CHUNK_LENGTH).get(0)))
            .isEqualTo(Verdict.OVER_LIMIT);
    }

    @Test
    void shouldRefuseMoreTransactionsThanAFragMayHave()
    {
        node.offer(block.env());
        assertThat(node.offer(block.frag(false, TestBlock.body(), BlockLimits.MAX_TXS_PER_FRAG).get(0)))
            .isEqualTo(Verdict.ACCEPTED);
        assertThat(node.offer(block.frag(false, TestBlock.body(), BlockLimits.MAX_TXS_PER_FRAG + 1).get(0)))
            .isEqualTo(Verdict.OVER_LIMIT);
    }

    @Test
    void shouldTakeATransactionAtTheLimitAndRefuseOneByteMore()
    {
        final int limit = BlockLimits.DEFAULT_MAX_TX_LENGTH;
        node.offer(block.env());
        node.offerAll(block.frag(false, new byte[limit]));
        node.offerAll(block.frag(true, new byte[limit + 1]));

        assertThat(node.story()).containsExactly(
            "ENV@100", "FRAG@100#0", "MISMATCHED@100 reason " + MismatchReason.BODY.ordinal());
    }

    @Test
    void shouldAssembleChunksAndPagesInAnyOrder()
    {
        final Random random = new Random(7);
        for (int round = 0; round < 60; round++)
        {
            final TestBlock other = new TestBlock(leader, 1, BLOCK + round, 1)
                .parentHash(TestBlock.blockHash(BLOCK + round - 1, 1));
            final UnsafeBuffer body = bodyOfLength(130_000 + random.nextInt(3_000));
            final List<TestFrame> frames = new ArrayList<>(List.of(other.env()));
            frames.addAll(other.frag(true, body, txCount(body)));
            final TestFrame seal = other.seal();
            node.events.clear();

            node.offer(frames.get(0));
            node.offer(frames.get(1));
            final List<TestFrame> pages = frames.stream().filter((f) -> FrameKind.FRAG_PAGE == f.kind()).toList();
            final List<TestFrame> pieces = new ArrayList<>(frames.subList(2, frames.size()));
            // As many chunks as a session may have held, before the pages that name them.
            Collections.shuffle(pieces, random);
            int held = 0;
            final List<TestFrame> later = new ArrayList<>();
            for (final TestFrame piece : pieces)
            {
                if (held < EarlyPieces.MAX_PER_SESSION / 2 && FrameKind.FRAG_CHUNK == piece.kind())
                {
                    assertThat(node.offer(piece)).isEqualTo(Verdict.HELD);
                    held++;
                }
                else if (FrameKind.FRAG_CHUNK == piece.kind())
                {
                    later.add(piece);
                }
            }
            node.offerAll(pages);
            node.offerAll(later);
            node.offer(seal);

            assertThat(node.events).hasSize(4);
            assertThat(new UnsafeBuffer(node.events.get(1).body())).isEqualTo(body);
            assertThat(node.events.get(3).kind()).isEqualTo(Delivery.VERIFIED);
        }
    }

    @Test
    void shouldHoldChunksThatOvertookTheirHeader()
    {
        node.offer(block.env());
        final List<TestFrame> frames = block.frag(true, new byte[10_000]);
        for (final TestFrame chunk : frames.subList(1, frames.size()))
        {
            assertThat(node.offer(chunk)).isEqualTo(Verdict.HELD);
            assertThat(node.offer(chunk)).isEqualTo(Verdict.DUPLICATE);
        }
        assertThat(node.forwarded).hasSize(1);

        assertThat(node.offer(frames.get(0))).isEqualTo(Verdict.ACCEPTED);
        node.offer(block.seal());

        assertThat(node.story()).endsWith("FRAG@100#0", "SEAL@100", "VERIFIED@100");
        assertThat(node.forwarded).hasSize(frames.size() + 2);
        // The header leaves first: nothing goes on before what names it.
        assertThat(node.forwarded.get(1)).isEqualTo(frames.get(0).content());
    }

    @Test
    void shouldHoldOnlyForTheNextTwoSeqsAndNotAfterTheLast()
    {
        node.offer(block.env());
        final List<List<TestFrame>> frags = new ArrayList<>();
        for (int seq = 0; seq < 4; seq++)
        {
            frags.add(block.frag(3 == seq, new byte[3_000]));
        }
        assertThat(node.offer(frags.get(0).get(1))).isEqualTo(Verdict.HELD);
        assertThat(node.offer(frags.get(1).get(1))).isEqualTo(Verdict.HELD);
        assertThat(node.offer(frags.get(2).get(1))).isEqualTo(Verdict.WITHOUT_HEADER);

        node.offer(frags.get(3).get(0));
        final List<TestFrame> after = block.frag(false, new byte[3_000]);
        assertThat(node.offer(after.get(1))).isEqualTo(Verdict.WITHOUT_HEADER);
    }

    @Test
    void shouldHoldSoManyOfASessionAndEvictNobody()
    {
        node.offer(block.env());
        final List<TestFrame> frames = block.frag(true, new byte[70 * CHUNK_LENGTH]);
        final List<TestFrame> chunks = frames.stream().filter((f) -> FrameKind.FRAG_CHUNK == f.kind()).toList();
        for (int i = 0; i < EarlyPieces.MAX_PER_SESSION; i++)
        {
            assertThat(node.offer(chunks.get(i), 1)).isEqualTo(Verdict.HELD);
        }
        assertThat(node.offer(chunks.get(EarlyPieces.MAX_PER_SESSION), 1)).isEqualTo(Verdict.WITHOUT_HEADER);
        for (int session = 2; session <= EarlyPieces.MAX_SESSIONS; session++)
        {
            assertThat(node.offer(chunks.get(0), session)).isEqualTo(Verdict.HELD);
        }
        assertThat(node.offer(chunks.get(0), EarlyPieces.MAX_SESSIONS + 1)).isEqualTo(Verdict.WITHOUT_HEADER);

        node.offerAll(frames);
        node.offer(block.seal());
        assertThat(node.story()).endsWith("VERIFIED@100");
    }

    @Test
    void shouldTakeNoPieceWithoutAnAttempt()
    {
        final List<TestFrame> frames = block.frag(true, new byte[3_000]);
        assertThat(node.offer(frames.get(1))).isEqualTo(Verdict.WITHOUT_HEADER);
    }

    @Test
    void shouldWaitForTheForwarderBeforeHeldPiecesGoOn()
    {
        node.offer(block.env());
        final List<TestFrame> frames = block.frag(true, new byte[3_000]);
        node.offer(frames.get(1));
        node.offer(frames.get(2));
        final TestFrame header = frames.get(0);
        node.isForwarderReady = false;
        // The source does not see that the forwarder is full before it has offered the header.
        node.forceOffer(header);
        assertThat(node.receiver.isReady()).isFalse();
        assertThat(node.forwarded).hasSize(2);

        node.isForwarderReady = true;
        assertThat(node.receiver.isReady()).isFalse();
        node.pass(1);
        assertThat(node.receiver.isReady()).isTrue();
        assertThat(node.forwarded).hasSize(4);
    }

    @Test
    void shouldRefuseChunksThatTheHeaderDoesNotName()
    {
        node.offer(block.env());
        final List<TestFrame> frames = block.frag(true, new byte[3_000]);
        node.offer(frames.get(0));
        final TestFrame chunk = frames.get(1);
        final int data = 72;
        int session = 100;

        assertThat(node.offer(chunk.flip(8 * data), session++)).isEqualTo(Verdict.BAD_HASH);
        final TestFrame otherIndex = chunk.copy();
        otherIndex.buffer().putInt(64, 1);
        assertThat(node.offer(otherIndex, session++)).isEqualTo(Verdict.BAD_HASH);
        final TestFrame beyond = chunk.copy();
        beyond.buffer().putInt(64, 3);
        assertThat(node.offer(beyond, session++)).isEqualTo(Verdict.BAD_HASH);
        final TestFrame negative = chunk.copy();
        negative.buffer().putInt(64, -1);
        assertThat(node.offer(negative, session++)).isEqualTo(Verdict.BAD_HASH);
        final TestFrame newer = chunk.copy();
        newer.buffer().putShort(6, (short)2);
        assertThat(node.offer(newer, session)).isEqualTo(Verdict.BAD_HASH);

        assertThat(node.forwarded).hasSize(2);
        node.offerAll(frames);
        node.offer(block.seal());
        assertThat(node.story()).endsWith("VERIFIED@100");
    }

    @Test
    void shouldTakeTheInlineBodyWhenTheHeaderCameAlone()
    {
        node.offer(block.env());
        final TestFrame whole = block.frag(true, new byte[100]).get(0);
        final int bodyLength = block.bodies.get(0).capacity();
        final UnsafeBuffer cut = new UnsafeBuffer(new byte[whole.buffer().capacity() - bodyLength]);
        cut.putBytes(0, whole.buffer(), 0, cut.capacity());
        cut.putInt(cut.capacity() - 4, 0);
        final TestFrame header = new TestFrame(FrameKind.FRAG, 0, 0, cut);

        assertThat(node.offer(header)).isEqualTo(Verdict.ACCEPTED);
        assertThat(node.offer(header)).isEqualTo(Verdict.DUPLICATE);
        final TestFrame tampered = whole.flip(8 * (whole.buffer().capacity() - 1));
        assertThat(node.offer(tampered, 9)).isEqualTo(Verdict.BAD_HASH);
        assertThat(node.offer(whole)).isEqualTo(Verdict.ACCEPTED);
        assertThat(node.offer(whole)).isEqualTo(Verdict.DUPLICATE);
        node.offer(block.seal());

        assertThat(node.story()).endsWith("FRAG@100#0", "SEAL@100", "VERIFIED@100");
    }

    @Test
    void shouldRefuseAFrameWhoseInlineBodyIsNotTheOneNamed()
    {
        node.offer(block.env());
        final TestFrame whole = block.frag(true, new byte[100]).get(0);
        assertThat(node.offer(whole.flip(8 * (whole.buffer().capacity() - 1)))).isEqualTo(Verdict.BAD_HASH);
        assertThat(node.offer(whole)).isEqualTo(Verdict.ACCEPTED);
    }

    private static UnsafeBuffer bodyOfLength(final int length)
    {
        return TestBlock.bodyOfLength(length);
    }

    private static int txCount(final UnsafeBuffer body)
    {
        return body.getShort(78) & 0xFFFF;
    }

    private static int chunks(final int length)
    {
        return (length + CHUNK_LENGTH - 1) / CHUNK_LENGTH;
    }

    private static int pages(final int length)
    {
        return (chunks(length) + PAGE_HASHES - 1) / PAGE_HASHES;
    }
}
