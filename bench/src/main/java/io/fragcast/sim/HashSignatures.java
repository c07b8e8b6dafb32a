package io.fragcast.sim;

import io.fragcast.protocol.block.MessageSigner;
import io.fragcast.protocol.block.SignatureVerifier;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Signatures that anybody could make, in 2 us instead of 80 to sign and check: two hashes of key and digest. For worlds
 * in which nobody forges, so that a million blocks take minutes; what fails is what was changed on its way.
 */
final class HashSignatures implements MessageSigner, SignatureVerifier
{
    private static final int HASH_LENGTH = 32;
    private static final int SIGNATURE_LENGTH = 2 * HASH_LENGTH;

    private final byte[] publicKey;
    private final MessageDigest sha256;
    private final byte[] given = new byte[SIGNATURE_LENGTH];

    /**
     * Signatures of one key.
     *
     * @param publicKey of 65 bytes, as the schedule names it.
     */
    HashSignatures(final byte[] publicKey)
    {
        this.publicKey = publicKey.clone();
        try
        {
            sha256 = MessageDigest.getInstance("SHA-256");
        }
        catch (final NoSuchAlgorithmException ex)
        {
            throw new IllegalStateException(ex);
        }
    }

    @Override
    public void sign(final byte[] digest, final MutableDirectBuffer buffer, final int signatureOffset)
    {
        final byte[] first = hash(publicKey, digest);
        buffer.putBytes(signatureOffset, first);
        buffer.putBytes(signatureOffset + HASH_LENGTH, hash(first, digest));
        buffer.putByte(signatureOffset + SIGNATURE_LENGTH, (byte)0);
    }

    @Override
    public byte[] publicKey()
    {
        return publicKey.clone();
    }

    @Override
    public boolean verify(
        final byte[] digest, final DirectBuffer buffer, final int signatureOffset, final byte[] leaderKey)
    {
        buffer.getBytes(signatureOffset, given);
        final byte[] first = hash(leaderKey, digest);

        return isAt(0, first) && isAt(HASH_LENGTH, hash(first, digest));
    }

    private boolean isAt(final int offset, final byte[] hash)
    {
        for (int i = 0; i < HASH_LENGTH; i++)
        {
            if (hash[i] != given[offset + i])
            {
                return false;
            }
        }

        return true;
    }

    private byte[] hash(final byte[] first, final byte[] second)
    {
        sha256.update(first);
        sha256.update(second);

        return sha256.digest();
    }
}
