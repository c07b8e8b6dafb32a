package io.fragcast.protocol.peer;

import java.util.concurrent.TimeUnit;

/**
 * How far a peer is and how much its clock differs, from questions and answers with four stamps, as NTP has it:
 * <pre>
 *   here    t1 ───────────────────────▶ t4      RTT    = (t4 - t1) - (t3 - t2)
 *              \                       ^        offset = ((t2 - t1) + (t3 - t4)) / 2      peer's clock - this clock
 *               v                     /         true offset within offset ± RTT / 2
 *   peer         t2 ────────────▶ t3
 * </pre>
 * Each sample is an interval that holds the true offset, wider by the drift for each second of its age; the estimate is
 * the middle of what all late samples have in common, the bound half its width. A delay on one way alone shifts a
 * sample's middle, never its interval: jitter is cut away by the samples that had less of it, a lasting asymmetry of d
 * leaves an error of d / 2 that nothing at the two ends can see, and the bound covers it. Intervals that have nothing
 * in common mean that a clock was stepped: the newest sample stands alone.
 * <p>
 * Pure: epoch stamps and monotonic time come in. Used by one thread; allocates nothing after construction.
 */
public final class ClockSync
{
    /** Samples that are kept: 16 s of one a second, within which a path without a queue is seen. */
    private static final int WINDOW = 16;
    /** So many samples come fast at the start: enough that one of them meets no queue. */
    private static final int FAST_SAMPLES = 8;
    private static final long FAST_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long INTERVAL_NS = TimeUnit.SECONDS.toNanos(1);
    /** Two crystals of 50 ppm each, against each other: nanoseconds a drift of 100 ppm takes for one. */
    private static final long NS_PER_DRIFT_NS = 10_000;
    /** What reading a clock is uncertain by. */
    private static final long READING_NS = 1_000;
    /** No path takes longer; what claims to is no measurement. */
    private static final long MAX_RTT_NS = TimeUnit.SECONDS.toNanos(10);

    private final long[] offsetsNs = new long[WINDOW];
    private final long[] rttsNs = new long[WINDOW];
    private final long[] takenNs = new long[WINDOW];
    private int sampleCount;

    private boolean isAsked;
    private long lastAskedNs;
    private long outstandingNs;
    private long lastTransmitNs;
    private long lastQuestionNs;

    private long estimatedNs;
    private long offsetNs;
    private long boundNs;
    private long rttNs;
    private long stepCount;

    /** Forgets the peer: another process answers now. */
    public void reset()
    {
        sampleCount = 0;
        isAsked = false;
        outstandingNs = 0;
        lastQuestionNs = 0;
        rttNs = 0;
    }

    /**
     * Is it time to ask?
     *
     * @param nowNs monotonic nanoseconds.
     * @return true if a question should go out.
     */
    public boolean isDue(final long nowNs)
    {
        final long intervalNs = sampleCount < FAST_SAMPLES ? FAST_INTERVAL_NS : INTERVAL_NS;

        return !isAsked || nowNs - (lastAskedNs + intervalNs) >= 0;
    }

    /**
     * A stamp for a message that goes out now: never the same twice, so that an answer names one question.
     *
     * @param epochNs now.
     * @return the stamp.
     */
    public long nextTransmitNs(final long epochNs)
    {
        lastTransmitNs = Math.max(lastTransmitNs + 1, epochNs);

        return lastTransmitNs;
    }

    /**
     * A question went out. One that was not answered is given up.
     *
     * @param transmitNs its stamp.
     * @param nowNs      monotonic nanoseconds.
     */
    public void onAsked(final long transmitNs, final long nowNs)
    {
        isAsked = true;
        lastAskedNs = nowNs;
        outstandingNs = transmitNs;
    }

    /**
     * A question of the peer came.
     *
     * @param transmitNs its stamp.
     * @return true if it is to be answered; false for no stamp, or the same as before.
     */
    public boolean onQuestion(final long transmitNs)
    {
        if (transmitNs <= 0 || transmitNs == lastQuestionNs)
        {
            return false;
        }
        lastQuestionNs = transmitNs;

        return true;
    }

    /**
     * An answer came.
     *
     * @param originateNs stamp of the question that it names.
     * @param t1          when the question left.
     * @param t2          when it arrived at the peer, by the peer's clock.
     * @param t3          when the answer left the peer, by the peer's clock.
     * @param t4          when it arrived here.
     * @param nowNs       monotonic nanoseconds.
     * @return false if it is not used: it names no open question, is a second answer, or lacks a stamp.
     */
    public boolean onAnswer(
        final long originateNs, final long t1, final long t2, final long t3, final long t4, final long nowNs)
    {
        if (0 == outstandingNs || originateNs != outstandingNs || t1 <= 0 || t2 <= 0 || t3 <= 0 || t4 <= 0)
        {
            return false;
        }
        outstandingNs = 0;

        final long measuredNs = (t4 - t1) - (t3 - t2);
        if (measuredNs < 0 || measuredNs > MAX_RTT_NS || Math.abs(t3 - t2) > MAX_RTT_NS)
        {
            return false;
        }

        if (WINDOW == sampleCount)
        {
            System.arraycopy(offsetsNs, 1, offsetsNs, 0, WINDOW - 1);
            System.arraycopy(rttsNs, 1, rttsNs, 0, WINDOW - 1);
            System.arraycopy(takenNs, 1, takenNs, 0, WINDOW - 1);
            sampleCount--;
        }
        // Halved before they are added: each fits a long, their sum may not.
        offsetsNs[sampleCount] = (t2 - t1) / 2 + (t3 - t4) / 2;
        rttsNs[sampleCount] = measuredNs;
        takenNs[sampleCount] = nowNs;
        sampleCount++;
        estimate(nowNs);

        return true;
    }

    /**
     * Is there an estimate?
     *
     * @return true from the first sample on.
     */
    public boolean isSynchronised()
    {
        return sampleCount > 0;
    }

    /**
     * The peer's clock less this one.
     *
     * @return nanoseconds; 0 while there is no estimate.
     */
    public long offsetNs()
    {
        return isSynchronised() ? offsetNs : 0;
    }

    /**
     * How far the offset may be wrong.
     *
     * @param nowNs monotonic nanoseconds.
     * @return nanoseconds; {@link Long#MAX_VALUE} while there is no estimate.
     */
    public long errorBoundNs(final long nowNs)
    {
        return isSynchronised() ? boundNs + Math.max(0, nowNs - estimatedNs) / NS_PER_DRIFT_NS : Long.MAX_VALUE;
    }

    /**
     * Least round trip of the late samples.
     *
     * @return nanoseconds; 0 while there is none.
     */
    public long rttNs()
    {
        return rttNs;
    }

    /**
     * How often the samples contradicted each other.
     *
     * @return count.
     */
    public long stepCount()
    {
        return stepCount;
    }

    private void estimate(final long nowNs)
    {
        long lowNs = Long.MIN_VALUE;
        long highNs = Long.MAX_VALUE;
        long leastNs = Long.MAX_VALUE;
        for (int i = 0; i < sampleCount; i++)
        {
            final long errorNs = (rttsNs[i] + 1) / 2 + READING_NS + Math.max(0, nowNs - takenNs[i]) / NS_PER_DRIFT_NS;
            lowNs = Math.max(lowNs, offsetsNs[i] - errorNs);
            highNs = Math.min(highNs, offsetsNs[i] + errorNs);
            leastNs = Math.min(leastNs, rttsNs[i]);
        }

        if (lowNs > highNs)
        {
            stepCount++;
            final int newest = sampleCount - 1;
            offsetsNs[0] = offsetsNs[newest];
            rttsNs[0] = rttsNs[newest];
            takenNs[0] = takenNs[newest];
            sampleCount = 1;
            estimate(nowNs);
            return;
        }

        offsetNs = lowNs + (highNs - lowNs) / 2;
        boundNs = (highNs - lowNs + 1) / 2;
        rttNs = leastNs;
        estimatedNs = nowNs;
    }
}
