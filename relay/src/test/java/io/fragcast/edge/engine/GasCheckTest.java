package io.fragcast.edge.engine;

import io.fragcast.cli.BlockRecord;
import io.fragcast.cli.RealBlocks;
import io.fragcast.ethereum.Hex;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a block that could be valid may hold goes through, and what it never could does not.
 */
class GasCheckTest
{
    static final List<String> FILES = RealBlocks.FILES;

    private final GasCheck gas = new GasCheck();

    @ParameterizedTest
    @FieldSource("FILES")
    void shouldLetEveryRealBlockThrough(final String file)
    {
        for (final BlockRecord block : RealBlocks.read(file))
        {
            gas.open(block.header().gasLimit());
            block.transactions().forEach(this::add);
            assertThat(gas.isOver()).as("block " + block.number()).isFalse();
        }
    }

    @Test
    void shouldCountEveryFragAgainstTheSameLimit()
    {
        gas.open(100_000);
        for (int i = 0; i < 3; i++)
        {
            add(transaction(50_000));
            assertThat(gas.isOver()).as("transaction " + i).isFalse();
        }
        add(transaction(50_000));

        assertThat(gas.isOver()).as("50,000 of at most 49,600 that are left").isTrue();
        add(transaction(21_000));
        assertThat(gas.isOver()).as("the block stays so").isTrue();
        gas.open(100_000);
        assertThat(gas.isOver()).as("the next does not").isFalse();
    }

    @Test
    void shouldKnowTheLimitToOneUnit()
    {
        gas.open(50_000);
        add(transaction(50_000));
        assertThat(gas.isOver()).isFalse();
        gas.open(50_000);
        add(transaction(50_001));
        assertThat(gas.isOver()).isTrue();
        gas.open(-1);
        add(transaction(50_000));
        assertThat(gas.isOver()).as("an unsigned limit").isFalse();
    }

    @Test
    void shouldLeaveToTheClientWhatIsNoTransaction()
    {
        gas.open(1);
        add(new byte[]{1, 2, 3});

        assertThat(gas.isOver()).isFalse();
    }

    private void add(final byte[] tx)
    {
        gas.onTx(new UnsafeBuffer(tx), 0, tx.length);
    }

    /** Legacy, with a gas limit of two bytes: nonce, gas price, gas limit, to, value, data, v, r, s. */
    private static byte[] transaction(final int gasLimit)
    {
        final String limit = "82" + String.format("%04x", gasLimit);
        final String fields = "80" + "01" + limit + "94" + "11".repeat(20) + "80" + "80" + "1b" + "01" + "01";

        return Hex.bytes("tx", "0x" + String.format("%02x", 0xC0 + fields.length() / 2) + fields);
    }
}
