package io.fragcast.crypto;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The session ids of our sinks: both ends compute them, strangers cannot, and nobody configures them. For the set-up
 * of a node, not for its hot path.
 */
public final class SessionIds
{
    // Behind the lane: sets a link's answers apart from its requests, whose ids have nothing there.
    private static final byte ANSWERS = 1;

    private SessionIds()
    {
    }

    /**
     * The id of a unicast sink between two nodes, the same in either direction.
     *
     * @param curve           to compute with.
     * @param privateIdentity own identity key, 32 bytes.
     * @param peerIdentity    the peer's public identity key, 33 or 65 bytes.
     * @param lane            offset of the lane's port, 0 for the block lane.
     * @return the first 4 bytes of SHA-256(ECDH, lane).
     */
    public static int unicast(
        final Secp256k1 curve, final byte[] privateIdentity, final byte[] peerIdentity, final int lane)
    {
        return firstBytes(curve.ecdh(privateIdentity, peerIdentity), (byte)lane);
    }

    /**
     * The id of the answers on a lane where questions are asked, the same in either direction; the requests have that
     * of {@link #unicast}.
     *
     * @param curve           to compute with.
     * @param privateIdentity own identity key, 32 bytes.
     * @param peerIdentity    the peer's public identity key, 33 or 65 bytes.
     * @param lane            offset of the lane's port.
     * @return the first 4 bytes of SHA-256(ECDH, lane, 1).
     */
    public static int answers(
        final Secp256k1 curve, final byte[] privateIdentity, final byte[] peerIdentity, final int lane)
    {
        return firstBytes(curve.ecdh(privateIdentity, peerIdentity), (byte)lane, ANSWERS);
    }

    /**
     * The id of a multicast sink: anyone who knows the publisher can compute it, so it is for trusted networks.
     *
     * @param publisherIdentity its public identity key, 33 bytes.
     * @param lane              offset of the lane's port, 0 for the block lane.
     * @return the first 4 bytes of SHA-256(key, lane).
     */
    public static int multicast(final byte[] publisherIdentity, final int lane)
    {
        if (Secp256k1.COMPRESSED_LENGTH != publisherIdentity.length)
        {
            throw new IllegalArgumentException("identity key is " + publisherIdentity.length + " bytes, not 33");
        }

        return firstBytes(publisherIdentity, (byte)lane);
    }

    private static int firstBytes(final byte[] secret, final byte... use)
    {
        try
        {
            final MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(secret);
            sha256.update(use);
            final byte[] hash = sha256.digest();

            return (hash[0] & 0xFF) << 24 | (hash[1] & 0xFF) << 16 | (hash[2] & 0xFF) << 8 | (hash[3] & 0xFF);
        }
        catch (final NoSuchAlgorithmException ex)
        {
            throw new IllegalStateException("every JRE has SHA-256", ex);
        }
    }
}
