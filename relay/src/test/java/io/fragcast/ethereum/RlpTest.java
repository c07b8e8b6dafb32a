package io.fragcast.ethereum;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

class RlpTest
{
    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[100_000]);
    private final RlpItem item = new RlpItem();

    @ParameterizedTest
    @CsvSource({
        "0,80", "1,01", "127,7f", "128,8180", "255,81ff", "256,820100", "1024,820400", "65535,82ffff",
        "16777216,8401000000", "9223372036854775807,887fffffffffffffff", "-1,88ffffffffffffffff",
        "-9223372036854775808,888000000000000000"})
    void shouldWriteIntegersInTheirShortestForm(final long value, final String expected)
    {
        final int length = Rlp.putUnsigned(buffer, 3, value);

        assertThat(hex(3, length)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"'',80", "00,00", "7f,7f", "80,8180", "646f67,83646f67"})
    void shouldWriteStrings(final String string, final String expected)
    {
        final int length = Rlp.putString(buffer, 3, HexFormat.of().parseHex(string));

        assertThat(hex(3, length)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"0,c0,80", "55,f7,b7", "56,f838,b838", "255,f8ff,b8ff", "256,f90100,b90100", "65536,fa010000,ba010000"})
    void shouldWriteHeaders(final int payloadLength, final String list, final String string)
    {
        assertThat(hex(0, Rlp.putListHeader(buffer, 0, payloadLength))).isEqualTo(list);
        assertThat(hex(0, Rlp.putStringHeader(buffer, 0, payloadLength))).isEqualTo(string);
        assertThat(Rlp.headerLength(payloadLength)).isEqualTo(list.length() / 2);
    }

    @Test
    void shouldReadWhatItWrote()
    {
        for (final int length : new int[]{0, 1, 2, 55, 56, 57, 255, 256, 257, 65_535, 65_536, 80_000})
        {
            final byte[] string = new byte[length];
            Arrays.fill(string, (byte)0xAB);
            final int written = Rlp.putString(buffer, 7, string);

            assertThat(item.wrap(buffer, 7, 7 + written)).isTrue();
            assertThat(item.isList()).isFalse();
            assertThat(item.encodedLength()).isEqualTo(written);
            assertThat(item.payloadLength()).isEqualTo(length);
            assertThat(item.payloadOffset()).isEqualTo(7 + written - length);
            assertThat(item.wrap(buffer, 7, 7 + written - 1)).as("cut off").isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "81", "8100", "817f", "b800", "b837", "b90038", "b8", "b9ff", "bb7fffffff", "bbffffffff", "bcffffffffff",
        "bf0000000000000000", "bfffffffffffffffff", "f800", "f837", "f90038", "fb7fffffff", "ffffffffffffffffff", "c1"})
    void shouldRefuseWhatIsNotTheOneForm(final String encoded)
    {
        final byte[] bytes = HexFormat.of().parseHex(encoded);

        assertThat(item.wrap(new UnsafeBuffer(bytes), 0, bytes.length)).isFalse();
    }

    @Test
    void shouldNeverReadPastTheLimit()
    {
        final Random random = new Random(3);
        final byte[] bytes = new byte[12];
        for (int i = 0; i < 200_000; i++)
        {
            random.nextBytes(bytes);
            final int length = random.nextInt(bytes.length + 1);
            final byte[] exact = Arrays.copyOf(bytes, length);
            if (item.wrap(new UnsafeBuffer(exact), 0, length))
            {
                assertThat(item.encodedLength()).isBetween(1, length);
                assertThat(item.payloadOffset() + item.payloadLength()).isEqualTo(item.encodedLength());
            }
        }
    }

    private String hex(final int offset, final int length)
    {
        final byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);

        return HexFormat.of().formatHex(bytes);
    }
}
