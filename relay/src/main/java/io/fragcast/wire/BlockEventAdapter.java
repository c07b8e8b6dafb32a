package io.fragcast.wire;

import io.fragcast.BlockListener;
import org.agrona.DirectBuffer;

/**
 * Decodes BlockEvent messages for a listener of the Java API. Used by one thread.
 */
public final class BlockEventAdapter
{
    private final BlockEventView view = new BlockEventView();
    private final BlockListener listener;

    /**
     * An adapter to one listener.
     *
     * @param listener takes the events.
     */
    public BlockEventAdapter(final BlockListener listener)
    {
        this.listener = listener;
    }

    /**
     * One message.
     *
     * @param buffer holding it.
     * @param offset of its first byte.
     * @param length in bytes.
     * @throws IllegalArgumentException if it is no BlockEvent.
     */
    public void onEvent(final DirectBuffer buffer, final int offset, final int length)
    {
        listener.onBlockEvent(view.wrap(buffer, offset, length));
    }
}
