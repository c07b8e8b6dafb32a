package io.fragcast.protocol.sync;

import io.fragcast.protocol.block.SealedBlock;
import org.agrona.DirectBuffer;

/**
 * Takes whole blocks.
 */
@FunctionalInterface
public interface BodyConsumer
{
    /**
     * A block is whole here: its leader signed the header, the header names the body.
     *
     * @param block  its header; valid during the call.
     * @param body   holding the body in RLP; valid during the call.
     * @param offset of its first byte.
     * @param length in bytes.
     */
    void onWholeBlock(SealedBlock block, DirectBuffer body, int offset, int length);
}
