package io.fragcast.protocol.block;

import io.fragcast.counter.FragcastCounter;
import io.fragcast.crypto.Secp256k1;
import io.fragcast.protocol.leader.Schedule;
import org.junit.jupiter.api.Test;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goal: with real signatures, nothing that the leader did not sign is forwarded or delivered, each refusal is counted,
 * and the honest stream goes on beside it. The weaknesses of protocols.md §2.5 that receiving has to answer are here.
 */
class HostileFramesTest
{
    private static final long BLOCK = 100;
    private static final int STRANGER = 66;
    /** Offset of s in the message. */
    private static final int S_OFFSET = 25 + 32;

    private final Secp256k1 curve = Secp256k1.load();
    private final MessageSigner leader = curve.newSigner(key(1));
    private final MessageSigner nextLeader = curve.newSigner(key(2));
    private final MessageSigner impostor = curve.newSigner(key(3));
    private final Schedule schedule = TestReceiver.schedule(
        TestReceiver.term(1, 0, 199, leader, null), TestReceiver.term(2, 200, 299, nextLeader, null));
    private final TestReceiver node = new TestReceiver(
        schedule, BlockLimits.withSlab(16 << 20, 12 << 20), curve.newVerifier());

    @Test
    void shouldTakeWhatTheLeaderSigned()
    {
        node.offerAll(block().frames(3, 3, 1_000));
        assertThat(node.story()).endsWith("SEAL@100", "VERIFIED@100");
    }

    @Test
    void shouldRefuseAnotherKey()
    {
        final List<TestFrame> forged = new TestBlock(impostor, 1, BLOCK, 1).frames(2, 1, 50);
        for (int i = 0; i < forged.size(); i++)
        {
            assertThat(node.offer(forged.get(i), STRANGER)).isEqualTo(Verdict.BAD_SIGNATURE);
        }
        assertThat(node.offer(new TestBlock(impostor, 1, BLOCK, 1).heartbeat(1, FrameKind.ENV, 0), STRANGER))
            .isEqualTo(Verdict.BAD_SIGNATURE);
        assertThat(node.count(FragcastCounter.FRAMES_BAD_SIGNATURE)).isEqualTo(5);
        thenTheHonestStreamGoesOn();
    }

    @Test
    void shouldRefuseTheKeyOfAnotherTerm()
    {
        assertThat(node.offer(new TestBlock(nextLeader, 1, BLOCK, 1).env(), STRANGER))
            .isEqualTo(Verdict.BAD_SIGNATURE);
        assertThat(node.offer(new TestBlock(nextLeader, 2, BLOCK, 1).env(), STRANGER))
            .isEqualTo(Verdict.NOT_LEADER);
        assertThat(node.offer(new TestBlock(leader, 3, BLOCK, 1).env(), STRANGER)).isEqualTo(Verdict.NOT_LEADER);
        thenTheHonestStreamGoesOn();
    }

    @Test
    void shouldRefuseEachTamperedBitOfASignedMessage()
    {
        final TestFrame env = block().env();
        int session = STRANGER;
        for (int bit = 0; bit < 8 * env.buffer().capacity(); bit++)
        {
            final boolean isHopField = 64 <= bit && bit < 200;
            if (!isHopField)
            {
                node.pass(1_000_000);
                assertThat(node.offer(env.flip(bit), session++)).as("bit %d", bit).isNotEqualTo(Verdict.ACCEPTED);
            }
        }
        assertThat(node.forwarded).isEmpty();
        assertThat(node.events).isEmpty();
        thenTheHonestStreamGoesOn();
    }

    @Test
    void shouldRefuseEachFlippedBitOfTheMessageHeader()
    {
        final TestBlock block = block();
        node.offer(block.env());
        final List<TestFrame> frag = block.frag(false, TestBlock.bodyOfLength(90_000), 1);
        final TestFrame seal = block.seal();
        final List<TestFrame> each = List.of(
            frag.get(0), frag.get(1), frag.get(3), seal, block.abort(),
            block.heartbeat(1, FrameKind.SEAL, 1), block.leaderStart(1), block.leaderStop(1),
            new TestBlock(leader, 1, BLOCK + 1, 1).env());
        int session = STRANGER;
        for (final TestFrame frame : each)
        {
            for (int bit = 0; bit < 64; bit++)
            {
                node.pass(1_000_000);
                final Verdict verdict = node.offer(frame.flip(bit), session++);
                assertThat(verdict).as("%s bit %d", frame, bit).isNotIn(Verdict.ACCEPTED, Verdict.HELD);
            }
            if (FrameKind.FRAG == frame.kind() || FrameKind.FRAG_PAGE == frame.kind())
            {
                assertThat(node.offer(frame)).isEqualTo(Verdict.ACCEPTED);
            }
        }
    }

    @Test
    void shouldRefuseOtherChains()
    {
        final TestFrame env = new TestBlock(leader, 1, BLOCK, 1).chainId(10).env();
        assertThat(node.offer(env, STRANGER)).isEqualTo(Verdict.FOREIGN_CHAIN);
        assertThat(node.count(FragcastCounter.FRAMES_FOREIGN_CHAIN)).isEqualTo(1);
        assertThat(node.count(FragcastCounter.SIGNATURES_CHECKED)).isZero();
        thenTheHonestStreamGoesOn();
    }

    @Test
    void shouldRefuseTheTwinOfASignature()
    {
        final TestFrame env = block().env();
        // n - s signs the same; only the low of the two is taken.
        final java.math.BigInteger n = new java.math.BigInteger(
            "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141", 16);
        final byte[] s = new byte[32];
        env.buffer().getBytes(S_OFFSET, s);
        final byte[] twin = n.subtract(new java.math.BigInteger(1, s)).toByteArray();
        final TestFrame malleated = env.copy();
        malleated.buffer().setMemory(S_OFFSET, 32, (byte)0);
        final int skip = Math.max(0, twin.length - 32);
        malleated.buffer().putBytes(S_OFFSET + 32 - (twin.length - skip), twin, skip, twin.length - skip);

        assertThat(node.offer(malleated, STRANGER)).isEqualTo(Verdict.BAD_SIGNATURE);
        thenTheHonestStreamGoesOn();
    }

    /** Weakness 1: one lost message halted everything until a restart. */
    @Test
    void shouldNotHaltWhicheverSingleMessageIsLost()
    {
        final int count = block().frames(3, 2, 900).size();
        for (int lost = 0; lost < count; lost++)
        {
            final TestReceiver fresh = new TestReceiver(
                schedule, BlockLimits.withSlab(4 << 20, 4 << 20), curve.newVerifier());
            fresh.offerAll(new TestBlock(leader, 1, BLOCK - 1, 1).frames(1, 1, 1));
            final List<TestFrame> frames =
                block().parentHash(TestBlock.blockHash(BLOCK - 1, 1)).frames(3, 2, 900);
            frames.remove(lost);
            fresh.offerAll(frames);
            fresh.offerAll(new TestBlock(leader, 1, BLOCK + 1, 1)
                .parentHash(TestBlock.blockHash(BLOCK, 1)).frames(3, 2, 900));
            fresh.pass(RunSequencer.SUPERSEDE_GRACE_NS);

            assertThat(fresh.story()).as("lost %d", lost).endsWith("SEAL@101", "VERIFIED@101");
            assertThat(fresh.story()).as("lost %d", lost)
                .containsAnyOf("SUPERSEDED@100", "SUPERSEDED@100 missing 1", "GAP@101 missing 1");
        }
    }

    /** Weakness 2: a valid frag wrapped again with other signature bytes was taken as new, and cost the block. */
    @Test
    void shouldTakeAReWrappedFragForTheDuplicateItIs()
    {
        final List<TestFrame> frames = block().frames(2, 1, 50);
        node.offerAll(frames.subList(0, 2));
        final TestFrame wrapped = frames.get(1).flip(8 * S_OFFSET);
        assertThat(node.offer(wrapped, STRANGER)).isEqualTo(Verdict.DUPLICATE);
        assertThat(node.offer(frames.get(1).flip(64), STRANGER)).isEqualTo(Verdict.DUPLICATE);
        assertThat(node.forwarded).hasSize(2);
        node.offerAll(frames);
        assertThat(node.story()).containsExactly(
            "ENV@100", "FRAG@100#0", "FRAG@100#1", "SEAL@100", "VERIFIED@100");
    }

    /** Weakness 4: no chain id, parent or term was signed, so a message could be played again elsewhere. */
    @Test
    void shouldNotTakeAMessageInAnotherPlace()
    {
        final List<TestFrame> frames = block().frames(2, 1, 50);
        node.offer(frames.get(0));
        final TestFrame frag = frames.get(1);
        int session = STRANGER;
        for (final int offset : new int[]{96, 104, 112, 120, 124, 128, 160})
        {
            final TestFrame moved = frag.flip(8 * offset);
            assertThat(node.offer(moved, session++)).isIn(
                Verdict.BAD_SIGNATURE, Verdict.FOREIGN_CHAIN, Verdict.NOT_LEADER, Verdict.STALE, Verdict.OUT_OF_STATE);
        }
        node.offerAll(frames);
        assertThat(node.story()).endsWith("VERIFIED@100");
    }

    /** Weakness 5: far-future numbers were accepted and stored without a bound. */
    @Test
    void shouldStoreNothingForTheFarFuture()
    {
        node.offer(block().env());
        node.pass(20_000_000L);
        final long used = node.count(FragcastCounter.BODY_SLAB_USED);
        for (long number = BLOCK + BlockLimits.WINDOW_BLOCKS; number < 200; number++)
        {
            for (final TestFrame frame : new TestBlock(leader, 1, number, 1).frames(1, 1, 2_000))
            {
                assertThat(node.offer(frame)).isEqualTo(Verdict.FAR_FUTURE);
            }
        }
        node.pass(20_000_000L);
        assertThat(node.count(FragcastCounter.BODY_SLAB_USED)).isEqualTo(used);
    }

    private void thenTheHonestStreamGoesOn()
    {
        node.events.clear();
        node.forwarded.clear();
        final List<TestFrame> frames = block().frames(2, 1, 50);
        node.offerAll(frames);
        assertThat(node.story()).containsExactly(
            "ENV@100", "FRAG@100#0", "FRAG@100#1", "SEAL@100", "VERIFIED@100");
        assertThat(node.forwarded).hasSize(frames.size());
    }

    private TestBlock block()
    {
        return new TestBlock(leader, 1, BLOCK, 1);
    }

    private static byte[] key(final int seed)
    {
        final byte[] key = new byte[32];
        key[31] = (byte)seed;
        key[0] = 1;

        return key;
    }
}
