package io.fragcast.transport;

import org.agrona.MutableDirectBuffer;

/**
 * One outgoing stream of a lane to one peer or group. One claim is one unfragmented frame. Used by one thread.
 * <pre>
 *   if (OK == sink.tryClaim(length)) { write length bytes at sink.buffer(), sink.offset(); sink.commit(); }
 * </pre>
 * A claim that succeeded must be committed in the same duty cycle; there is no abort, for a padding frame in mid-term
 * is refused by every receiver (DESIGN §4.4).
 */
public interface FrameSink extends AutoCloseable
{
    /**
     * Claims room for one frame.
     *
     * @param length of the message in bytes, at most the lane's MTU - 32.
     * @return OK with the claim held, else why there is none.
     */
    SendResult tryClaim(int length);

    /**
     * Buffer of the claim held.
     *
     * @return the buffer to write to.
     */
    MutableDirectBuffer buffer();

    /**
     * Where the claim held starts.
     *
     * @return offset in {@link #buffer()}.
     */
    int offset();

    /**
     * Publishes the claim held.
     */
    void commit();

    /**
     * Has the transport handed everything committed to the network?
     *
     * @return true if nothing committed waits in the sender.
     */
    boolean isDrained();

    /**
     * How much of what was committed still waits in the sender; falls as datagrams leave, so that a caller can tell a
     * slow transport from a stuck one.
     *
     * @return bytes; 0 exactly while {@link #isDrained()}.
     */
    default long unsentBytes()
    {
        return isDrained() ? 0 : 1;
    }

    /**
     * How many frames of the greatest length one turn of the transport hands to the network.
     *
     * @return count; to commit more before a turn only delays the first.
     */
    default int framesATurn()
    {
        return 1;
    }

    /**
     * Is somebody listening?
     *
     * @return true if connected.
     */
    boolean isConnected();

    /**
     * Does it go to the peer that a session comes from? Both ways between two peers have one session id.
     *
     * @param sessionId of a source.
     * @return false also where that is not known.
     */
    default boolean isBackTo(final int sessionId)
    {
        return false;
    }

    /**
     * Name of the peer or group, for counters and messages.
     *
     * @return the name.
     */
    String name();

    /**
     * Opens the stream once the transport has answered, and again when it was lost. Call it in each duty cycle: nothing
     * else makes a sink usable.
     *
     * @param nowNs monotonic nanoseconds.
     * @return work done.
     */
    default int doWork(final long nowNs)
    {
        return 0;
    }

    @Override
    void close();
}
