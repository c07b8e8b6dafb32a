package io.fragcast.protocol.block;

import java.util.Arrays;

/**
 * What is known of an attempt beyond what is here of it: how far a Heartbeat said it has come, how far it was seen to
 * have come at the last samples, since when each of its frags is known to miss something. A position counts frags in
 * its upper half and chunks of the next frag in its lower.
 */
final class AttemptEvidence
{
    /** Of a frag that was never seen to miss anything. */
    static final long NULL_TIME = Long.MIN_VALUE;

    private final long[] missingSinceNs;
    private final boolean[] isRepaired;
    private int markedEnd;
    private int namedFrags;
    private boolean isEndNamed;
    private long namedTimeNs;

    private long sampled;
    private long eligible;
    private boolean isSampled;
    private boolean isEligible;
    private boolean isEndSampled;
    private boolean isEndEligible;

    AttemptEvidence(final int maxFrags)
    {
        missingSinceNs = new long[maxFrags];
        isRepaired = new boolean[maxFrags];
        Arrays.fill(missingSinceNs, NULL_TIME);
    }

    /** A new attempt takes the place. */
    void clear(final long nowNs)
    {
        Arrays.fill(missingSinceNs, 0, markedEnd, NULL_TIME);
        Arrays.fill(isRepaired, 0, markedEnd, false);
        markedEnd = 0;
        namedFrags = 0;
        isEndNamed = false;
        namedTimeNs = nowNs;
        sampled = 0;
        eligible = 0;
        isSampled = false;
        isEligible = false;
        isEndSampled = false;
        isEndEligible = false;
    }

    /**
     * A Heartbeat names a message of the attempt as its last.
     *
     * @param kind  of the message.
     * @param seq   of the message.
     * @param nowNs monotonic nanoseconds.
     */
    void onNamed(final FrameKind kind, final int seq, final long nowNs)
    {
        namedTimeNs = nowNs;
        isEndNamed |= FrameKind.SEAL == kind || FrameKind.ABORT == kind;
        final int frags = FrameKind.FRAG == kind ? seq + 1 : FrameKind.ENV == kind ? 0 : seq;
        namedFrags = Math.max(namedFrags, Math.min(frags, missingSinceNs.length));
    }

    /** Frags that a Heartbeat said there are. */
    int namedFrags()
    {
        return namedFrags;
    }

    /** Did a Heartbeat say that there is a Seal or an Abort? */
    boolean isEndNamed()
    {
        return isEndNamed;
    }

    /** When a Heartbeat last said where the attempt is. */
    long namedTimeNs()
    {
        return namedTimeNs;
    }

    /**
     * The evidence as it stands now; what stood at the sample before becomes eligible.
     *
     * @param position how far the attempt is known to have come.
     * @param isEnd    is a Seal or Abort known to be missing?
     */
    void sample(final long position, final boolean isEnd)
    {
        eligible = Math.min(sampled, position);
        isEligible = isSampled;
        isEndEligible = isEndSampled && isEnd;
        sampled = position;
        isSampled = true;
        isEndSampled = isEnd;
    }

    /** Was the attempt known at the sample before? */
    boolean isEligible()
    {
        return isEligible;
    }

    /** How far it was known to have come at the sample before. */
    long eligible()
    {
        return eligible;
    }

    /** Was its end known to be missing at the sample before? */
    boolean isEndEligible()
    {
        return isEndEligible;
    }

    /** A frag is seen to miss something. */
    void onMissing(final int seq, final long nowNs)
    {
        if (NULL_TIME == missingSinceNs[seq])
        {
            missingSinceNs[seq] = nowNs;
            markedEnd = Math.max(markedEnd, seq + 1);
        }
    }

    /** Since when a frag has been seen to miss something, or {@link #NULL_TIME}. */
    long missingSinceNs(final int seq)
    {
        return missingSinceNs[seq];
    }

    /** Something of a frag came by repair. */
    void onRepaired(final int seq)
    {
        isRepaired[seq] = true;
        markedEnd = Math.max(markedEnd, seq + 1);
    }

    /** Did something of a frag come by repair? */
    boolean isRepaired(final int seq)
    {
        return isRepaired[seq];
    }
}
