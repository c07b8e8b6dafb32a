package io.fragcast.edge;

import org.agrona.DirectBuffer;

/**
 * Takes what a replica delivers, as encoded BlockEvent messages, in order. Opened by the node; called and closed by the
 * edge agent, on its thread.
 */
public interface Edge extends AutoCloseable
{
    /**
     * The next event.
     *
     * @param buffer holding the BlockEvent message; valid during the call.
     * @param offset of its first byte.
     * @param length in bytes.
     * @return true if taken; false to be offered the same event again later.
     */
    boolean onEvent(DirectBuffer buffer, int offset, int length);

    /**
     * The events at hand are done: whatever was held back to be written at once is written now.
     */
    void flush();

    /**
     * Name of the edge, for messages.
     *
     * @return the name, as the option {@code deliver.to} spells it.
     */
    String name();

    @Override
    void close();
}
