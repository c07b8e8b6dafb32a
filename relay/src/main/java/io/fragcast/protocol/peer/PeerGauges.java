package io.fragcast.protocol.peer;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import org.agrona.concurrent.status.AtomicCounter;

/**
 * What is counted of all sessions together: how many are READY, how others ended, and the clock that is known best.
 */
final class PeerGauges
{
    private final AtomicCounter[] failureCounters = new AtomicCounter[FailureReason.values().length];
    private final AtomicCounter peersReady;
    private final AtomicCounter clockOffset;
    private final AtomicCounter clockErrorBound;
    private final AtomicCounter clockSteps;

    PeerGauges(final Counters counters)
    {
        failureCounters[FailureReason.UNREACHABLE.ordinal()] = counters.get(FragcastCounter.SESSIONS_UNREACHABLE);
        failureCounters[FailureReason.NO_HELLO.ordinal()] = counters.get(FragcastCounter.SESSIONS_WITHOUT_HELLO);
        failureCounters[FailureReason.NO_ECHO.ordinal()] = counters.get(FragcastCounter.SESSIONS_WITHOUT_ECHO);
        failureCounters[FailureReason.SILENT.ordinal()] = counters.get(FragcastCounter.SESSIONS_SILENT);
        failureCounters[FailureReason.LINK_LOST.ordinal()] = counters.get(FragcastCounter.SESSIONS_LINK_LOST);
        failureCounters[FailureReason.REFUSED.ordinal()] = counters.get(FragcastCounter.SESSIONS_REFUSED);
        failureCounters[FailureReason.DISMISSED.ordinal()] = counters.get(FragcastCounter.SESSIONS_DISMISSED);
        peersReady = counters.get(FragcastCounter.PEERS_READY);
        clockOffset = counters.get(FragcastCounter.CLOCK_OFFSET);
        clockErrorBound = counters.get(FragcastCounter.CLOCK_ERROR_BOUND);
        clockSteps = counters.get(FragcastCounter.CLOCK_STEPS);
    }

    void onFailure(final FailureReason reason)
    {
        failureCounters[reason.ordinal()].incrementRelease();
    }

    void write(final PeerSession[] sessions, final long nowNs)
    {
        int readyCount = 0;
        long steps = 0;
        long leastBoundNs = Long.MAX_VALUE;
        long offsetNs = 0;
        for (final PeerSession session : sessions)
        {
            final ClockSync clock = session.clock();
            final boolean isReady = PeerState.READY == session.state();
            readyCount += isReady ? 1 : 0;
            steps += clock.stepCount();
            if (isReady && clock.errorBoundNs(nowNs) < leastBoundNs)
            {
                leastBoundNs = clock.errorBoundNs(nowNs);
                offsetNs = clock.offsetNs();
            }
        }
        peersReady.setRelease(readyCount);
        clockSteps.setRelease(steps);
        clockOffset.setRelease(offsetNs);
        clockErrorBound.setRelease(Long.MAX_VALUE == leastBoundNs ? PeerSnapshot.UNKNOWN_NS : leastBoundNs);
    }
}
