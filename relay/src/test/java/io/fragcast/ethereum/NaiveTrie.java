package io.fragcast.ethereum;

import org.bouncycastle.jcajce.provider.digest.Keccak;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The ordered trie by the definition of the yellow paper, appendix D, over strings of nibbles: slow, plain, and sharing
 * no line with what it checks.
 */
final class NaiveTrie
{
    private NaiveTrie()
    {
    }

    static byte[] root(final List<byte[]> values)
    {
        final Map<String, byte[]> entries = new TreeMap<>();
        for (int i = 0; i < values.size(); i++)
        {
            entries.put(nibbles(rlp(0 == i ? new byte[0] : minimal(i))), values.get(i));
        }

        return keccak(entries.isEmpty() ? new byte[]{(byte)0x80} : node(new ArrayList<>(entries.entrySet()), 0));
    }

    private static byte[] node(final List<Map.Entry<String, byte[]>> entries, final int depth)
    {
        final String first = entries.get(0).getKey();
        if (1 == entries.size())
        {
            return list(rlp(hexPrefix(first.substring(depth), true)), rlp(entries.get(0).getValue()));
        }

        final String last = entries.get(entries.size() - 1).getKey();
        int common = depth;
        while (first.charAt(common) == last.charAt(common))
        {
            common++;
        }
        if (common > depth)
        {
            return list(
                rlp(hexPrefix(first.substring(depth, common), false)), reference(node(entries, common)));
        }

        final byte[][] items = new byte[17][];
        for (int child = 0; child < 16; child++)
        {
            final char digit = Character.forDigit(child, 16);
            final List<Map.Entry<String, byte[]>> below = new ArrayList<>();
            for (final Map.Entry<String, byte[]> entry : entries)
            {
                if (digit == entry.getKey().charAt(depth))
                {
                    below.add(entry);
                }
            }
            items[child] = below.isEmpty() ? rlp(new byte[0]) : reference(node(below, depth + 1));
        }
        items[16] = rlp(new byte[0]);

        return list(items);
    }

    private static byte[] reference(final byte[] node)
    {
        return node.length < 32 ? node : rlp(keccak(node));
    }

    private static byte[] hexPrefix(final String nibbles, final boolean isLeaf)
    {
        final int flag = isLeaf ? 2 : 0;
        final String text = 0 == nibbles.length() % 2 ? flag + "0" + nibbles : (flag + 1) + nibbles;
        final byte[] bytes = new byte[text.length() / 2];
        for (int i = 0; i < bytes.length; i++)
        {
            bytes[i] = (byte)Integer.parseInt(text.substring(2 * i, 2 * i + 2), 16);
        }

        return bytes;
    }

    private static String nibbles(final byte[] bytes)
    {
        final StringBuilder text = new StringBuilder();
        for (final byte value : bytes)
        {
            text.append(String.format("%02x", value));
        }

        return text.toString();
    }

    private static byte[] rlp(final byte[] bytes)
    {
        return 1 == bytes.length && bytes[0] >= 0 ? bytes : join(header(0x80, bytes.length), bytes);
    }

    private static byte[] list(final byte[]... items)
    {
        final byte[] payload = join(items);

        return join(header(0xC0, payload.length), payload);
    }

    private static byte[] header(final int kind, final int length)
    {
        if (length < 56)
        {
            return new byte[]{(byte)(kind + length)};
        }
        final byte[] lengthBytes = minimal(length);

        return join(new byte[]{(byte)(kind + 55 + lengthBytes.length)}, lengthBytes);
    }

    private static byte[] minimal(final int value)
    {
        final byte[] bytes = BigInteger.valueOf(value).toByteArray();

        return 0 == bytes[0] ? Arrays.copyOfRange(bytes, 1, bytes.length) : bytes;
    }

    private static byte[] join(final byte[]... parts)
    {
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (final byte[] part : parts)
        {
            out.writeBytes(part);
        }

        return out.toByteArray();
    }

    private static byte[] keccak(final byte[] bytes)
    {
        return new Keccak.Digest256().digest(bytes);
    }
}
