package io.fragcast.protocol.block;

import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.LeaderTracker;
import io.fragcast.protocol.leader.Schedule;

/**
 * Takes Heartbeat, LeaderStart and LeaderStop: unchained, kept from replay by their controlSeq. A Heartbeat shows where
 * the run is, so that a node which heard nothing for long, or nothing yet, finds it again.
 */
final class ControlIntake
{
    private final Schedule schedule;
    private final LeaderTracker leaders;
    private final SignatureCheck signatures;
    private final FrameForwarder forwarder;
    private final RunSequencer sequencer;
    private final AttemptTable table;
    private final GapTracker gaps;
    private long heardBlock;
    private int heardTerm = Integer.MIN_VALUE;

    ControlIntake(
        final Schedule schedule,
        final LeaderTracker leaders,
        final SignatureCheck signatures,
        final FrameForwarder forwarder,
        final RunSequencer sequencer,
        final AttemptTable table,
        final GapTracker gaps)
    {
        this.schedule = schedule;
        this.leaders = leaders;
        this.signatures = signatures;
        this.forwarder = forwarder;
        this.sequencer = sequencer;
        this.table = table;
        this.gaps = gaps;
    }

    /** One control message of this chain. */
    Verdict onControl(final SignedFrame frame, final int sessionId, final long nowNs)
    {
        final LeaderTerm term = schedule.leaderOf(frame.leaderTerm, frame.blockNumber);
        if (null == term)
        {
            return Verdict.NOT_LEADER;
        }
        if (leaders.isFenced(frame.leaderTerm) && !sequencer.isRetreat(runAt(frame), nowNs))
        {
            return Verdict.STALE;
        }
        if (!leaders.isNewer(frame.leaderTerm, frame.controlSeq))
        {
            return Verdict.CONTROL_STALE;
        }
        signatures.digestOf(frame);
        final Verdict verdict = signatures.verify(frame, term, sessionId, nowNs);
        if (Verdict.ACCEPTED != verdict)
        {
            return verdict;
        }

        leaders.onControl(frame.leaderTerm, frame.controlSeq);
        heardTerm = Math.max(heardTerm, frame.leaderTerm);
        forwarder.onAccepted(frame.buffer, frame.offset, frame.length, sessionId);
        if (FrameKind.HEARTBEAT == frame.kind)
        {
            onHeartbeat(frame, term, nowNs);
        }
        else if (FrameKind.LEADER_START == frame.kind)
        {
            onTakenUp(frame, term, nowNs);
        }

        return verdict;
    }

    private void onHeartbeat(final SignedFrame frame, final LeaderTerm term, final long nowNs)
    {
        final FrameKind last = FrameKind.ofTemplate(frame.lastTemplateId);
        if (null == last)
        {
            if (LeaderMessages.NOTHING_YET == frame.lastTemplateId)
            {
                onTakenUp(frame, term, nowNs);
            }
            return;
        }

        final long runAt = runAt(frame);
        heardBlock = Math.max(heardBlock, runAt);
        if (!sequencer.hasRun())
        {
            // Also beyond the window: what lies between is fetched.
            if (Verdict.STALE != sequencer.window(runAt, term))
            {
                sequencer.start(runAt, nowNs);
                sequencer.onHeard(nowNs);
            }
        }
        else if (sequencer.isRetreat(runAt, nowNs))
        {
            if (sequencer.retreatTo(runAt, term, nowNs))
            {
                sequencer.onHeard(nowNs);
            }
        }
        else
        {
            final Verdict window = sequencer.window(frame.blockNumber, term);
            if (Verdict.ACCEPTED == window)
            {
                sequencer.onHeard(nowNs);
            }
            else if (Verdict.FAR_FUTURE == window && !sequencer.heights().isRunHeld() &&
                sequencer.isSilent(nowNs))
            {
                sequencer.jumpTo(runAt);
            }
        }

        final BlockAssembler attempt = table.find(frame.leaderTerm, frame.blockNumber, frame.incarnation);
        if (null != attempt)
        {
            attempt.evidence().onNamed(last, frame.seq, nowNs);
        }
        gaps.onNamed(frame.leaderTerm, frame.blockNumber, frame.incarnation);
    }

    /** A term is taken up, and nothing opened in it yet: somebody leads, which is no news of where the run is. */
    private void onTakenUp(final SignedFrame frame, final LeaderTerm term, final long nowNs)
    {
        if (sequencer.hasRun() && Verdict.ACCEPTED == sequencer.window(frame.blockNumber, term))
        {
            sequencer.onHeard(nowNs);
        }
    }

    /** The highest term that a verified message came from. */
    int heardTerm()
    {
        return heardTerm;
    }

    /** The highest height that a verified Heartbeat has named. */
    long heardBlock()
    {
        return heardBlock;
    }

    /** Where a Heartbeat says that the run is: behind a block that it names as sealed. */
    private static long runAt(final SignedFrame frame)
    {
        return FrameKind.SEAL == FrameKind.ofTemplate(frame.lastTemplateId) ?
            frame.blockNumber + 1 : frame.blockNumber;
    }
}
