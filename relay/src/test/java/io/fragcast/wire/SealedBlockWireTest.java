package io.fragcast.wire;

import io.fragcast.cli.BlockRecord;
import io.fragcast.cli.RealBlocks;
import io.fragcast.codecs.SealDecoder;
import io.fragcast.codecs.SealedBlockDecoder;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.ethereum.Header;
import io.fragcast.protocol.block.BlockLimits;
import io.fragcast.protocol.block.FrameDigest;
import io.fragcast.protocol.block.SealedBlock;
import io.fragcast.protocol.block.SealedHeader;
import io.fragcast.protocol.block.SlowSink;
import io.fragcast.protocol.repair.HeldItems;
import io.fragcast.protocol.sync.SealedBlockShelf;
import io.fragcast.wire.EquivocationProof.Result;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goal: what a leader says that it sealed is read as it was, and only the leader of the height can say it. Method: a
 * leader's Seals and real headers go through author, shelf and adapter; near misses are made of what came out.
 */
class SealedBlockWireTest
{
    private static final BlockLimits LIMITS = BlockLimits.withSlab(64 << 20, 16 << 20);
    private static final int FRAME_LENGTH = LeaderRig.FRAME_LENGTH;

    private final List<BlockRecord> real = RealBlocks.read("op-mainnet");
    private Leader leader = new Leader();

    @Test
    void shouldReadWhatTheLeaderOfTheHeightSealed()
    {
        for (final BlockRecord each : real.subList(0, 3))
        {
            final SealedBlock sealed = sealed(each, 1);
            final byte[] message = leader.signed(sealed);
            final SealedBlock read = new SealedBlock();

            assertThat(leader.isRead(message, read)).isTrue();
            assertThat(read).usingRecursiveComparison().ignoringFields("signed", "signedLength").isEqualTo(sealed);
            assertThat(read.signedLength).isEqualTo(8 + SealedBlockDecoder.BLOCK_LENGTH);
            assertThat(message).startsWith(Arrays.copyOf(read.signed, read.signedLength));
            leader = new Leader();
        }
    }

    @Test
    void shouldSignOneAHeightAndNoneOfOthers()
    {
        final SealedBlock sealed = sealed(real.get(0), 1);
        leader.publish(1, sealed.parentHash);
        final SealedBlock otherBranch = sealed(real.get(1), 1);
        assertThat(otherBranch.parentHash).isNotEqualTo(sealed.parentHash);
        leader.author.onSealedBlock(otherBranch);
        leader.author.onSealedBlock(sealed(real.get(0), 2));
        assertThat(leader.shelf.newestBlock()).isEqualTo(-1);

        leader.author.onSealedBlock(sealed);
        assertThat(leader.shelf.newestBlock()).isEqualTo(1);
        final byte[] first = leader.item(1);
        final SealedBlock second = sealed(real.get(1).at(1, sealed.parentHash));
        leader.author.onSealedBlock(second);
        assertThat(leader.item(1)).isEqualTo(first);
        assertThat(leader.counters.value(FragcastCounter.SEALED_BLOCKS_SIGNED)).isEqualTo(1);
        // The term of blocks 1,001 to 2,000 is another leader's.
        assertThat(leader.author.isSealedBlockDue(2)).as("its Seal may come").isFalse();
        assertThat(leader.author.isSealedBlockDue(1_001)).isTrue();
    }

    @Test
    void shouldTakeAHeaderThatJustFitsTheFrame()
    {
        final int room = FRAME_LENGTH - 8 - SealedBlockDecoder.BLOCK_LENGTH - 4;
        final SealedBlock longest = sealed(withHeaderLength(room));
        assertThat(longest.headerLength).isEqualTo(room);
        final byte[] message = leader.signed(longest);
        assertThat(message).hasSize(FRAME_LENGTH);
        assertThat(leader.isRead(message, new SealedBlock())).isTrue();

        leader = new Leader();
        final SealedBlock longer = sealed(withHeaderLength(room + 1));
        leader.publish(1, longer.parentHash);
        leader.author.onSealedBlock(longer);
        assertThat(leader.shelf.newestBlock()).isEqualTo(-1);
        assertThat(leader.counters.value(FragcastCounter.SEALED_BLOCKS_TOO_LONG)).isEqualTo(1);
    }

    @Test
    void shouldTakeAHeaderOfTheLargestLengthAndNoneLonger()
    {
        final SealedBlock block = new SealedBlock();
        final byte[] largest = withHeaderLength(SealedBlock.MAX_HEADER_LENGTH).header().rlp();
        assertThat(largest).hasSize(SealedBlock.MAX_HEADER_LENGTH);
        assertThat(new SealedHeader().tryRead(new UnsafeBuffer(largest), 0, largest.length, block)).isTrue();
        final byte[] larger = withHeaderLength(SealedBlock.MAX_HEADER_LENGTH + 1).header().rlp();
        assertThat(larger).hasSize(SealedBlock.MAX_HEADER_LENGTH + 1);
        assertThat(new SealedHeader().tryRead(new UnsafeBuffer(larger), 0, larger.length, block)).isFalse();
    }

    @Test
    void shouldReadRealHeadersOfEveryChain()
    {
        for (final String file : RealBlocks.FILES)
        {
            for (final BlockRecord each : RealBlocks.read(file))
            {
                final byte[] rlp = each.header().rlp();
                final SealedBlock block = new SealedBlock();
                assertThat(new SealedHeader().tryRead(new UnsafeBuffer(rlp), 0, rlp.length, block)).isTrue();
                assertThat(block.number).isEqualTo(each.number());
                assertThat(block.hash).isEqualTo(each.header().hash());
                assertThat(block.gasUsed).isEqualTo(each.header().gasUsed());
                assertThat(block.gasLimit).isEqualTo(each.header().gasLimit());
                assertThat(block.stateRoot).isEqualTo(each.header().stateRoot());
            }
        }
    }

    @Test
    void shouldRefuseEveryOtherLength()
    {
        final byte[] message = leader.signed(sealed(real.get(0), 1));
        for (int length = 0; length <= message.length + 8; length++)
        {
            final byte[] other = Arrays.copyOf(message, length);
            assertThat(leader.isRead(other, new SealedBlock())).as("%d bytes", length)
                .isEqualTo(length == message.length);
        }
    }

    @Test
    void shouldRefuseEveryByteThatDiffersButHopFields()
    {
        final byte[] message = leader.signed(sealed(real.get(0), 1));
        for (int at = 0; at < message.length; at++)
        {
            final byte[] other = message.clone();
            other[at] ^= 0x10;
            final boolean isHopField = 8 <= at && at < 25;
            assertThat(leader.isRead(other, new SealedBlock())).as("byte %d", at).isEqualTo(isHopField);
        }
    }

    @Test
    void shouldRefuseWhatAnotherKeySigned()
    {
        final SealedBlock sealed = sealed(real.get(0), 1);
        leader.publish(1, sealed.parentHash);
        final SealedBlockAuthor thief = leader.author(LeaderRig.OTHER_KEY);
        leader.said.frames.stream().filter((each) -> SealDecoder.TEMPLATE_ID == each[2])
            .forEach((each) -> thief.onSeal(new UnsafeBuffer(each), 0, each.length));
        thief.onSealedBlock(sealed);
        assertThat(leader.shelf.newestBlock()).as("it has no such height").isEqualTo(-1);

        final byte[] message = leader.signed(sealed);
        final UnsafeBuffer buffer = new UnsafeBuffer(message);
        final byte[] digest = new byte[32];
        new FrameDigest().ofFrame(
            buffer, 0, 8 + SealedBlockDecoder.BLOCK_LENGTH - 96, digest);
        LeaderRig.CURVE.newSigner(LeaderRig.OTHER_KEY).sign(digest, buffer, 25);
        assertThat(leader.isRead(message, new SealedBlock())).isFalse();
    }

    @Test
    void shouldOutliveAnyBytes()
    {
        final byte[] message = leader.signed(sealed(real.get(0), 1));
        final Random random = new Random(37);
        for (int i = 0; i < 20_000; i++)
        {
            final byte[] other = Arrays.copyOf(message, random.nextInt(message.length + 20));
            for (int j = random.nextInt(4); j >= 0 && 0 < other.length; j--)
            {
                other[random.nextInt(other.length)] = (byte)random.nextInt();
            }
            leader.isRead(other, new SealedBlock());
            new SealedHeader().tryRead(new UnsafeBuffer(other), 0, other.length, new SealedBlock());
        }
    }

    /** Row B9. */
    @Test
    void shouldCondemnALeaderThatSealedAnotherBlockThanItsSealNames()
    {
        final byte[] message = leader.signed(sealed(real.get(0), 1));
        final byte[] seal = leader.said.frames.stream()
            .filter((each) -> SealDecoder.TEMPLATE_ID == each[2]).findFirst().orElseThrow();
        final EquivocationProof proof = new EquivocationProof(LeaderRig.CURVE.newVerifier());
        final byte[] key = LeaderRig.CURVE.publicKey(LeaderRig.LEADER_KEY);

        assertThat(check(proof, seal, message, key)).isEqualTo(Result.VALID);
        assertThat(proof.blockNumber()).isEqualTo(1);
        assertThat(check(proof, message, seal, key)).as("the Seal is first").isEqualTo(Result.DIFFERENT_PLACES);

        final byte[] honest = seal.clone();
        System.arraycopy(message, 200, honest, 8 + SealDecoder.blockHashEncodingOffset(), 32);
        assertThat(check(proof, honest, message, key)).as("one hash").isEqualTo(Result.DIFFERENT_PLACES);
        final byte[] otherHeight = message.clone();
        otherHeight[104]++;
        assertThat(check(proof, seal, otherHeight, key)).isEqualTo(Result.DIFFERENT_PLACES);
        final byte[] forged = message.clone();
        forged[200]++;
        assertThat(check(proof, seal, forged, key)).isEqualTo(Result.BAD_SIGNATURE);
        final byte[] env = leader.said.frames.get(0);
        assertThat(check(proof, env, message, key)).isEqualTo(Result.DIFFERENT_PLACES);
    }

    private static Result check(
        final EquivocationProof proof, final byte[] first, final byte[] second, final byte[] key)
    {
        final UnsafeBuffer bytes = new UnsafeBuffer(new byte[4 + first.length + second.length]);
        final int length = EquivocationProof.write(
            new UnsafeBuffer(first), 0, first.length, new UnsafeBuffer(second), 0, second.length, bytes, 0);
        final Result result = proof.wrap(bytes, 0, length);

        return Result.VALID == result ? proof.verify(key) : result;
    }

    /** As somebody who has read its header sees it. */
    private static SealedBlock sealed(final BlockRecord block)
    {
        final Header header = block.header();
        final SealedBlock sealed = new SealedBlock();
        final byte[] rlp = header.rlp();
        sealed.number = header.number();
        sealed.gasUsed = header.gasUsed();
        sealed.gasLimit = header.gasLimit();
        System.arraycopy(header.hash(), 0, sealed.hash, 0, 32);
        System.arraycopy(header.parentHash(), 0, sealed.parentHash, 0, 32);
        System.arraycopy(header.transactionsRoot(), 0, sealed.transactionsRoot, 0, 32);
        System.arraycopy(header.receiptsRoot(), 0, sealed.receiptsRoot, 0, 32);
        System.arraycopy(header.stateRoot(), 0, sealed.stateRoot, 0, 32);
        System.arraycopy(rlp, 0, sealed.header, 0, rlp.length);
        sealed.headerLength = rlp.length;

        return sealed;
    }

    private static SealedBlock sealed(final BlockRecord block, final long number)
    {
        return sealed(block.at(number, block.header().parentHash()));
    }

    /** A block at height 1 whose extraData makes its header so long. */
    private BlockRecord withHeaderLength(final int length)
    {
        final BlockRecord block = real.get(0);
        int extra = 0;
        while (true)
        {
            final Header h = block.header();
            final Header header = new Header(
                h.parentHash(), h.sha3Uncles(), h.beneficiary(), h.stateRoot(), h.transactionsRoot(),
                h.receiptsRoot(), h.logsBloom(), h.difficulty(), 1, h.gasLimit(), h.gasUsed(), h.timestamp(),
                new byte[extra], h.mixHash(), h.nonce(), h.baseFeePerGas(), h.withdrawalsRoot(), h.blobGasUsed(),
                h.excessBlobGas(), h.parentBeaconBlockRoot(), h.requestsHash());
            if (header.rlp().length == length)
            {
                return new BlockRecord(block.chainId(), header.hash(), header, true, block.transactions());
            }
            assertThat(header.rlp().length).isLessThan(length);
            extra++;
        }
    }

    /** A leader of height 1, and what it says of it. */
    private static final class Leader
    {
        private final Counters counters = Counters.inMemory();
        private final RecordingSink said = new RecordingSink("said");
        private final LeaderRig rig = new LeaderRig(SlowSink.SKIP, LIMITS, List.of(), List.of(said));
        private final SealedBlockShelf shelf = new SealedBlockShelf(FRAME_LENGTH);
        private final List<byte[]> items = new ArrayList<>();
        private final HeldItems.Reader reader = shelf.newReader((buffer, offset, length) ->
        {
            final byte[] bytes = new byte[length];
            buffer.getBytes(offset, bytes);
            return items.add(bytes);
        });
        private final SealedBlockAuthor author = author(LeaderRig.LEADER_KEY);
        private final SealedBlockAdapter adapter =
            new SealedBlockAdapter(rig.schedule, LeaderRig.CURVE.newVerifier());

        private SealedBlockAuthor author(final byte[] key)
        {
            return new SealedBlockAuthor(
                rig.schedule, LeaderRig.CURVE.newSigner(key), shelf, () -> 7_000_000_000L, FRAME_LENGTH, counters);
        }

        private boolean isRead(final byte[] message, final SealedBlock block)
        {
            return adapter.tryRead(new UnsafeBuffer(message), 0, message.length, block);
        }

        /** Its message about a block that its Seal closed. */
        private byte[] signed(final SealedBlock sealed)
        {
            publish(1, sealed.parentHash);
            author.onSealedBlock(sealed);

            return item(1);
        }

        private byte[] item(final long height)
        {
            items.clear();
            reader.start(height);
            reader.turn(0);
            assertThat(reader.isOver()).isTrue();
            assertThat(items).hasSize(1);

            return items.get(0);
        }

        private void publish(final long block, final byte[] parentHash)
        {
            if (!said.frames.isEmpty())
            {
                return;
            }
            rig.publisher.env(LeaderRig.env(block, parentHash));
            rig.publisher.frag(block, 0, true, LeaderRig.txsOfBodyLength(new Random(3), 300, 300));
            rig.publisher.seal(LeaderRig.seal(block, parentHash, 1));
            rig.settle();
            said.frames.stream().filter((each) -> SealDecoder.TEMPLATE_ID == each[2])
                .forEach((each) -> author.onSeal(new UnsafeBuffer(each), 0, each.length));
        }
    }
}
