package io.fragcast.wire;

import io.fragcast.protocol.block.FrameDigest;
import io.fragcast.protocol.block.MessageSigner;
import io.fragcast.protocol.peer.Statement;
import org.agrona.MutableDirectBuffer;

/**
 * Signs statements with one key: whoever makes one encodes all but the signature, then has it signed here. Used by the
 * thread of its signer.
 */
public final class StatementSigner
{
    private final MessageSigner signer;
    private final FrameDigest digests = new FrameDigest();
    private final byte[] digest = new byte[FrameDigest.DIGEST_LENGTH];

    /**
     * A signer of statements.
     *
     * @param signer with the key.
     */
    public StatementSigner(final MessageSigner signer)
    {
        this.signer = signer;
    }

    /**
     * Signs a statement: fills in its signature, and zeros after it.
     *
     * @param buffer holding it, whole but for that.
     * @param offset of its first byte.
     * @param length in bytes.
     */
    public void sign(final MutableDirectBuffer buffer, final int offset, final int length)
    {
        buffer.setMemory(
            offset + Statement.SIGNATURE_OFFSET, Statement.SIGNED_OFFSET - Statement.SIGNATURE_OFFSET, (byte)0);
        digests.ofRegion(buffer, offset, Statement.SIGNED_OFFSET, length - Statement.SIGNED_OFFSET, digest);
        signer.sign(digest, buffer, offset + Statement.SIGNATURE_OFFSET);
    }

    /**
     * Whose signature it is.
     *
     * @return the public key, 65 bytes.
     */
    public byte[] publicKey()
    {
        return signer.publicKey();
    }
}
