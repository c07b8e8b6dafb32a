package io.fragcast.protocol.block;

import org.agrona.DirectBuffer;

/**
 * Checks signatures of relay keys. One instance a thread; allocates nothing.
 */
public interface SignatureVerifier
{
    /**
     * Does the signature hold?
     *
     * @param digest          32 bytes that were signed.
     * @param buffer          holding the signature.
     * @param signatureOffset of r (32), s (32); the v after them is not read.
     * @param publicKey       65 bytes, uncompressed.
     * @return true if it holds and s is in the lower half of the order.
     */
    boolean verify(byte[] digest, DirectBuffer buffer, int signatureOffset, byte[] publicKey);
}
