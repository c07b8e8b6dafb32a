package io.fragcast.protocol.block;

import org.agrona.MutableDirectBuffer;

/**
 * Signs with one relay key. One instance a thread.
 */
public interface MessageSigner
{
    /**
     * Signs a digest as it is.
     *
     * @param digest          32 bytes.
     * @param buffer          to write to.
     * @param signatureOffset where r (32), low s (32) and a zero v (1) go.
     */
    void sign(byte[] digest, MutableDirectBuffer buffer, int signatureOffset);

    /**
     * The public half of the key.
     *
     * @return 65 bytes, uncompressed.
     */
    byte[] publicKey();
}
