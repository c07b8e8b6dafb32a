package io.fragcast.transport.aeron;

import org.agrona.concurrent.NanoClock;

import java.util.concurrent.TimeUnit;

/**
 * Decides whether one socket of a driver is read in a turn, for to find one empty costs a system call, a third of what
 * it costs to send a datagram, and most are empty most of the time:
 * <pre>
 *   block lane             always: windows and NAKs of its sinks too
 *   all other sockets      10 us after they were found empty, else always
 * </pre>
 * Used by the driver's thread that reads the socket.
 */
final class PollGate
{
    /** Shorter than a third of what any datagram takes to a thread that backs off, five turns of one that spins. */
    static final long PATIENCE_NS = TimeUnit.MICROSECONDS.toNanos(10);

    private final NanoClock clock;
    private long patienceNs = PATIENCE_NS;
    private long dueNs;

    /**
     * A gate before one socket.
     *
     * @param clock of the thread that reads, as old as its turn.
     */
    PollGate(final NanoClock clock)
    {
        this.clock = clock;
        dueNs = clock.nanoTime();
    }

    /** The socket belongs to the block lane: room in a window, and what a receiver lost, is to be heard of at once. */
    void openAlways()
    {
        patienceNs = 0;
    }

    boolean isOpen()
    {
        return 0 == patienceNs || dueNs - clock.nanoTime() <= 0;
    }

    /** The socket was read. */
    void onRead(final boolean isEmpty)
    {
        if (isEmpty)
        {
            dueNs = clock.nanoTime() + patienceNs;
        }
    }
}
