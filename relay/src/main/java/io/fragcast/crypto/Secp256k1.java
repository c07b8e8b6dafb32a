package io.fragcast.crypto;

import io.fragcast.protocol.block.MessageSigner;
import io.fragcast.protocol.block.SignatureVerifier;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The curve: one contract, met by native code and by Java alike, to the byte (RFC 6979 nonces, low s). Stateless; any
 * thread may call it. What it makes, verifiers and signers, belongs to one thread each.
 */
public abstract sealed class Secp256k1 permits Secp256k1Jni, Secp256k1Java
{
    /** Bytes of a private key. */
    public static final int PRIVATE_KEY_LENGTH = 32;
    /** Bytes of a compressed public key. */
    public static final int COMPRESSED_LENGTH = 33;
    /** Bytes of an uncompressed public key: 0x04, x, y. */
    public static final int UNCOMPRESSED_LENGTH = 65;
    /** Bytes of a signature: r, s, v. */
    public static final int SIGNATURE_LENGTH = 65;

    static final int DIGEST_LENGTH = 32;
    static final int S_OFFSET = 32;
    static final int V_OFFSET = 64;
    /** What Ethereum adds to the recovery id in older signatures. */
    private static final int V_BASE = 27;

    private final String description;

    Secp256k1(final String description)
    {
        this.description = description;
    }

    /**
     * The native code if it loads, else Java.
     *
     * @return the curve; {@link #description()} says which, and why.
     */
    public static Secp256k1 load()
    {
        try
        {
            return new Secp256k1Jni();
        }
        // The library throws whatever its loader met, checked exceptions too, though it declares none.
        catch (final Exception | LinkageError ex)
        {
            Throwable reason = ex;
            while (null != reason.getCause())
            {
                reason = reason.getCause();
            }

            return new Secp256k1Java("pure Java, 3x slower: native code does not load (" + reason + ")");
        }
    }

    /**
     * Which code runs, to print at start.
     *
     * @return a line.
     */
    public String description()
    {
        return description;
    }

    /**
     * A verifier for one thread.
     *
     * @return with scratch of its own.
     */
    public abstract SignatureVerifier newVerifier();

    /**
     * A signer for one thread.
     *
     * @param privateKey 32 bytes; copied.
     * @return with scratch of its own.
     * @throws IllegalArgumentException if it is no private key.
     */
    public abstract MessageSigner newSigner(byte[] privateKey);

    /**
     * The public half of a key.
     *
     * @param privateKey 32 bytes.
     * @return 65 bytes, uncompressed.
     * @throws IllegalArgumentException if it is no private key.
     */
    public abstract byte[] publicKey(byte[] privateKey);

    /**
     * Reads a public key of either form.
     *
     * @param publicKey 33 or 65 bytes.
     * @return 65 bytes, uncompressed.
     * @throws IllegalArgumentException if it is no point of the curve.
     */
    public abstract byte[] expand(byte[] publicKey);

    /**
     * What two owners of keys share and nobody else knows.
     *
     * @param privateKey 32 bytes, one's own.
     * @param publicKey  33 or 65 bytes, the other's.
     * @return SHA-256 of the shared point in compressed form.
     * @throws IllegalArgumentException if either is no key.
     */
    public abstract byte[] ecdh(byte[] privateKey, byte[] publicKey);

    /**
     * Signs a digest as it is, so that the signer can be recovered: as based-op does. Not for the hot path.
     *
     * @param digest     32 bytes.
     * @param privateKey 32 bytes.
     * @return r, low s, and v of 27 or 28.
     * @throws IllegalArgumentException if it is no private key.
     */
    public abstract byte[] signRecoverable(byte[] digest, byte[] privateKey);

    /**
     * Whose signature is it?
     *
     * @param digest    32 bytes that were signed.
     * @param signature r, s, and v of 0, 1, 27 or 28.
     * @return the public key, 65 bytes; null if no key made it, or s is not low.
     */
    public final byte @Nullable [] recover(final byte[] digest, final byte[] signature)
    {
        if (DIGEST_LENGTH != digest.length || SIGNATURE_LENGTH != signature.length)
        {
            return null;
        }

        final int v = signature[V_OFFSET] & 0xFF;
        final int recoveryId = v >= V_BASE ? v - V_BASE : v;
        final UnsafeBuffer buffer = new UnsafeBuffer(signature);
        if (recoveryId > 1 || !Scalar.isInOrder(buffer, 0) || !Scalar.isLow(buffer, S_OFFSET))
        {
            return null;
        }

        return recover(digest, signature, recoveryId);
    }

    /**
     * Shortens a public key.
     *
     * @param publicKey 65 bytes, as {@link #expand} gives it.
     * @return 33 bytes: 2 or 3 by the parity of y, and x.
     */
    public static byte[] compress(final byte[] publicKey)
    {
        if (UNCOMPRESSED_LENGTH != publicKey.length || 4 != publicKey[0])
        {
            throw new IllegalArgumentException("not an uncompressed public key");
        }

        final byte[] compressed = new byte[COMPRESSED_LENGTH];
        compressed[0] = (byte)(2 + (publicKey[UNCOMPRESSED_LENGTH - 1] & 1));
        System.arraycopy(publicKey, 1, compressed, 1, COMPRESSED_LENGTH - 1);

        return compressed;
    }

    /**
     * May these bytes be a private key?
     *
     * @param privateKey to judge.
     * @return true for 32 bytes from 1 to the order less 1.
     */
    public static boolean isPrivateKey(final byte[] privateKey)
    {
        return PRIVATE_KEY_LENGTH == privateKey.length && Scalar.isInOrder(new UnsafeBuffer(privateKey), 0);
    }

    /**
     * Recovers from checked numbers.
     *
     * @param digest     32 bytes.
     * @param signature  with r and s in their bounds.
     * @param recoveryId 0 or 1.
     * @return the public key, 65 bytes, or null if r is not on the curve or the key would be no point.
     */
    abstract byte @Nullable [] recover(byte[] digest, byte[] signature, int recoveryId);

    static void checkPrivateKey(final byte[] privateKey)
    {
        if (!isPrivateKey(privateKey))
        {
            throw new IllegalArgumentException("not a private key of secp256k1");
        }
    }

    static void checkPublicKey(final byte[] publicKey)
    {
        final boolean isCompressed =
            COMPRESSED_LENGTH == publicKey.length && (2 == publicKey[0] || 3 == publicKey[0]);
        final boolean isUncompressed = UNCOMPRESSED_LENGTH == publicKey.length && 4 == publicKey[0];
        if (!isCompressed && !isUncompressed)
        {
            throw notAPoint();
        }
    }

    static IllegalArgumentException notAPoint()
    {
        return new IllegalArgumentException("not a public key: neither 33 nor 65 bytes of a point of secp256k1");
    }

    static byte[] withV(final byte[] rAndS, final int recoveryId)
    {
        final byte[] signature = new byte[SIGNATURE_LENGTH];
        System.arraycopy(rAndS, 0, signature, 0, V_OFFSET);
        signature[V_OFFSET] = (byte)(V_BASE + recoveryId);

        return signature;
    }
}
