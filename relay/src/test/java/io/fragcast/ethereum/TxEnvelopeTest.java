package io.fragcast.ethereum;

import io.fragcast.cli.BlockRecord;
import io.fragcast.cli.RealBlocks;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

class TxEnvelopeTest
{
    private static final String ADDRESS = "94" + "11".repeat(20);
    private static final String NUMBERS_TO_GAS = "01" + "02" + "03" + "04" + "825208";
    /** chainId 1, nonce 2, fees 3 and 4, gas 21,000, to, value 0, data, access list, authorizations, y, r, s. */
    private static final String SET_CODE_FIELDS =
        NUMBERS_TO_GAS + ADDRESS + "80" + "80" + "c0" + list(list("01" + ADDRESS + "05" + "80" + "06" + "07")) + "01" +
        "08" + "09";

    private final TxEnvelope envelope = new TxEnvelope();

    @Test
    void shouldAcceptEachRealTransaction()
    {
        final int[] countOfType = new int[128];
        for (final String file : RealBlocks.FILES)
        {
            for (final BlockRecord block : RealBlocks.read(file))
            {
                for (final byte[] tx : block.transactions())
                {
                    assertThat(wrap(tx)).as("block %d", block.number()).isTrue();
                    assertThat(Long.compareUnsigned(envelope.gasLimit(), 21_000)).isGreaterThanOrEqualTo(0);
                    countOfType[envelope.type()]++;
                    assertThat(wrap(Arrays.copyOf(tx, tx.length - 1))).as("cut off").isFalse();
                    assertThat(wrap(Arrays.copyOf(tx, tx.length + 1))).as("one byte more").isFalse();
                }
            }
        }

        assertThat(countOfType[0]).isEqualTo(5_710 + 44 + 27 + 558 + 73);
        assertThat(countOfType[1]).isEqualTo(41);
        assertThat(countOfType[2]).isEqualTo(12_766 + 116 + 72 + 12 + 5 + 16);
        assertThat(countOfType[3]).isEqualTo(12);
        assertThat(countOfType[TxEnvelope.DEPOSIT_TYPE]).isEqualTo(20 + 9 + 1 + 1);
    }

    @Test
    void shouldAcceptTypeFour()
    {
        assertThat(wrap(hex("04" + list(SET_CODE_FIELDS)))).isTrue();
        assertThat(envelope.type()).isEqualTo(4);
        assertThat(envelope.gasLimit()).isEqualTo(21_000);

        assertThat(wrap(hex("04" + list(SET_CODE_FIELDS.replace(ADDRESS + "80", "8080"))))).as("no to").isFalse();
        assertThat(wrap(hex("04" + list(SET_CODE_FIELDS.replace("06" + "07", "06"))))).as("no s").isFalse();
        assertThat(wrap(hex("04" + list(SET_CODE_FIELDS.replace("825208", "83005208"))))).as("zero ahead").isFalse();
        assertThat(wrap(hex("04" + list(SET_CODE_FIELDS.replace("825208", "89" + "01".repeat(9)))))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "00", "05", "7f", "80", "bf", "c0", "01", "01c0", "02c0", "03c0", "04c0", "7ec0", "05c0"})
    void shouldRefuseWhatHasNoFields(final String tx)
    {
        assertThat(wrap(hex(tx))).isFalse();
    }

    @Test
    void shouldNeverThrowForDamagedBytes()
    {
        final Random random = new Random(11);
        int refused = 0;
        for (final BlockRecord block : RealBlocks.read("op-sepolia"))
        {
            for (final byte[] tx : block.transactions())
            {
                for (int i = 0; i < 200; i++)
                {
                    final byte[] damaged = tx.clone();
                    damaged[random.nextInt(Math.min(64, tx.length))] = (byte)random.nextInt();
                    refused += wrap(damaged) ? 0 : 1;
                }
            }
        }
        assertThat(refused).isGreaterThan(1_000);
    }

    private boolean wrap(final byte[] tx)
    {
        return envelope.wrap(new UnsafeBuffer(tx), 0, tx.length);
    }

    private static String list(final String payload)
    {
        final int length = payload.length() / 2;

        return (length < 56 ? String.format("%02x", 0xC0 + length) : String.format("f8%02x", length)) + payload;
    }

    private static byte[] hex(final String digits)
    {
        return HexFormat.of().parseHex(digits);
    }
}
