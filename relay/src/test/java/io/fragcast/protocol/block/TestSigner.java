package io.fragcast.protocol.block;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * Signs by a hash over the public key and the digest: fast, so that tests of order and state can play millions of
 * frames. Proves nothing about secrecy; the tests of forgery use the real curve.
 */
public final class TestSigner implements MessageSigner
{
    private final byte[] publicKey = new byte[65];

    /**
     * A signer.
     *
     * @param seed tells keys apart.
     */
    public TestSigner(final int seed)
    {
        publicKey[0] = 4;
        publicKey[1] = (byte)seed;
    }

    @Override
    public void sign(final byte[] digest, final MutableDirectBuffer buffer, final int signatureOffset)
    {
        final byte[] signature = hash(digest, publicKey);
        buffer.putBytes(signatureOffset, signature);
        buffer.putBytes(signatureOffset + 32, signature);
        buffer.putByte(signatureOffset + 64, (byte)0);
    }

    @Override
    public byte[] publicKey()
    {
        return publicKey;
    }

    /**
     * What checks these signatures.
     *
     * @return a verifier.
     */
    public static SignatureVerifier verifier()
    {
        return TestSigner::isSigned;
    }

    private static boolean isSigned(
        final byte[] digest, final DirectBuffer buffer, final int signatureOffset, final byte[] publicKey)
    {
        final byte[] expected = hash(digest, publicKey);
        final byte[] actual = new byte[64];
        buffer.getBytes(signatureOffset, actual);

        return Arrays.equals(expected, 0, 32, actual, 0, 32) && Arrays.equals(expected, 0, 32, actual, 32, 64);
    }

    private static byte[] hash(final byte[] digest, final byte[] publicKey)
    {
        try
        {
            final MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(publicKey);

            return sha256.digest(digest);
        }
        catch (final NoSuchAlgorithmException ex)
        {
            throw new IllegalStateException(ex);
        }
    }
}
