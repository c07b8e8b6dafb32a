package io.fragcast.cli;

import io.fragcast.cli.BlockCutter.CutBlock;
import io.fragcast.cli.BlockCutter.Rule;
import io.fragcast.ethereum.BasedOpMessage.Frag;
import io.fragcast.ethereum.TxEnvelope;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class BlockCutterTest
{
    @ParameterizedTest
    @EnumSource(Rule.class)
    void shouldKeepEachTransactionInItsPlace(final Rule rule)
    {
        for (final String file : RealBlocks.FILES)
        {
            for (final BlockRecord block : RealBlocks.read(file))
            {
                for (final int fragCount : new int[]{1, 3, 10})
                {
                    assertCut(block, fragCount, new BlockCutter(fragCount, rule).cut(block));
                }
            }
        }
    }

    @Test
    void shouldCutByCountAsTheRecipeSays()
    {
        for (final BlockRecord block : RealBlocks.read("ethereum-mainnet"))
        {
            final int txCount = block.transactions().size();
            final List<Frag> frags = new BlockCutter(10, Rule.EQUAL_COUNT).cut(block).frags();
            for (int i = 0; i < 10; i++)
            {
                assertThat(frags.get(i).txs()).hasSize((i + 1) * txCount / 10 - i * txCount / 10);
            }
        }
    }

    @Test
    void shouldCutByGasAsTheRecipeSays()
    {
        int largest = 0;
        for (final BlockRecord block : RealBlocks.read("ethereum-mainnet"))
        {
            final int[] sizes = sizesByGas(block, 10);
            final List<Frag> frags = new BlockCutter(10, Rule.EQUAL_GAS).cut(block).frags();
            for (int i = 0; i < 10; i++)
            {
                assertThat(frags.get(i).txs()).hasSize(sizes[i]);
                largest = Math.max(largest, sizes[i]);
            }
        }
        assertThat(largest).isEqualTo(270);
    }

    @Test
    void shouldNameTheBlockWhoseGasIsUnreadable()
    {
        final BlockRecord block = RealBlocks.read("op-mainnet").get(0);
        final List<byte[]> txs = new ArrayList<>(block.transactions());
        txs.set(2, new byte[]{5});
        final BlockRecord damaged =
            new BlockRecord(block.chainId(), block.hash(), block.header(), true, txs);

        assertThatIllegalArgumentException()
            .isThrownBy(() -> new BlockCutter(10, Rule.EQUAL_GAS).cut(damaged))
            .withMessageStartingWith("block " + block.number() + ": transaction 2 ");
    }

    private static void assertCut(final BlockRecord block, final int fragCount, final CutBlock cut)
    {
        final List<byte[]> joined = new ArrayList<>();
        assertThat(cut.frags()).hasSize(fragCount);
        for (int i = 0; i < fragCount; i++)
        {
            final Frag frag = cut.frags().get(i);
            assertThat(frag.seq()).isEqualTo(i);
            assertThat(frag.blockNumber()).isEqualTo(block.number());
            assertThat(frag.isLast()).isEqualTo(fragCount - 1 == i);
            joined.addAll(frag.txs());
        }
        assertThat(joined).isEqualTo(block.transactions());
        assertThat(cut.env().number()).isEqualTo(block.number());
        assertThat(cut.env().prevrandao()).isEqualTo(block.header().mixHash());
        assertThat(cut.seal().totalFrags()).isEqualTo(fragCount);
        assertThat(cut.seal().blockHash()).isEqualTo(block.hash());
        assertThat(cut.seal().transactionsRoot()).isEqualTo(block.header().transactionsRoot());
    }

    private static int[] sizesByGas(final BlockRecord block, final int fragCount)
    {
        final TxEnvelope envelope = new TxEnvelope();
        final long[] gas = new long[block.transactions().size()];
        long sum = 0;
        for (int i = 0; i < gas.length; i++)
        {
            final byte[] tx = block.transactions().get(i);
            assertThat(envelope.wrap(new UnsafeBuffer(tx), 0, tx.length)).isTrue();
            gas[i] = envelope.gasLimit();
            sum += gas[i];
        }

        final int[] sizes = new int[fragCount];
        long before = 0;
        for (final long txGas : gas)
        {
            sizes[(int)Math.min(fragCount - 1, fragCount * before / sum)]++;
            before += txGas;
        }

        return sizes;
    }
}
