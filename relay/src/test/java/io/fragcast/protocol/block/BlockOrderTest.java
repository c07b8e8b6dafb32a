package io.fragcast.protocol.block;

import io.fragcast.counter.FragcastCounter;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goal: whatever the order of arrival, one attempt is delivered as Env, Frag 0..k, Seal and one terminal event. Method:
 * frames of a test leader in every permutation, through adapter and receiver.
 */
class BlockOrderTest
{
    private static final long BLOCK = 100;
    private static final int FRAGS = 6;

    private final TestSigner leader = new TestSigner(1);
    private final TestReceiver node = new TestReceiver(leader);

    @Test
    void shouldDeliverEveryPermutationOfSixFragsInOrder()
    {
        final List<int[]> permutations = permutations();
        for (int i = 0; i < permutations.size(); i++)
        {
            final long number = BLOCK + i;
            final List<TestFrame> frames = block(number).frames(FRAGS, 2, 50);
            node.events.clear();
            node.offer(frames.get(0));
            for (final int seq : permutations.get(i))
            {
                assertThat(node.offer(frames.get(1 + seq))).isEqualTo(Verdict.ACCEPTED);
            }
            node.offer(frames.get(1 + FRAGS));
            assertThat(node.story()).isEqualTo(whole(number));
        }
        assertThat(permutations).hasSize(720);
        assertThat(node.count(FragcastCounter.BLOCKS_VERIFIED)).isEqualTo(720);
    }

    @Test
    void shouldDeliverAllThatCameBeforeItsEnvRightAfterIt()
    {
        final List<int[]> permutations = permutations();
        for (int i = 0; i < permutations.size(); i++)
        {
            final long number = BLOCK + i;
            final List<TestFrame> frames = block(number).frames(FRAGS, 2, 50);
            node.events.clear();
            node.offer(frames.get(1 + FRAGS));
            for (final int seq : permutations.get(i))
            {
                assertThat(node.offer(frames.get(1 + seq))).isEqualTo(Verdict.ACCEPTED);
            }
            assertThat(node.events).isEmpty();
            node.offer(frames.get(0));
            assertThat(node.story()).isEqualTo(whole(number));
        }
    }

    @Test
    void shouldDeliverTheFramesOfLargeFragsInAnyOrder()
    {
        final Random random = new Random(4670);
        for (int i = 0; i < 200; i++)
        {
            final long number = BLOCK + i;
            final TestBlock block = block(number);
            final List<TestFrame> frames = block.frames(FRAGS, 3, 1500);
            final List<TestFrame> signed = new ArrayList<>(frames.stream()
                .filter((frame) -> FrameKind.FRAG_CHUNK != frame.kind()).toList());
            final List<TestFrame> chunks = new ArrayList<>(frames);
            chunks.removeAll(signed);
            Collections.shuffle(signed, random);
            Collections.shuffle(chunks, random);
            node.events.clear();
            node.offerAll(signed);
            node.offerAll(chunks);
            assertThat(node.story()).isEqualTo(whole(number));
            for (int seq = 0; seq < FRAGS; seq++)
            {
                assertThat(new UnsafeBuffer(node.events.get(1 + seq).body())).isEqualTo(block.bodies.get(seq));
            }
        }
    }

    @Test
    void shouldDeliverEachFrameOnceHoweverOftenItComes()
    {
        final List<TestFrame> frames = block(BLOCK).frames(FRAGS, 3, 1500);
        for (final TestFrame frame : frames)
        {
            assertThat(node.offer(frame)).isEqualTo(Verdict.ACCEPTED);
            assertThat(node.offer(frame, 8)).isEqualTo(Verdict.DUPLICATE);
        }
        for (final TestFrame frame : frames)
        {
            assertThat(node.offer(frame)).isEqualTo(Verdict.DUPLICATE);
        }
        assertThat(node.story()).isEqualTo(whole(BLOCK));
        assertThat(node.forwarded).hasSize(frames.size());
    }

    @Test
    void shouldRefuseWhatFollowsTheLastFragAndGoOn()
    {
        final TestBlock block = block(BLOCK);
        final List<TestFrame> frames = block.frames(FRAGS, 2, 50);
        final List<TestFrame> after = block.frag(false, new byte[10]);
        node.offerAll(frames.subList(0, 1 + FRAGS));

        assertThat(node.offer(after.get(0))).isEqualTo(Verdict.OUT_OF_STATE);
        assertThat(node.count(FragcastCounter.FRAMES_OUT_OF_STATE)).isEqualTo(1);

        node.offer(frames.get(1 + FRAGS));
        assertThat(node.story()).isEqualTo(whole(BLOCK));
    }

    @Test
    void shouldCutWhatCameEarlyAndFollowsTheLastFrag()
    {
        final TestBlock block = block(BLOCK);
        final List<TestFrame> frames = block.frames(FRAGS, 2, 50);
        final List<TestFrame> after = block.frag(false, new byte[10]);
        node.offer(frames.get(0));

        assertThat(node.offer(after.get(0))).isEqualTo(Verdict.ACCEPTED);

        node.offerAll(frames.subList(1, frames.size()));
        assertThat(node.story()).isEqualTo(whole(BLOCK));
        assertThat(node.count(FragcastCounter.FRAMES_OUT_OF_STATE)).isEqualTo(1);
    }

    @Test
    void shouldEndMismatchedWhereTheSealCountsOtherFrags()
    {
        final TestBlock block = block(BLOCK);
        final List<TestFrame> frames = block.frames(FRAGS, 2, 50);
        block.previousDigest(new byte[32]);
        node.offerAll(frames.subList(0, 1 + FRAGS));
        node.offer(block.seal(FRAGS + 1));

        assertThat(node.story()).endsWith(
            "SEAL@100", "MISMATCHED@100 reason " + MismatchReason.TOTAL_FRAGS.ordinal());
        assertThat(node.count(FragcastCounter.BLOCKS_MISMATCHED)).isEqualTo(1);

        node.events.clear();
        node.offerAll(block(BLOCK + 1).frames(FRAGS, 2, 50));
        assertThat(node.story()).isEqualTo(whole(BLOCK + 1));
    }

    @Test
    void shouldEndMismatchedWhereTheTransactionsGiveAnotherRoot()
    {
        final TestBlock block = block(BLOCK);
        node.offer(block.env());
        node.offerAll(block.frag(true, new byte[]{1}, new byte[]{2}));
        node.offer(block.seal(1, new byte[32]));

        assertThat(node.story()).endsWith(
            "SEAL@100", "MISMATCHED@100 reason " + MismatchReason.TRANSACTIONS_ROOT.ordinal());
    }

    /** The proof that VERIFIED means something: lose one delivered transaction behind the assembler, and it falls. */
    @Test
    void shouldNotVerifyABlockOfWhichOneTransactionWentMissing()
    {
        final TestReceiver losing = receiverWith(new TransactionsRoot()
        {
            private final TransactionsRoot whole = new MerkleTransactionsRoot();
            private int added;

            @Override
            public void reset()
            {
                whole.reset();
                added = 0;
            }

            @Override
            public void add(final DirectBuffer buffer, final int offset, final int length)
            {
                if (7 != ++added)
                {
                    whole.add(buffer, offset, length);
                }
            }

            @Override
            public void root(final byte[] root)
            {
                whole.root(root);
            }
        });
        losing.offerAll(block(BLOCK).frames(FRAGS, 2, 50));

        assertThat(losing.story()).endsWith("MISMATCHED@100 reason " + MismatchReason.TRANSACTIONS_ROOT.ordinal());
        assertThat(losing.count(FragcastCounter.BLOCKS_VERIFIED)).isZero();
    }

    /** Listeners have a frag before its transactions are hashed, and what comes next waits for a few of them only. */
    @Test
    void shouldFoldADeliveredFragIntoTheRootAFewTransactionsACycle()
    {
        final int txs = SealVerifier.TXS_PER_CYCLE + 1;
        final int[] added = {0};
        final TestReceiver counting = receiverWith(new TransactionsRoot()
        {
            private final TransactionsRoot whole = new MerkleTransactionsRoot();

            @Override
            public void reset()
            {
                whole.reset();
                added[0] = 0;
            }

            @Override
            public void add(final DirectBuffer buffer, final int offset, final int length)
            {
                whole.add(buffer, offset, length);
                added[0]++;
            }

            @Override
            public void root(final byte[] root)
            {
                whole.root(root);
            }
        });
        final List<TestFrame> frames = block(BLOCK).frames(2, txs, 50);
        final int seal = frames.size() - 1;

        frames.subList(0, seal).forEach(counting::offer);
        assertThat(counting.story()).containsExactly("ENV@100", "FRAG@100#0", "FRAG@100#1");
        assertThat(added[0]).isZero();

        counting.pass(1);
        assertThat(added[0]).isEqualTo(SealVerifier.TXS_PER_CYCLE);
        counting.pass(1);
        assertThat(added[0]).isEqualTo(2 * SealVerifier.TXS_PER_CYCLE);

        counting.offer(frames.get(seal));
        assertThat(added[0]).isEqualTo(2 * txs);
        assertThat(counting.story()).endsWith("SEAL@100", "VERIFIED@100");
    }

    @Test
    void shouldLeaveTheRootToOthersOnARelay()
    {
        final TestReceiver relay = receiverWith(null);
        final TestBlock block = block(BLOCK);
        relay.offer(block.env());
        relay.offerAll(block.frag(true, new byte[]{1}));
        relay.offer(block.seal(1, new byte[32]));

        assertThat(relay.story()).endsWith("SEAL@100", "VERIFIED@100");
    }

    @Test
    void shouldEndMismatchedWhereAFragNamesAnotherBefore()
    {
        final TestBlock block = block(BLOCK);
        node.offer(block.env());
        node.offerAll(block.frag(false, new byte[]{1}));
        block.previousDigest(block.envDigest());
        node.offerAll(block.frag(true, new byte[]{2}));

        assertThat(node.story()).containsExactly(
            "ENV@100", "FRAG@100#0", "MISMATCHED@100 reason " + MismatchReason.CHAIN.ordinal());
    }

    @Test
    void shouldEndMismatchedWhereTheSealNamesAnotherLastFrag()
    {
        final TestBlock block = block(BLOCK);
        node.offer(block.env());
        node.offerAll(block.frag(true, new byte[]{1}));
        block.previousDigest(block.envDigest());
        node.offer(block.seal());

        assertThat(node.story()).endsWith(
            "SEAL@100", "MISMATCHED@100 reason " + MismatchReason.CHAIN.ordinal());
    }

    @Test
    void shouldEndMismatchedWhereABodyIsNoFragBody()
    {
        final TestBlock block = block(BLOCK);
        node.offer(block.env());
        node.offerAll(block.frag(true, TestBlock.body(new byte[]{1}, new byte[]{2}), 3));

        assertThat(node.story()).containsExactly(
            "ENV@100", "MISMATCHED@100 reason " + MismatchReason.BODY.ordinal());
    }

    @Test
    void shouldVerifyABlockWithoutFrags()
    {
        final TestBlock block = block(BLOCK);
        node.offer(block.env());
        node.offer(block.seal());

        assertThat(node.story()).containsExactly("ENV@100", "SEAL@100", "VERIFIED@100");
    }

    @Test
    void shouldDeliverBlocksByHeightWhenTheyComeInterleaved()
    {
        final Random random = new Random(1);
        final List<TestFrame> frames = new ArrayList<>();
        final List<String> story = new ArrayList<>();
        for (int i = 0; i < 5; i++)
        {
            frames.addAll(block(BLOCK + i).frames(FRAGS, 2, 50));
            story.addAll(whole(BLOCK + i));
        }
        for (int round = 0; round < 50; round++)
        {
            final TestReceiver fresh = new TestReceiver(leader);
            fresh.offer(frames.get(0));
            Collections.shuffle(frames.subList(1, frames.size()), random);
            fresh.offerAll(frames.subList(1, frames.size()));
            assertThat(fresh.story()).isEqualTo(story);
            Collections.sort(frames, Comparator.comparingInt((frame) -> FrameKind.ENV == frame.kind() &&
                BLOCK == frame.buffer().getLong(104) ? 0 : 1));
        }
    }

    @Test
    void shouldOfferAgainWhatTheConsumerRefused()
    {
        final List<TestFrame> frames = block(BLOCK).frames(FRAGS, 2, 50);
        node.isConsumerReady = false;
        node.offerAll(frames);
        node.pass(1);
        assertThat(node.events).isEmpty();
        assertThat(node.count(FragcastCounter.DELIVERY_BACK_PRESSURED)).isEqualTo(1);

        node.isConsumerReady = true;
        node.pass(1);
        assertThat(node.story()).isEqualTo(whole(BLOCK));
    }

    @Test
    void shouldTakeNoMoreFramesThanFitWhileTheConsumerRefuses()
    {
        final List<TestFrame> frames = new ArrayList<>();
        for (int i = 0; i < 3 * BlockLimits.WINDOW_BLOCKS; i++)
        {
            frames.addAll(block(BLOCK + i).frames(1, 1, 50));
        }
        final Iterator<TestFrame> source = frames.iterator();
        node.isConsumerReady = false;
        int taken = 0;
        while (node.receiver.isReady())
        {
            assertThat(node.offer(source.next())).isEqualTo(Verdict.ACCEPTED);
            taken++;
        }
        assertThat(taken).isBetween(1, 3 * BlockLimits.WINDOW_BLOCKS / 2);

        node.isConsumerReady = true;
        node.pass(1);
        assertThat(node.receiver.isReady()).isTrue();
        source.forEachRemaining(node::offer);
        assertThat(node.count(FragcastCounter.BLOCKS_VERIFIED)).isEqualTo(3 * BlockLimits.WINDOW_BLOCKS);
    }

    private TestReceiver receiverWith(final @Nullable TransactionsRoot transactionsRoot)
    {
        return new TestReceiver(
            TestReceiver.schedule(TestReceiver.term(1, 0, Long.MAX_VALUE, leader, null)),
            BlockLimits.withSlab(4 << 20, 4 << 20),
            TestSigner.verifier(),
            transactionsRoot);
    }

    private TestBlock block(final long number)
    {
        return new TestBlock(leader, 1, number, 1).parentHash(TestBlock.blockHash(number - 1, 1));
    }

    private static List<String> whole(final long number)
    {
        final List<String> story = new ArrayList<>();
        story.add("ENV@" + number);
        for (int seq = 0; seq < FRAGS; seq++)
        {
            story.add("FRAG@" + number + "#" + seq);
        }
        story.add("SEAL@" + number);
        story.add("VERIFIED@" + number);

        return story;
    }

    private static List<int[]> permutations()
    {
        final List<int[]> permutations = new ArrayList<>();
        permute(new int[]{0, 1, 2, 3, 4, 5}, 0, permutations);

        return permutations;
    }

    private static void permute(final int[] items, final int from, final List<int[]> permutations)
    {
        if (from == items.length)
        {
            permutations.add(items.clone());
            return;
        }
        for (int i = from; i < items.length; i++)
        {
            swap(items, from, i);
            permute(items, from + 1, permutations);
            swap(items, from, i);
        }
    }

    private static void swap(final int[] items, final int a, final int b)
    {
        final int item = items[a];
        items[a] = items[b];
        items[b] = item;
    }
}
