package io.fragcast.edge;

import org.agrona.DirectBuffer;

/**
 * Takes what a replica delivers, as encoded BlockEvent messages, in order. Opened by the node; called and closed by the
 * edge agent, on its thread.
 */
public interface Edge extends AutoCloseable
{
    /** No block is known. */
    long NULL_BLOCK = Long.MIN_VALUE;

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
     * Called in each duty cycle, whether there are events or not: for edges that wait for somebody.
     *
     * @return what was done, 0 for nothing.
     */
    default int doWork()
    {
        return 0;
    }

    /**
     * How far the consumer behind the edge is, from an earlier life of this node: a replica goes on behind it and
     * reports what was missed since. Asked once, before the first event.
     *
     * @param chainId of the node.
     * @return the last block of that chain that the consumer needs nothing more of; {@link #NULL_BLOCK} if the edge
     * does not know.
     */
    default long lastBlock(final long chainId)
    {
        return NULL_BLOCK;
    }

    /**
     * Name of the edge, for messages.
     *
     * @return the name, as the option {@code deliver.to} spells it.
     */
    String name();

    @Override
    void close();
}
