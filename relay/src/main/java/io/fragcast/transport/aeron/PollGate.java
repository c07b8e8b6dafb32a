package io.fragcast.transport.aeron;

/**
 * Decides which sockets of one driver are read in a turn, for to find one empty costs a system call, a third of what it
 * costs to send a datagram, and most are empty most of the time:
 * <pre>
 *                          turn             transmit
 *   block lane             always           never      windows and NAKs of its sinks too
 *   all other sockets      every 8th, and   never
 *                          while anything comes
 * </pre>
 * {@link #isTransmitting} is set by the thread that runs an {@link DriverThreading#INVOKER} driver, read by it alone.
 */
final class PollGate
{
    /** A turn of empty sockets takes 1-2 us: what is asked for or answered waits 16 us at most. */
    static final int PATIENCE = 8;

    /** Nothing is to be read now. */
    boolean isTransmitting;
}
