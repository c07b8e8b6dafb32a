package io.fragcast.sim;

import org.jspecify.annotations.Nullable;

/**
 * What became of a run.
 *
 * @param options        it was run with.
 * @param failure        what must never happen and did; null: all is well.
 * @param eventHash      its events in one number.
 * @param eventCount     how many they were.
 * @param simulatedNs    time that passed in it.
 * @param frames         handed to receivers.
 * @param fragsPublished each once.
 * @param fragsDelivered by all replicas.
 * @param takeovers      terms that began early.
 * @param takeoverCadences that the longest measured takeover took.
 * @param takeoverDeaths bit n: a leader died when n peers were told that it takes over.
 */
public record SimResult(
    SimulatorOptions options,
    @Nullable SimFailureReport failure,
    long eventHash,
    long eventCount,
    long simulatedNs,
    long frames,
    long fragsPublished,
    long fragsDelivered,
    long takeovers,
    double takeoverCadences,
    long takeoverDeaths)
{
    /**
     * A failure of a run.
     *
     * @param message what happened.
     * @param thrown  where.
     */
    public record SimFailureReport(String message, RuntimeException thrown)
    {
    }

    /**
     * Did everything hold?
     *
     * @return true if so.
     */
    public boolean isGood()
    {
        return null == failure;
    }
}
