package io.fragcast.ethereum;

import io.fragcast.AllocatedBytes;
import io.fragcast.cli.BlockRecord;
import io.fragcast.cli.RealBlocks;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The streaming trie against real transactions roots and against {@link NaiveTrie}, which builds the whole tree.
 */
class OrderedTrieRootTest
{
    private final OrderedTrieRoot trie = new OrderedTrieRoot();
    private final Random random = new Random(7);

    @ParameterizedTest
    @ValueSource(strings = {
        "ethereum-mainnet", "op-mainnet", "op-sepolia", "rise-mainnet", "scroll-mainnet", "unichain-sepolia"})
    void shouldGiveTheTransactionsRootOfEachRealBlock(final String file)
    {
        for (final BlockRecord block : RealBlocks.read(file))
        {
            assertThat(rootOf(block.transactions()))
                .as("block %d", block.number())
                .isEqualTo(block.header().transactionsRoot());
        }
    }

    @Test
    void shouldGiveTheRootOfTheEmptyTrie()
    {
        assertThat(HexFormat.of().formatHex(rootOf(List.of())))
            .isEqualTo("56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421");
    }

    @ParameterizedTest
    @ValueSource(ints = {
        1, 2, 3, 15, 16, 17, 18, 31, 32, 33, 126, 127, 128, 129, 130, 143, 144, 145, 146, 255, 256, 257, 258, 272, 273,
        511, 512, 513, 4095, 4096, 4097, 4098})
    void shouldAgreeWithTheWholeTree(final int txCount)
    {
        assertAgreement(txCount, 1, 1);
        assertAgreement(txCount, 1, 40);
        assertAgreement(txCount, 110, 300);
    }

    @Test
    void shouldAgreeWithTheWholeTreeOfSmallCounts()
    {
        for (int txCount = 1; txCount < 300; txCount++)
        {
            assertAgreement(txCount, 1, 30);
        }
    }

    @Test
    void shouldAgreeWithTheWholeTreeOfAFullFragAndBeyondThreeByteKeys()
    {
        assertAgreement(65_534, 1, 60);
        assertAgreement(65_536, 1, 60);
        assertAgreement(65_537, 1, 60);
        assertAgreement(65_538, 1, 4);
        assertAgreement(66_000, 1, 4);
    }

    @Test
    void shouldNoticeAnyChange()
    {
        final List<byte[]> txs = RealBlocks.read("op-mainnet").get(0).transactions();
        final byte[] root = rootOf(txs);
        for (int i = 0; i < txs.size(); i++)
        {
            final List<byte[]> changed = new ArrayList<>(txs);
            final byte[] tx = txs.get(i).clone();
            tx[tx.length / 2] ^= 1;
            changed.set(i, tx);
            assertThat(rootOf(changed)).isNotEqualTo(root);
            changed.remove(i);
            assertThat(rootOf(changed)).isNotEqualTo(root);
        }
    }

    @Test
    void shouldStartAfreshAfterABlockGivenUp()
    {
        final List<byte[]> txs = RealBlocks.read("op-mainnet").get(0).transactions();
        final byte[] root = rootOf(txs);
        for (int i = 0; i < txs.size(); i++)
        {
            for (final byte[] tx : txs.subList(0, i))
            {
                trie.add(new UnsafeBuffer(tx), 0, tx.length);
            }
            trie.clear();
            assertThat(rootOf(txs)).isEqualTo(root);
        }
    }

    @Test
    void shouldAllocateNothingInSteadyState()
    {
        final UnsafeBuffer offHeap = new UnsafeBuffer(ByteBuffer.allocateDirect(300 * 300));
        final byte[] root = new byte[32];

        assertThat(AllocatedBytes.least(() ->
        {
            for (int i = 0; i < 100; i++)
            {
                addAll(offHeap, root);
            }
        })).isZero();
    }

    private void addAll(final UnsafeBuffer buffer, final byte[] root)
    {
        for (int i = 0; i < 300; i++)
        {
            trie.add(buffer, i * 300, 300);
        }
        trie.root(root);
    }

    private void assertAgreement(final int txCount, final int minLength, final int maxLength)
    {
        final List<byte[]> txs = new ArrayList<>(txCount);
        for (int i = 0; i < txCount; i++)
        {
            final byte[] tx = new byte[minLength + random.nextInt(maxLength - minLength + 1)];
            random.nextBytes(tx);
            txs.add(tx);
        }

        assertThat(rootOf(txs)).as("%d txs", txCount).isEqualTo(NaiveTrie.root(txs));
    }

    private byte[] rootOf(final List<byte[]> txs)
    {
        final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);
        for (final byte[] tx : txs)
        {
            buffer.wrap(tx);
            trie.add(buffer, 0, tx.length);
        }
        assertThat(trie.count()).isEqualTo(txs.size());
        final byte[] root = new byte[32];
        trie.root(root);
        assertThat(trie.count()).isZero();

        return root;
    }
}
