package io.fragcast.ethereum;

import org.agrona.DirectBuffer;
import org.bouncycastle.crypto.digests.KeccakDigest;

/**
 * Keccak-256 as Ethereum uses it (the padding before SHA-3 was standardised). Reusable; allocates nothing once made.
 * One instance a thread.
 */
public final class Keccak
{
    /** Bytes of a hash. */
    public static final int HASH_LENGTH = 32;
    /** Bytes of an address: the end of the hash of a public key. */
    public static final int ADDRESS_LENGTH = 20;
    /** Bytes of an uncompressed public key: 0x04, x, y. */
    private static final int PUBLIC_KEY_LENGTH = 65;
    /** Eight blocks of the sponge, so that off-heap bytes are copied in few steps. */
    private static final int SCRATCH_LENGTH = 8 * 136;

    private final KeccakDigest digest = new KeccakDigest(256);
    private final byte[] scratch = new byte[SCRATCH_LENGTH];

    /**
     * Hashes an array.
     *
     * @param bytes to hash.
     * @return 32 bytes, newly allocated.
     */
    public static byte[] hash(final byte[] bytes)
    {
        final byte[] hash = new byte[HASH_LENGTH];
        final Keccak keccak = new Keccak();
        keccak.update(bytes, 0, bytes.length);
        keccak.finish(hash, 0);

        return hash;
    }

    /**
     * The address of a public key.
     *
     * @param publicKey 65 bytes, uncompressed.
     * @return 20 bytes, newly allocated.
     */
    public static byte[] address(final byte[] publicKey)
    {
        if (PUBLIC_KEY_LENGTH != publicKey.length)
        {
            throw new IllegalArgumentException("public key is " + publicKey.length + " bytes, not 65");
        }

        final byte[] hash = new byte[HASH_LENGTH];
        final Keccak keccak = new Keccak();
        keccak.update(publicKey, 1, PUBLIC_KEY_LENGTH - 1);
        keccak.finish(hash, 0);
        final byte[] address = new byte[ADDRESS_LENGTH];
        System.arraycopy(hash, HASH_LENGTH - ADDRESS_LENGTH, address, 0, ADDRESS_LENGTH);

        return address;
    }

    /**
     * Takes bytes in.
     *
     * @param bytes  holding them.
     * @param offset of the first.
     * @param length of them.
     */
    public void update(final byte[] bytes, final int offset, final int length)
    {
        digest.update(bytes, offset, length);
    }

    /**
     * Takes bytes of a buffer in, on or off the heap.
     *
     * @param buffer holding them.
     * @param offset of the first.
     * @param length of them.
     */
    public void update(final DirectBuffer buffer, final int offset, final int length)
    {
        int position = offset;
        int remaining = length;
        while (remaining > 0)
        {
            final int step = Math.min(remaining, SCRATCH_LENGTH);
            buffer.getBytes(position, scratch, 0, step);
            digest.update(scratch, 0, step);
            position += step;
            remaining -= step;
        }
    }

    /**
     * Writes the hash of all taken in and starts afresh.
     *
     * @param hash   to write to.
     * @param offset where its 32 bytes go.
     */
    public void finish(final byte[] hash, final int offset)
    {
        digest.doFinal(hash, offset);
    }
}
