package io.fragcast.protocol.block;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

import java.util.Arrays;

/**
 * Signs for the leader that this node is, and knows the signature made last when the node reads its own message back:
 * it is not worth 35 us to be told what one has just done. Everything else is verified. Used by one thread.
 */
public final class OwnSignatures implements MessageSigner, SignatureVerifier
{
    private final MessageSigner signer;
    private final SignatureVerifier verifier;
    private final byte[] publicKey;
    private final byte[] lastDigest = new byte[FrameDigest.DIGEST_LENGTH];
    private boolean isAnySigned;

    /**
     * Signatures of a leader and of the others.
     *
     * @param signer   of this leader.
     * @param verifier of the others' messages.
     */
    public OwnSignatures(final MessageSigner signer, final SignatureVerifier verifier)
    {
        this.signer = signer;
        this.verifier = verifier;
        publicKey = signer.publicKey();
    }

    @Override
    public void sign(final byte[] digest, final MutableDirectBuffer buffer, final int signatureOffset)
    {
        signer.sign(digest, buffer, signatureOffset);
        System.arraycopy(digest, 0, lastDigest, 0, FrameDigest.DIGEST_LENGTH);
        isAnySigned = true;
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
        return isOwn(digest, leaderKey) || verifier.verify(digest, buffer, signatureOffset, leaderKey);
    }

    private boolean isOwn(final byte[] digest, final byte[] leaderKey)
    {
        return isAnySigned && Arrays.equals(lastDigest, digest) && Arrays.equals(publicKey, leaderKey);
    }
}
