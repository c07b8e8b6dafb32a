package io.fragcast.ethereum;

import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * The pieces of an SSZ hash tree root: chunks of 32 bytes, hashed in pairs by SHA-256 up to one. Reusable; allocates
 * only to make room for a list longer than any before. One instance a thread.
 */
public final class Ssz
{
    /** Bytes of a chunk, and of a root. */
    public static final int CHUNK_LENGTH = 32;

    /** Chunks of a list of 2^30 bytes: the deepest tree there is here. */
    private static final int MAX_DEPTH = 25;
    private static final int INITIAL_CHUNKS = 128;

    private final MessageDigest sha256 = sha256();
    private final byte[][] zeroRoots = new byte[MAX_DEPTH + 1][CHUNK_LENGTH];
    private final byte[] lengthChunk = new byte[CHUNK_LENGTH];
    private byte[] scratch = new byte[INITIAL_CHUNKS * CHUNK_LENGTH];

    /**
     * With the roots of trees of zeros computed once.
     */
    public Ssz()
    {
        for (int depth = 0; depth < MAX_DEPTH; depth++)
        {
            hashPair(zeroRoots[depth], 0, zeroRoots[depth], 0, zeroRoots[depth + 1], 0);
        }
    }

    /**
     * Root of a tree of chunks, filled up with zeros to 2^depth.
     *
     * @param chunks     the chunks one after the other; overwritten.
     * @param count      of them.
     * @param depth      of the tree.
     * @param root       to write to.
     * @param rootOffset where the 32 bytes go.
     */
    public void merkleize(
        final byte[] chunks, final int count, final int depth, final byte[] root, final int rootOffset)
    {
        if (count > 1L << depth)
        {
            throw new IllegalArgumentException(count + " chunks in a tree of depth " + depth);
        }
        if (0 == count)
        {
            System.arraycopy(zeroRoots[depth], 0, root, rootOffset, CHUNK_LENGTH);
            return;
        }

        int remaining = count;
        for (int level = 0; level < depth; level++)
        {
            final int pairs = remaining >> 1;
            for (int i = 0; i < pairs; i++)
            {
                final int left = 2 * i * CHUNK_LENGTH;
                hashPair(chunks, left, chunks, left + CHUNK_LENGTH, chunks, i * CHUNK_LENGTH);
            }
            if (0 != (remaining & 1))
            {
                final int last = (remaining - 1) * CHUNK_LENGTH;
                hashPair(chunks, last, zeroRoots[level], 0, chunks, pairs * CHUNK_LENGTH);
            }
            remaining = (remaining + 1) >> 1;
        }
        System.arraycopy(chunks, 0, root, rootOffset, CHUNK_LENGTH);
    }

    /**
     * Mixes a number into a root: the length of a list, the selector of a union.
     *
     * @param root       to change.
     * @param rootOffset of its 32 bytes.
     * @param number     to mix in, unsigned.
     */
    public void mixIn(final byte[] root, final int rootOffset, final long number)
    {
        putU64(lengthChunk, 0, number);
        hashPair(root, rootOffset, lengthChunk, 0, root, rootOffset);
    }

    /**
     * Root of a list of bytes.
     *
     * @param bytes      the list.
     * @param depth      of the tree that its limit gives: log2 of the most chunks.
     * @param root       to write to.
     * @param rootOffset where the 32 bytes go.
     */
    public void byteListRoot(final byte[] bytes, final int depth, final byte[] root, final int rootOffset)
    {
        final int count = (int)(((long)bytes.length + CHUNK_LENGTH - 1) / CHUNK_LENGTH);
        final int padded = Math.multiplyExact(count, CHUNK_LENGTH);
        if (padded > scratch.length)
        {
            scratch = new byte[padded];
        }
        System.arraycopy(bytes, 0, scratch, 0, bytes.length);
        Arrays.fill(scratch, bytes.length, padded, (byte)0);
        merkleize(scratch, count, depth, root, rootOffset);
        mixIn(root, rootOffset, bytes.length);
    }

    /**
     * Writes a number little endian.
     *
     * @param bytes  to write to.
     * @param offset where its 8 bytes go.
     * @param value  unsigned.
     */
    public static void putU64(final byte[] bytes, final int offset, final long value)
    {
        for (int i = 0; i < Long.BYTES; i++)
        {
            bytes[offset + i] = (byte)(value >>> (i << 3));
        }
    }

    private void hashPair(
        final byte[] left,
        final int leftOffset,
        final byte[] right,
        final int rightOffset,
        final byte[] hash,
        final int hashOffset)
    {
        try
        {
            sha256.update(left, leftOffset, CHUNK_LENGTH);
            sha256.update(right, rightOffset, CHUNK_LENGTH);
            sha256.digest(hash, hashOffset, CHUNK_LENGTH);
        }
        catch (final DigestException ex)
        {
            throw new IllegalStateException("32 bytes do not hold a SHA-256", ex);
        }
    }

    private static MessageDigest sha256()
    {
        try
        {
            return MessageDigest.getInstance("SHA-256");
        }
        catch (final NoSuchAlgorithmException ex)
        {
            throw new IllegalStateException("every JRE has SHA-256", ex);
        }
    }
}
