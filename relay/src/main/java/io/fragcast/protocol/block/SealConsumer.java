package io.fragcast.protocol.block;

import org.agrona.DirectBuffer;

/**
 * Takes the Seals that a node accepted, as they came.
 */
@FunctionalInterface
public interface SealConsumer
{
    /**
     * One Seal; valid during the call.
     *
     * @param buffer holding it.
     * @param offset of its first byte.
     * @param length in bytes.
     */
    void onSeal(DirectBuffer buffer, int offset, int length);
}
