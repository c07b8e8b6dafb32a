package io.fragcast.edge.jsonl;

import org.agrona.DirectBuffer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;

/**
 * Writes JSON of known shape through one buffer: names are given as whole tokens, numbers are made of digits, bytes are
 * made hex by a table. Allocates nothing. Used by one thread.
 */
final class JsonLineWriter
{
    /** Half a pipe's default capacity on Linux, and past the point where a write's cost is its bytes. */
    private static final int BUFFER_LENGTH = 32 << 10;
    private static final int MAX_DIGITS = 20;
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private final WritableByteChannel channel;
    private final byte[] bytes = new byte[BUFFER_LENGTH];
    private final ByteBuffer view = ByteBuffer.wrap(bytes);
    private final byte[] digits = new byte[MAX_DIGITS];
    private int position;

    JsonLineWriter(final WritableByteChannel channel)
    {
        this.channel = channel;
    }

    /** Tokens as they are: names, punctuation. */
    JsonLineWriter token(final byte[] token)
    {
        reserve(token.length);
        System.arraycopy(token, 0, bytes, position, token.length);
        position += token.length;

        return this;
    }

    JsonLineWriter character(final char character)
    {
        reserve(1);
        bytes[position++] = (byte) character;

        return this;
    }

    /** An unsigned number. */
    JsonLineWriter number(final long value)
    {
        int start = MAX_DIGITS;
        long rest = value;
        do
        {
            final long quotient = Long.divideUnsigned(rest, 10);
            digits[--start] = (byte) ('0' + (rest - quotient * 10));
            rest = quotient;
        }
        while (0 != rest);

        final int length = MAX_DIGITS - start;
        reserve(length);
        System.arraycopy(digits, start, bytes, position, length);
        position += length;

        return this;
    }

    /** Bytes as a string of 0x and all their digits. */
    JsonLineWriter hex(final DirectBuffer buffer, final int offset, final int length)
    {
        reserve(3);
        bytes[position++] = '"';
        bytes[position++] = '0';
        bytes[position++] = 'x';
        for (int i = 0; i < length; i++)
        {
            reserve(2);
            final int value = buffer.getByte(offset + i);
            bytes[position++] = HEX[(value >> 4) & 0xF];
            bytes[position++] = HEX[value & 0xF];
        }

        return character('"');
    }

    /** An unsigned little endian number as a quantity: 0x and its digits, without leading zeros. */
    JsonLineWriter quantity(final DirectBuffer buffer, final int offset, final int length)
    {
        int top = length - 1;
        while (top > 0 && 0 == buffer.getByte(offset + top))
        {
            top--;
        }

        reserve(3);
        bytes[position++] = '"';
        bytes[position++] = '0';
        bytes[position++] = 'x';
        for (int i = top; i >= 0; i--)
        {
            reserve(2);
            final int value = buffer.getByte(offset + i);
            if (i != top || 0 != (value & 0xF0))
            {
                bytes[position++] = HEX[(value >> 4) & 0xF];
            }
            bytes[position++] = HEX[value & 0xF];
        }

        return character('"');
    }

    void flush()
    {
        view.position(0).limit(position);
        try
        {
            while (view.hasRemaining())
            {
                channel.write(view);
            }
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
        position = 0;
    }

    private void reserve(final int length)
    {
        if (position + length > BUFFER_LENGTH)
        {
            flush();
        }
    }
}
