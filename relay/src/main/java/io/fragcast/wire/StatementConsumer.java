package io.fragcast.wire;

import org.agrona.DirectBuffer;

/**
 * Takes statements on their way to all.
 */
@FunctionalInterface
public interface StatementConsumer
{
    /**
     * One statement, whole.
     *
     * @param templateId of it.
     * @param buffer     holding it.
     * @param offset     of its first byte.
     * @param length     in bytes.
     * @return false if it is not taken.
     */
    boolean onStatement(int templateId, DirectBuffer buffer, int offset, int length);
}
