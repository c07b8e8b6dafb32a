package io.fragcast.transport.aeron;

/**
 * Whose threads run the media driver.
 */
public enum DriverThreading
{
    /** The caller's: it invokes driver and client between its own work. The fastest on few cores. */
    INVOKER,
    /** One thread of the driver's for all its work. */
    SHARED,
    /** A thread each for conductor, sender and receiver. */
    DEDICATED
}
