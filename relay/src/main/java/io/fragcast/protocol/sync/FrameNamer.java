package io.fragcast.protocol.sync;

import io.fragcast.protocol.repair.FrameName;
import org.agrona.DirectBuffer;

/**
 * Reads the name of a frame from its bytes.
 */
@FunctionalInterface
public interface FrameNamer
{
    /**
     * Names a frame.
     *
     * @param buffer holding it.
     * @param offset of its first byte.
     * @param length in bytes.
     * @param name   to fill.
     * @return false if it is no part of an attempt.
     */
    boolean tryName(DirectBuffer buffer, int offset, int length, FrameName name);
}
