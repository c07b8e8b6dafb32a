package io.fragcast.node;

import io.fragcast.crypto.Secp256k1;
import io.fragcast.crypto.SessionIds;

/**
 * The key that a node is known by among its peers. Holds the private half; never printed.
 */
public final class Identity
{
    private final Secp256k1 curve;
    private final byte[] privateKey;
    private final byte[] publicKey;

    /**
     * An identity.
     *
     * @param curve      to compute with.
     * @param privateKey 32 bytes.
     */
    public Identity(final Secp256k1 curve, final byte[] privateKey)
    {
        this.curve = curve;
        this.privateKey = privateKey.clone();
        publicKey = Secp256k1.compress(curve.publicKey(privateKey));
    }

    /**
     * The public half.
     *
     * @return 33 bytes, compressed.
     */
    public byte[] publicKey()
    {
        return publicKey.clone();
    }

    /**
     * Session id of a unicast stream between this node and a peer, the same at both ends.
     *
     * @param peer its identity key, 33 bytes.
     * @param lane of the stream.
     * @return session id.
     */
    public int sessionWith(final byte[] peer, final Lane lane)
    {
        return SessionIds.unicast(curve, privateKey, peer, lane.portOffset());
    }

    /**
     * Session id of the answers between this node and a peer, the same at both ends.
     *
     * @param peer its identity key, 33 bytes.
     * @param lane of the stream, one with answers.
     * @return session id.
     */
    public int answersWith(final byte[] peer, final Lane lane)
    {
        return SessionIds.answers(curve, privateKey, peer, lane.portOffset());
    }

    @Override
    public String toString()
    {
        return "Identity{" + java.util.HexFormat.of().formatHex(publicKey) + '}';
    }
}
