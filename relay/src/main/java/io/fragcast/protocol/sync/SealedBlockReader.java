package io.fragcast.protocol.sync;

import io.fragcast.protocol.block.SealedBlock;
import org.agrona.DirectBuffer;

/**
 * Reads and checks SealedBlock messages for the {@link SealedBlockFollower}.
 */
@FunctionalInterface
public interface SealedBlockReader
{
    /**
     * Reads a message.
     *
     * @param buffer holding it.
     * @param offset of its first byte.
     * @param length in bytes.
     * @param block  to fill.
     * @return false if it is none, or the leader of its height did not sign it; the block is undefined then.
     */
    boolean tryRead(DirectBuffer buffer, int offset, int length, SealedBlock block);
}
