package io.fragcast.ethereum;

import java.util.HexFormat;

/**
 * Hex strings as Ethereum writes them: {@code 0x} in front, bytes in full, quantities without leading zeros. For the
 * edges; every refusal is an {@link IllegalArgumentException} that
 * names the field and says what is wrong with its value.
 */
public final class Hex
{
    private static final HexFormat FORMAT = HexFormat.of();
    private static final int U64_DIGITS = 16;
    private static final int U256_DIGITS = 64;

    private Hex()
    {
    }

    /**
     * Reads bytes.
     *
     * @param field in errors.
     * @param text  {@code 0x} and an even number of digits; {@code 0x} alone: no bytes.
     * @return the bytes.
     */
    public static byte[] bytes(final String field, final String text)
    {
        checkPrefix(field, text);
        if (0 != (text.length() & 1))
        {
            throw new IllegalArgumentException(field + ": has an odd number of hex digits");
        }
        checkDigits(field, text);

        return FORMAT.parseHex(text, 2, text.length());
    }

    /**
     * Reads bytes of which there must be so many.
     *
     * @param field  in errors.
     * @param text   {@code 0x} and twice as many digits.
     * @param length in bytes.
     * @return the bytes.
     */
    public static byte[] bytes(final String field, final String text, final int length)
    {
        final byte[] bytes = bytes(field, text);
        if (length != bytes.length)
        {
            throw new IllegalArgumentException(field + ": is " + bytes.length + " bytes, not " + length);
        }

        return bytes;
    }

    /**
     * Reads a quantity of up to 64 bits.
     *
     * @param field in errors.
     * @param text  {@code 0x} and digits without leading zeros.
     * @return the value, unsigned.
     */
    public static long quantity(final String field, final String text)
    {
        checkQuantity(field, text);
        if (text.length() - 2 > U64_DIGITS)
        {
            throw new IllegalArgumentException(field + ": is over 2^64-1");
        }

        return HexFormat.fromHexDigitsToLong(text, 2, text.length());
    }

    /**
     * Reads a quantity of up to 256 bits.
     *
     * @param field in errors.
     * @param text  {@code 0x} and digits without leading zeros.
     * @return 32 bytes, little endian.
     */
    public static byte[] quantity256(final String field, final String text)
    {
        checkQuantity(field, text);
        final int digits = text.length() - 2;
        if (digits > U256_DIGITS)
        {
            throw new IllegalArgumentException(field + ": is over 2^256-1");
        }

        final byte[] littleEndian = new byte[32];
        for (int i = 0; i < digits; i++)
        {
            final int digit = HexFormat.fromHexDigit(text.charAt(text.length() - 1 - i));
            littleEndian[i >> 1] |= (byte)(digit << ((i & 1) << 2));
        }

        return littleEndian;
    }

    /**
     * Writes bytes.
     *
     * @param bytes to write.
     * @return {@code 0x} and two lower-case digits a byte.
     */
    public static String toHex(final byte[] bytes)
    {
        return "0x" + FORMAT.formatHex(bytes);
    }

    /**
     * Writes a quantity of 256 bits.
     *
     * @param littleEndian 32 bytes.
     * @return {@code 0x} and lower-case digits without leading zeros.
     */
    public static String toQuantity(final byte[] littleEndian)
    {
        final StringBuilder digits = new StringBuilder(U256_DIGITS);
        for (int i = littleEndian.length - 1; i >= 0; i--)
        {
            FORMAT.toHexDigits(digits, littleEndian[i]);
        }
        int first = 0;
        while (first < digits.length() - 1 && '0' == digits.charAt(first))
        {
            first++;
        }

        return "0x" + digits.substring(first);
    }

    private static void checkPrefix(final String field, final String text)
    {
        if (!text.startsWith("0x"))
        {
            throw new IllegalArgumentException(field + ": does not begin with 0x");
        }
    }

    private static void checkDigits(final String field, final String text)
    {
        for (int i = 2; i < text.length(); i++)
        {
            if (!HexFormat.isHexDigit(text.charAt(i)))
            {
                throw new IllegalArgumentException(field + ": has a character at " + i + " that is no hex digit");
            }
        }
    }

    private static void checkQuantity(final String field, final String text)
    {
        checkPrefix(field, text);
        checkDigits(field, text);
        if (2 == text.length())
        {
            throw new IllegalArgumentException(field + ": has no digits");
        }
        if (text.length() > 3 && '0' == text.charAt(2))
        {
            throw new IllegalArgumentException(field + ": has leading zeros");
        }
    }
}
