package io.fragcast.protocol.peer;

import java.util.concurrent.TimeUnit;

/**
 * How long a session waits for what, nanoseconds.
 *
 * @param dialNs          for a link to open.
 * @param helloNs         for the peer's Hello.
 * @param echoNs          for the peer to show that it heard ours.
 * @param linkLostNs      with a closed link before the session ends.
 * @param silenceNs       without a message before a READY session ends.
 * @param helloIntervalNs between two Hellos.
 * @param statusIntervalNs between two Status while nothing changes.
 * @param changeIntervalNs between two Status while things change.
 * @param minBackoffNs    first pause before another try.
 * @param maxBackoffNs    longest pause.
 * @param stableNs        in READY after which pauses start from the shortest again.
 */
public record SessionTimeouts(
    long dialNs,
    long helloNs,
    long echoNs,
    long linkLostNs,
    long silenceNs,
    long helloIntervalNs,
    long statusIntervalNs,
    long changeIntervalNs,
    long minBackoffNs,
    long maxBackoffNs,
    long stableNs)
{
    /** For nodes on a network of at most some 300 ms around. */
    public static final SessionTimeouts PRODUCTION = new SessionTimeouts(
        // A link is re-made within 10-110 ms, and a process starts within seconds.
        TimeUnit.SECONDS.toNanos(10),
        // Ten round trips of 300 ms.
        TimeUnit.SECONDS.toNanos(3),
        TimeUnit.SECONDS.toNanos(3),
        // A source that is left and made anew is back by then.
        TimeUnit.SECONDS.toNanos(1),
        // Three intervals of Status and Time: one may be late, two are not lost by chance.
        TimeUnit.SECONDS.toNanos(3),
        // A round trip.
        TimeUnit.MILLISECONDS.toNanos(300),
        TimeUnit.SECONDS.toNanos(1),
        // A tenth of the cadence of frags: the peer learns of each.
        TimeUnit.MILLISECONDS.toNanos(20),
        TimeUnit.MILLISECONDS.toNanos(100),
        TimeUnit.SECONDS.toNanos(30),
        TimeUnit.SECONDS.toNanos(10));
}
