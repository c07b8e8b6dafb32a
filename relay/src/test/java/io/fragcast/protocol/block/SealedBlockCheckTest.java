package io.fragcast.protocol.block;

import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.codecs.SealDecoder;
import io.fragcast.counter.FragcastCounter;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goal: a block that was sealed is held against the Seal of its height, whichever comes first; what differs is proved
 * and told once; what belongs to another branch proves nothing.
 */
class SealedBlockCheckTest
{
    private static final long BLOCK = 100;

    private final TestSigner leader = new TestSigner(1);
    private final TestReceiver node = new TestReceiver(leader);

    @Test
    void shouldSayNothingOfABlockThatItsSealNames()
    {
        final SealedBlock sealed = offer(BLOCK);
        node.receiver.onSealedBlock(sealed);
        node.pass(1);

        assertThat(node.story()).endsWith("VERIFIED@100");
        assertThat(node.count(FragcastCounter.SEALED_BLOCKS_CHECKED)).isEqualTo(1);
        assertThat(node.count(FragcastCounter.SEALED_BLOCKS_MISMATCHED)).isZero();
        assertThat(node.sealMismatches).isEmpty();
    }

    @Test
    void shouldTellOfABlockWithAnotherHash()
    {
        final SealedBlock sealed = offer(BLOCK);
        sealed.hash[5] ^= 1;
        node.receiver.onSealedBlock(sealed);
        node.receiver.onSealedBlock(sealed);
        node.pass(1);

        assertThat(node.story()).endsWith("VERIFIED@100", "SEAL_MISMATCHED@100");
        assertThat(node.events.get(node.events.size() - 1).body()).isEqualTo(sealed.hash);
        assertThat(node.count(FragcastCounter.SEALED_BLOCKS_MISMATCHED)).isEqualTo(1);
        assertThat(node.sealMismatches).hasSize(1);
        assertThat(node.sealMismatches.get(0)[1]).containsExactly(7, 7, 7);
        assertThat(node.count(FragcastCounter.DUPLICATES_DELIVERED)).isZero();
    }

    @Test
    void shouldHoldEachFieldOfTheSealAgainstTheHeader()
    {
        final List<Consumer<SealedBlock>> changes = List.of(
            (block) -> block.gasUsed++,
            (block) -> block.gasLimit++,
            (block) -> block.transactionsRoot[31]++,
            (block) -> block.receiptsRoot[0]++,
            (block) -> block.stateRoot[0]++);
        for (int i = 0; i < changes.size(); i++)
        {
            final SealedBlock sealed = offer(BLOCK + i);
            changes.get(i).accept(sealed);
            node.receiver.onSealedBlock(sealed);
            node.pass(1);
            assertThat(node.story()).endsWith("SEAL_MISMATCHED@" + (BLOCK + i));
        }
    }

    /** The body is that of the frags, unless the header has other transactions, or frags are missing. */
    @Test
    void shouldWantWholeBlocksThatFragsDoNotGive()
    {
        final List<Long> wanted = new ArrayList<>();
        node.receiver.bodiesWantedBy((block) -> wanted.add(block.number));
        node.receiver.onSealedBlock(offer(BLOCK));
        final SealedBlock otherState = offer(BLOCK + 1);
        otherState.stateRoot[0]++;
        node.receiver.onSealedBlock(otherState);
        assertThat(wanted).isEmpty();

        final SealedBlock otherBody = offer(BLOCK + 2);
        otherBody.hash[0]++;
        otherBody.transactionsRoot[0]++;
        node.receiver.onSealedBlock(otherBody);
        node.receiver.onSealedBlock(otherBody);
        assertThat(wanted).containsExactly(BLOCK + 2);

        final SealedBlock early = offer(BLOCK + 3);
        early.hash[0]++;
        early.parentHash[0]++;
        node.receiver.onSealedBlock(early);
        assertThat(wanted).as("of a height that is here otherwise").containsExactly(BLOCK + 2, BLOCK + 3);
        final SealedBlock before = offer(BLOCK + 4);
        before.number = BLOCK - 1;
        before.hash[0]++;
        before.parentHash[0]++;
        node.receiver.onSealedBlock(before);
        assertThat(wanted).as("from before this node's time").hasSize(2);
    }

    @Test
    void shouldWantAWholeBlockWhoseHeightWasPassed()
    {
        final List<Long> wanted = new ArrayList<>();
        node.receiver.bodiesWantedBy((block) -> wanted.add(block.number));
        offer(BLOCK);
        final List<TestFrame> missed = block(BLOCK + 1).frames(1, 1, 50);
        final SealedBlock sealed = sealed(missed.get(missed.size() - 1));
        sealed.hash[0]++;
        sealed.parentHash[0]++;
        node.receiver.onSealedBlock(sealed);
        assertThat(wanted).as("its Seal may come").isEmpty();

        node.offerAll(missed);
        offer(BLOCK + 2);
        assertThat(wanted).containsExactly(BLOCK + 1);
    }

    @Test
    void shouldHoldABlockThatComesBeforeItsSeal()
    {
        final TestBlock block = block(BLOCK + 1);
        final List<TestFrame> frames = block.frames(1, 1, 50);
        final SealedBlock sealed = sealed(frames.get(frames.size() - 1));
        sealed.hash[0]++;
        offer(BLOCK);
        node.receiver.onSealedBlock(sealed);
        assertThat(node.count(FragcastCounter.SEALED_BLOCKS_CHECKED)).isZero();

        node.offerAll(frames);
        node.pass(1);

        assertThat(node.story()).endsWith("VERIFIED@101", "SEAL_MISMATCHED@101");
    }

    @Test
    void shouldProveNothingByABlockOfAnotherBranch()
    {
        final SealedBlock sealed = offer(BLOCK);
        sealed.hash[0]++;
        sealed.parentHash[0]++;
        node.receiver.onSealedBlock(sealed);
        node.pass(1);

        assertThat(node.story()).endsWith("VERIFIED@100");
        assertThat(node.count(FragcastCounter.SEALED_BLOCKS_UNMATCHED)).isEqualTo(1);
    }

    @Test
    void shouldKeepTheNewestOfTheBlocksThatWait()
    {
        offer(BLOCK);
        final List<List<TestFrame>> blocks = new ArrayList<>();
        for (int i = 1; i <= SealedBlockCheck.MAX_WAITING + 1; i++)
        {
            final List<TestFrame> frames = block(BLOCK + i).frames(1, 1, 50);
            blocks.add(frames);
            node.receiver.onSealedBlock(sealed(frames.get(frames.size() - 1)));
        }
        assertThat(node.count(FragcastCounter.SEALED_BLOCKS_UNMATCHED)).isEqualTo(1);

        blocks.forEach(node::offerAll);

        assertThat(node.count(FragcastCounter.SEALED_BLOCKS_CHECKED)).isEqualTo(SealedBlockCheck.MAX_WAITING);
        assertThat(node.count(FragcastCounter.SEALED_BLOCKS_MISMATCHED)).isZero();
    }

    @Test
    void shouldOfferAMismatchAgainToWhoeverRefused()
    {
        final SealedBlock sealed = offer(BLOCK);
        sealed.hash[5] ^= 1;
        node.isConsumerReady = false;
        node.receiver.onSealedBlock(sealed);
        node.pass(1);
        node.pass(1);
        node.isConsumerReady = true;
        node.pass(1);

        assertThat(node.sealMismatches).hasSize(1);
        assertThat(node.story()).endsWith("VERIFIED@100", "SEAL_MISMATCHED@100");
    }

    @Test
    void shouldKnowWhereTheFieldsOfASealLie()
    {
        final int header = MessageHeaderDecoder.ENCODED_LENGTH;
        assertThat(SealedBlockCheck.SEAL_GAS_USED_OFFSET).isEqualTo(header + SealDecoder.gasUsedEncodingOffset());
        assertThat(SealedBlockCheck.SEAL_GAS_LIMIT_OFFSET).isEqualTo(header + SealDecoder.gasLimitEncodingOffset());
        assertThat(SealedBlockCheck.SEAL_TRANSACTIONS_ROOT_OFFSET)
            .isEqualTo(header + SealDecoder.transactionsRootEncodingOffset());
        assertThat(SealedBlockCheck.SEAL_RECEIPTS_ROOT_OFFSET)
            .isEqualTo(header + SealDecoder.receiptsRootEncodingOffset());
        assertThat(SealedBlockCheck.SEAL_STATE_ROOT_OFFSET).isEqualTo(header + SealDecoder.stateRootEncodingOffset());
    }

    private SealedBlock offer(final long number)
    {
        final List<TestFrame> frames = block(number).frames(1, 1, 50);
        node.offerAll(frames);

        return sealed(frames.get(frames.size() - 1));
    }

    private TestBlock block(final long number)
    {
        return new TestBlock(leader, 1, number, 1).parentHash(TestBlock.blockHash(number - 1, 1));
    }

    /** What a Seal names. */
    private static SealedBlock sealed(final TestFrame seal)
    {
        final SealDecoder decoder = new SealDecoder().wrapAndApplyHeader(seal.buffer(), 0, new MessageHeaderDecoder());
        final SealedBlock block = new SealedBlock();
        block.number = decoder.blockNumber();
        block.gasUsed = decoder.gasUsed();
        block.gasLimit = decoder.gasLimit();
        decoder.getBlockHash(block.hash, 0, 32);
        decoder.getParentHash(block.parentHash, 0, 32);
        decoder.getTransactionsRoot(block.transactionsRoot, 0, 32);
        decoder.getReceiptsRoot(block.receiptsRoot, 0, 32);
        decoder.getStateRoot(block.stateRoot, 0, 32);
        block.headerLength = 3;
        block.header[0] = 7;
        block.header[1] = 7;
        block.header[2] = 7;

        return block;
    }
}
