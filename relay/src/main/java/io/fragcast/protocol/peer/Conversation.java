package io.fragcast.protocol.peer;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import org.agrona.concurrent.status.AtomicCounter;

/**
 * What the two ends of a READY session keep telling each other: what they have, on change and each second, and what
 * time it is. Counts what goes and comes in every state.
 */
final class Conversation
{
    private final ControlSender sender;
    private final SessionTimeouts timeouts;
    private final PeerStatus status = new PeerStatus();
    private final ClockSync clock = new ClockSync();
    private final AtomicCounter backPressured;
    private final AtomicCounter timesIgnored;
    private boolean isStatusSent;
    private long statusVersion;
    private long statusSentNs;
    private long statusInEpochNs;
    private long sentCount;
    private long receivedCount;

    Conversation(final ControlSender sender, final SessionTimeouts timeouts, final Counters counters)
    {
        this.sender = sender;
        this.timeouts = timeouts;
        backPressured = counters.get(FragcastCounter.CONTROL_BACK_PRESSURED);
        timesIgnored = counters.get(FragcastCounter.TIMES_IGNORED);
    }

    /** Nothing was said yet: another session. */
    void reset()
    {
        isStatusSent = false;
        clock.reset();
        status.clear();
    }

    int doWork(final long nowNs, final long epochNs, final Holdings holdings)
    {
        int workCount = 0;
        final boolean isChanged = holdings.version() != statusVersion;
        final long intervalNs = isChanged ? timeouts.changeIntervalNs() : timeouts.statusIntervalNs();
        if ((!isStatusSent || nowNs - (statusSentNs + intervalNs) >= 0) &&
            sent(sender.sendStatus(holdings.status())))
        {
            isStatusSent = true;
            statusSentNs = nowNs;
            statusVersion = holdings.version();
            workCount++;
        }
        if (clock.isDue(nowNs))
        {
            final long transmitNs = clock.nextTransmitNs(epochNs);
            if (sent(sender.sendTime(0, 0, 0, transmitNs)))
            {
                clock.onAsked(transmitNs, nowNs);
                workCount++;
            }
        }

        return workCount;
    }

    void onStatus(final PeerStatus peerStatus, final long epochNs)
    {
        status.set(peerStatus);
        statusInEpochNs = epochNs;
    }

    /** True if the peer's clock and distance are known better now. */
    boolean onTime(final TimeStamps time, final long receivedNs, final long epochNs, final long nowNs)
    {
        if (time.isAnswer() &&
            clock.onAnswer(time.originateNs, time.askedNs(), time.arriveNs, time.answeredNs(), receivedNs, nowNs))
        {
            return true;
        }
        if (!time.isAnswer() && clock.onQuestion(time.transmitNs))
        {
            // One that the link does not take now would measure the wait: the peer asks again.
            sent(sender.sendTime(time.transmitNs, time.sentNs, receivedNs, clock.nextTransmitNs(epochNs)));
        }
        else
        {
            timesIgnored.incrementRelease();
        }

        return false;
    }

    /** Counts what a link took, or did not. */
    boolean sent(final boolean isTaken)
    {
        if (isTaken)
        {
            sentCount++;
        }
        else
        {
            backPressured.incrementRelease();
        }

        return isTaken;
    }

    void received()
    {
        receivedCount++;
    }

    PeerStatus status()
    {
        return status;
    }

    ClockSync clock()
    {
        return clock;
    }

    long statusInEpochNs()
    {
        return statusInEpochNs;
    }

    long sentCount()
    {
        return sentCount;
    }

    long receivedCount()
    {
        return receivedCount;
    }
}
