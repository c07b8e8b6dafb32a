package io.fragcast.transport;

/**
 * Works the transport where the thread that commits frames runs it too; does nothing where another thread does.
 */
@FunctionalInterface
public interface Transmitter
{
    /**
     * A whole turn: committed frames leave, and what peers send is heard, room in their windows among it.
     */
    void turn();

    /**
     * Committed frames leave, as many as {@link FrameSink#framesATurn} of each stream; nothing is heard, so that what
     * follows does not wait for sockets that are mostly empty.
     */
    default void transmit()
    {
        turn();
    }
}
