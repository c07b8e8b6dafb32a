package io.fragcast.transport.aeron;

import org.agrona.BitUtil;

import java.util.concurrent.TimeUnit;

/**
 * What is known of the path to a peer or group, and the settings that follow from it. Aeron's defaults are traps for
 * frags (DESIGN §10): a retransmit linger of 10 ms turns 5 % loss from microseconds into 18 ms, a multicast NAK backoff
 * of 10 ms does the same, and a window of 128 KiB stalls a burst. So each is derived, and printed at start:
 * <pre>
 *   window            = nextPow2(max(burst, rate x (RTT + 1 ms)))      1 ms: a receiver's worst duty cycle
 *   term length       = max(2 x window, nextPow2(8 x MTU)), 64 KiB..1 GiB
 *                                            Aeron bounds a window by half a term, a datagram by an eighth;
 *                                            it is the sender's: a receiver takes up to 32 MiB
 *   SO_RCVBUF         = 2 x window                                     a late joiner's burst beside the stream's own
 *   SO_SNDBUF         = window
 *   retransmit linger = clamp(RTT, 0.2 ms, min(1 ms, cadence / 20))    a lost retransmit is not sent again meanwhile
 *   NAK delay         = clamp(RTT / 4, 1 us, 100 us)                   unicast: tolerance for reordering
 *   NAK backoff       = max(0.2 ms, 2 x RTT)                           group: the first NAK is heard by the others
 *   NAK retry         = max(0.1 ms, 1.25 x RTT)                        a NAK is not repeated before its answer can come
 *   publication linger = clamp(10 x RTT, 0.1 s, 5 s)                   ten chances to repair the tail after close
 *   hole              = RTT + 0.2 ms                                   Aeron's own repair of a hole has failed once
 *   stuck             = max(20 x RTT, 50 ms)                           it fails for good: leave the image
 * </pre>
 * With the defaults a term is 512 KiB: a stream of publication and image costs 6 terms, ten streams 31 MB of
 * /dev/shm, half of what the demo may use.
 * <p>
 * A link, where questions are asked and answered, has small windows, for a server has one for each of up to 64 peers:
 * <pre>
 *   request window    = max(32 KiB, nextPow2(MTU))                     23 Wants of a datagram
 *   response window   = clamp(window, request window, 64 KiB)          two frags of 32 KB under way
 *   SO_RCVBUF         = 8 x request window, 2 x response window        a server's peers share a socket
 *   publication linger = 0                                             a session is free again at once
 *   half open         = max(1 s, 20 x RTT)                             one way is up and the other is not
 * </pre>
 * 64 of them are 64 x 3 x (64 + 128) KiB = 36 MiB of terms a lane at most, at MTU 65504 64 x 3 x 1 MiB: pages are
 * touched when first written.
 *
 * @param rttNs          round trip to the farthest receiver.
 * @param groupSize      receivers of one publication: 1 for unicast.
 * @param cadenceNs      time between frags.
 * @param bytesPerSecond most that the path carries.
 * @param burstBytes     most that is sent at once and must not be pushed back: a usual frag.
 */
public record LinkBudget(long rttNs, int groupSize, long cadenceNs, long bytesPerSecond, int burstBytes)
{
    /** Loopback or one rack: 100 us, 1 Gbit/s, frags of up to 192 KiB every 200 ms. */
    public static final LinkBudget LAN = new LinkBudget(
        TimeUnit.MICROSECONDS.toNanos(100), 1, TimeUnit.MILLISECONDS.toNanos(200), 125_000_000L, 192 * 1024);

    private static final long DUTY_CYCLE_NS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int TERM_MIN = 64 * 1024;
    private static final int TERM_MAX = 1024 * 1024 * 1024;
    /** Datagrams that a term holds at least. */
    static final int TERM_PER_DATAGRAM = 8;
    // A window of 16 MiB at the other end, 100 ms of 1 Gbit/s. Only what is written of the log takes memory.
    private static final int PEER_TERM_MAX = 32 * 1024 * 1024;
    private static final int WINDOW_MIN = TERM_MIN / 2;
    private static final int RESPONSE_WINDOW_MAX = 64 * 1024;
    private static final long HOLE_MARGIN_NS = TimeUnit.MICROSECONDS.toNanos(200);
    private static final long STUCK_MIN_NS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long HALF_OPEN_MIN_NS = TimeUnit.SECONDS.toNanos(1);
    // As many chances for a NAK and its answer.
    private static final int STUCK_ROUND_TRIPS = 20;
    private static final int WINDOW_MAX = TERM_MAX / 2;
    private static final long LINGER_MIN_NS = TimeUnit.MICROSECONDS.toNanos(200);
    private static final long LINGER_MAX_NS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int LINGER_PER_CADENCE = 20;
    private static final long NAK_DELAY_MIN_NS = TimeUnit.MICROSECONDS.toNanos(1);
    private static final long NAK_DELAY_MAX_NS = TimeUnit.MICROSECONDS.toNanos(100);
    private static final long NAK_BACKOFF_MIN_NS = TimeUnit.MICROSECONDS.toNanos(200);
    private static final long NAK_RETRY_MIN_NS = TimeUnit.MICROSECONDS.toNanos(100);
    private static final long PUBLICATION_LINGER_MIN_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long PUBLICATION_LINGER_MAX_NS = TimeUnit.SECONDS.toNanos(5);

    /**
     * Checks the facts.
     */
    public LinkBudget
    {
        if (rttNs < 0 || groupSize < 1 || cadenceNs < 0 || bytesPerSecond < 1 || burstBytes < 1)
        {
            throw new IllegalArgumentException("not a path: rttNs=" + rttNs + " groupSize=" + groupSize +
                " cadenceNs=" + cadenceNs + " bytesPerSecond=" + bytesPerSecond + " burstBytes=" + burstBytes);
        }
    }

    /**
     * Receiver window, before the kernel has its say.
     *
     * @return bytes, a power of two.
     */
    public int windowBytes()
    {
        final double inFlight = bytesPerSecond * ((rttNs + DUTY_CYCLE_NS) / 1e9);
        final long wanted = Math.max(burstBytes, (long)Math.min(inFlight, WINDOW_MAX));

        return (int)Math.min(WINDOW_MAX, Math.max(WINDOW_MIN, BitUtil.findNextPositivePowerOfTwo(wanted)));
    }

    /**
     * Receiver window of a kind of stream, before the kernel has its say.
     *
     * @param kind of the stream.
     * @param mtu  of the network.
     * @return bytes, a power of two.
     */
    int windowBytes(final StreamKind kind, final int mtu)
    {
        final int requestWindow = Math.max(WINDOW_MIN, BitUtil.findNextPositivePowerOfTwo(mtu));

        return switch (kind)
        {
            case ONE_WAY -> windowBytes();
            case REQUEST -> requestWindow;
            case RESPONSE -> Math.max(requestWindow, Math.min(RESPONSE_WINDOW_MAX, windowBytes()));
        };
    }

    /**
     * Receive buffer of the socket of a kind of stream.
     *
     * @param kind        of the stream.
     * @param windowBytes of its receiver.
     * @return bytes.
     */
    static int receiveBufferBytes(final StreamKind kind, final int windowBytes)
    {
        return StreamKind.REQUEST == kind ? 8 * windowBytes : 2 * windowBytes;
    }

    /**
     * Length of one of the three terms of a log.
     *
     * @param windowBytes granted.
     * @param mtu         of the network.
     * @return bytes, a power of two.
     */
    public static int termLength(final int windowBytes, final int mtu)
    {
        final int wanted = 2 * BitUtil.findNextPositivePowerOfTwo(windowBytes);

        return Math.min(TERM_MAX, Math.max(minTermLength(mtu), wanted));
    }

    /**
     * Shortest term that datagrams fit.
     *
     * @param mtu of the network.
     * @return bytes, a power of two.
     */
    static int minTermLength(final int mtu)
    {
        return Math.max(TERM_MIN, BitUtil.findNextPositivePowerOfTwo(TERM_PER_DATAGRAM * mtu));
    }

    /**
     * Longest term that is taken of a kind of stream. Those of a link follow from the MTU, so both ends have the same;
     * those of the others from windows, which two hosts may differ in.
     *
     * @param kind       of the stream.
     * @param termLength that this end would give it.
     * @return bytes, a power of two.
     */
    static int maxTermLength(final StreamKind kind, final int termLength)
    {
        return StreamKind.ONE_WAY == kind ? Math.max(PEER_TERM_MAX, termLength) : termLength;
    }

    /**
     * How long a retransmit is not repeated.
     *
     * @return nanoseconds.
     */
    public long retransmitLingerNs()
    {
        final long most = Math.max(LINGER_MIN_NS, Math.min(LINGER_MAX_NS, cadenceNs / LINGER_PER_CADENCE));

        return Math.min(most, Math.max(LINGER_MIN_NS, rttNs));
    }

    /**
     * How long a hole in a unicast stream may be a datagram overtaken by others.
     *
     * @return nanoseconds.
     */
    public long nakDelayNs()
    {
        return Math.min(NAK_DELAY_MAX_NS, Math.max(NAK_DELAY_MIN_NS, rttNs / 4));
    }

    /**
     * Most that a receiver of a reliable group waits for another to report the same hole.
     *
     * @return nanoseconds.
     */
    public long nakBackoffNs()
    {
        return Math.max(NAK_BACKOFF_MIN_NS, 2 * rttNs);
    }

    /**
     * NAK delays from one NAK for a hole to the next, as the driver wants it.
     *
     * @return ratio, at least 1.
     */
    public long nakRetryRatio()
    {
        final long retryNs = Math.max(NAK_RETRY_MIN_NS, rttNs + (rttNs / 4));

        return Math.max(1, (retryNs + nakDelayNs() - 1) / nakDelayNs());
    }

    /**
     * How long a closed publication stays to repair its tail.
     *
     * @return nanoseconds.
     */
    public long publicationLingerNs()
    {
        return Math.min(PUBLICATION_LINGER_MAX_NS, Math.max(PUBLICATION_LINGER_MIN_NS, 10 * rttNs));
    }

    /**
     * How long a stream may stand at a hole before somebody else is asked for what is missing.
     *
     * @return nanoseconds.
     */
    public long holeNs()
    {
        return rttNs + HOLE_MARGIN_NS;
    }

    /**
     * How long a stream may stand at a hole before it is left and made anew.
     *
     * @return nanoseconds.
     */
    public long stuckNs()
    {
        return Math.max(STUCK_MIN_NS, STUCK_ROUND_TRIPS * rttNs);
    }

    /**
     * How long one way of a link may be up and the other not, before it is made anew.
     *
     * @return nanoseconds.
     */
    public long halfOpenNs()
    {
        return Math.max(HALF_OPEN_MIN_NS, STUCK_ROUND_TRIPS * rttNs);
    }

    /**
     * The same path to a group.
     *
     * @param receivers in the group.
     * @return the budget.
     */
    public LinkBudget forGroup(final int receivers)
    {
        return new LinkBudget(rttNs, receivers, cadenceNs, bytesPerSecond, burstBytes);
    }
}
