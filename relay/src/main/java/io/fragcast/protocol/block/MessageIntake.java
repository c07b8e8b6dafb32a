package io.fragcast.protocol.block;

import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.LeaderTracker;
import io.fragcast.protocol.leader.Schedule;
import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/**
 * Takes Env, Frag, Seal and Abort: finds the attempt that each belongs to, tells the known from the new and from what
 * contradicts the known, verifies, keeps, forwards.
 */
final class MessageIntake
{
    private final Schedule schedule;
    private final BlockLimits limits;
    private final LeaderTracker leaders;
    private final SignatureCheck signatures;
    private final VerificationBudget budget;
    private final EquivocationDetector detector;
    private final FrameForwarder forwarder;
    private final RunSequencer sequencer;
    private final DeliveredChain chain;
    private final AttemptTable table;
    private final EndedAttempts ended;
    private final BodySlab slab;
    private final RepairLedger repairs;
    private boolean isVouchingTaken = true;
    private final FragAssembler frag;
    private final FrameDigest digests = new FrameDigest();
    private final byte[] firstDigest = new byte[FrameDigest.DIGEST_LENGTH];

    MessageIntake(
        final Schedule schedule,
        final BlockLimits limits,
        final LeaderTracker leaders,
        final SignatureCheck signatures,
        final VerificationBudget budget,
        final EquivocationDetector detector,
        final FrameForwarder forwarder,
        final RunSequencer sequencer,
        final DeliveredChain chain,
        final AttemptTable table,
        final EndedAttempts ended,
        final BodySlab slab,
        final RepairLedger repairs)
    {
        this.schedule = schedule;
        this.limits = limits;
        this.leaders = leaders;
        this.signatures = signatures;
        this.budget = budget;
        this.detector = detector;
        this.forwarder = forwarder;
        this.sequencer = sequencer;
        this.chain = chain;
        this.table = table;
        this.ended = ended;
        this.slab = slab;
        this.repairs = repairs;
        frag = new FragAssembler(slab);
    }

    /** One Env, Frag, Seal or Abort of this chain. */
    Verdict onMessage(final SignedFrame frame, final int sessionId, final long nowNs)
    {
        if (FrameKind.FRAG == frame.kind && !isWithinLimits(frame))
        {
            return Verdict.OVER_LIMIT;
        }

        final BlockAssembler attempt = table.find(frame.leaderTerm, frame.blockNumber, frame.incarnation);
        if (null == attempt)
        {
            return onNewAttempt(frame, sessionId, nowNs);
        }
        final LeaderTerm term = schedule.leaderOf(frame.leaderTerm, frame.blockNumber);
        if (null == term)
        {
            return Verdict.NOT_LEADER;
        }
        if (attempt.frames().isTaken(frame))
        {
            return onKnown(attempt, frame, term, sessionId, nowNs);
        }
        if (attempt.state().isTerminal())
        {
            return Verdict.STALE;
        }
        final BlockAssembler sealed = table.sealedSibling(frame.leaderTerm, frame.blockNumber, frame.incarnation);
        if (null != sealed && FrameKind.SEAL == frame.kind)
        {
            return onContradiction(sealed, frame, term, sessionId, nowNs);
        }
        if (!isLegal(attempt, sealed, frame))
        {
            return Verdict.OUT_OF_STATE;
        }
        final Verdict verdict = verify(attempt, frame, term, sessionId, nowNs);

        return Verdict.ACCEPTED == verdict ? keep(attempt, frame, term, sessionId, nowNs) : verdict;
    }

    private Verdict onNewAttempt(final SignedFrame frame, final int sessionId, final long nowNs)
    {
        final int slot = ended.find(frame.leaderTerm, frame.blockNumber, frame.incarnation);
        if (EndedAttempts.NULL_SLOT != slot && ended.isTaken(slot, frame))
        {
            return onKnownOfEnded(slot, frame, sessionId, nowNs);
        }

        final LeaderTerm term = schedule.leaderOf(frame.leaderTerm, frame.blockNumber);
        final Verdict window = sequencer.window(frame.blockNumber, term);
        final boolean isRunStart = Verdict.FAR_FUTURE == window && isAnchored(frame, term);
        if (Verdict.FAR_FUTURE == window && !isRunStart)
        {
            return window;
        }
        if (null == term)
        {
            return Verdict.STALE == window ? window : Verdict.NOT_LEADER;
        }
        final BlockAssembler sealed = table.sealedSibling(frame.leaderTerm, frame.blockNumber, frame.incarnation);
        if (FrameKind.SEAL == frame.kind)
        {
            final int endedSealed = ended.sealedSibling(frame.leaderTerm, frame.blockNumber, frame.incarnation);
            if (EndedAttempts.NULL_SLOT != endedSealed)
            {
                return onKnownOfEnded(endedSealed, frame, sessionId, nowNs);
            }
            if (null != sealed)
            {
                return onContradiction(sealed, frame, term, sessionId, nowNs);
            }
        }
        final boolean isRetreat = Verdict.STALE == window && sequencer.isRetreat(frame.blockNumber, nowNs);
        final boolean isPassed = Verdict.STALE == window && !chain.mayReorg(frame, term);
        if (EndedAttempts.NULL_SLOT != slot || isOutranked(frame) ||
            !isRetreat && (isPassed || leaders.isFenced(frame.leaderTerm)))
        {
            return Verdict.STALE;
        }
        if (null != sealed)
        {
            return Verdict.OUT_OF_STATE;
        }

        return openAttempt(frame, term, isRunStart, sessionId, nowNs);
    }

    private Verdict openAttempt(
        final SignedFrame frame,
        final LeaderTerm term,
        final boolean isRunStart,
        final int sessionId,
        final long nowNs)
    {
        final Verdict verdict = verify(null, frame, term, sessionId, nowNs);
        if (Verdict.ACCEPTED != verdict)
        {
            return verdict;
        }
        if (!sequencer.hasRun())
        {
            sequencer.start(frame.blockNumber, nowNs);
        }
        if (isRunStart)
        {
            sequencer.anchorAt(frame.blockNumber);
        }
        else if (sequencer.isRetreat(frame.blockNumber, nowNs) && !sequencer.retreatTo(frame.blockNumber, term, nowNs))
        {
            return Verdict.STALE;
        }
        if (Verdict.FAR_FUTURE == sequencer.window(frame.blockNumber, term))
        {
            // The run waits for what lies between.
            return Verdict.FAR_FUTURE;
        }
        if (table.isFull() && !evictAbove(frame.blockNumber))
        {
            sequencer.onPressure();
            return Verdict.NO_ROOM;
        }

        final BlockAssembler attempt = table.open(frame.leaderTerm, frame.blockNumber, frame.incarnation, nowNs);
        final Verdict kept = keep(attempt, frame, term, sessionId, nowNs);
        if (Verdict.ACCEPTED != kept)
        {
            table.release(attempt);
        }

        return kept;
    }

    /** Keeps a verified frame, then forwards it. */
    private Verdict keep(
        final BlockAssembler attempt,
        final SignedFrame frame,
        final LeaderTerm term,
        final int sessionId,
        final long nowNs)
    {
        if (attempt.frames().isOverShare(frame))
        {
            sequencer.onPressure();
            return Verdict.NO_ROOM;
        }
        while (!attempt.store(frame, signatures.digest(), nowNs))
        {
            if (!evictAbove(attempt.blockNumber()))
            {
                sequencer.onPressure();
                return Verdict.NO_ROOM;
            }
        }

        sequencer.onHeard(nowNs);
        forwarder.onAccepted(frame.buffer, frame.offset, frame.length, sessionId);
        if (FrameKind.ENV == frame.kind)
        {
            sequencer.onEnv(attempt, term, nowNs);
        }
        else if (FrameKind.FRAG == frame.kind)
        {
            final boolean isWhole = 0 < frame.inlineLength;
            repairs.onTaken(attempt, frame.seq, isWhole, nowNs);
            if (isWhole)
            {
                storeInlineBody(attempt, frame);
                attempt.onWhole(frame.seq);
            }
        }

        return Verdict.ACCEPTED;
    }

    /** A frame for a place that is taken: the same again, or a contradiction. */
    private Verdict onKnown(
        final BlockAssembler attempt,
        final SignedFrame frame,
        final LeaderTerm term,
        final int sessionId,
        final long nowNs)
    {
        if (attempt.frames().isSame(frame))
        {
            return FrameKind.FRAG == frame.kind && 0 < frame.inlineLength && !attempt.state().isTerminal() ?
                onInlineBody(attempt, frame, sessionId, nowNs) : Verdict.DUPLICATE;
        }

        attempt.frames().digestOf(frame, firstDigest);
        if (Arrays.equals(signatures.digestOf(frame), firstDigest))
        {
            return Verdict.DUPLICATE;
        }

        return onContradiction(attempt, frame, term, sessionId, nowNs);
    }

    /** The header is known, the body came with it now and perhaps not before. */
    private Verdict onInlineBody(
        final BlockAssembler attempt, final SignedFrame frame, final int sessionId, final long nowNs)
    {
        if (frag.wrap(attempt.frames().fragRecord(frame.seq)).isComplete())
        {
            return Verdict.DUPLICATE;
        }
        if (!budget.isOpen(sessionId, nowNs))
        {
            return Verdict.OVER_BUDGET;
        }
        if (!isInlineBody(frame))
        {
            budget.onFailure(sessionId, nowNs);
            return Verdict.BAD_HASH;
        }

        forwarder.onAccepted(frame.buffer, frame.offset, frame.length, sessionId);
        storeInlineBody(attempt, frame);
        attempt.onPiece(nowNs);
        repairs.onTaken(attempt, frame.seq, true, nowNs);
        attempt.onWhole(frame.seq);

        return Verdict.ACCEPTED;
    }

    /** A frame that cannot stand beside the one taken for the same place, if its leader signed it. */
    private Verdict onContradiction(
        final BlockAssembler attempt,
        final SignedFrame frame,
        final LeaderTerm term,
        final int sessionId,
        final long nowNs)
    {
        if (attempt.isEquivocal())
        {
            return Verdict.OUT_OF_STATE;
        }
        signatures.digestOf(frame);
        final Verdict verdict = signatures.verify(frame, term, sessionId, nowNs);
        if (Verdict.ACCEPTED != verdict)
        {
            return verdict;
        }

        final AttemptFrames frames = attempt.frames();
        frames.digestOf(frame, firstDigest);
        detector.onEquivocation(
            slab.buffer(),
            frames.headOffset(frame),
            frames.headLength(frame),
            firstDigest,
            frame.buffer,
            frame.offset,
            frame.length);
        attempt.onEquivocation();

        return Verdict.EQUIVOCATION;
    }

    /** The same for an attempt that has ended. */
    private Verdict onKnownOfEnded(
        final int slot, final SignedFrame frame, final int sessionId, final long nowNs)
    {
        ended.digestOf(slot, frame, firstDigest);
        if (Arrays.equals(signatures.digestOf(frame), firstDigest))
        {
            return Verdict.DUPLICATE;
        }
        final LeaderTerm term = schedule.leaderOf(frame.leaderTerm, frame.blockNumber);
        if (null == term || ended.isEquivocal(slot))
        {
            return Verdict.STALE;
        }
        final Verdict verdict = signatures.verify(frame, term, sessionId, nowNs);
        if (Verdict.ACCEPTED != verdict)
        {
            return verdict;
        }

        detector.onEquivocation(
            ended.frames(),
            ended.frameOffset(slot, frame.kind),
            ended.frameLength(slot, frame.kind),
            firstDigest,
            frame.buffer,
            frame.offset,
            frame.length);
        ended.onEquivocation(slot);

        return Verdict.EQUIVOCATION;
    }

    /** What comes with a whole height is checked as if it came alone. */
    void checkEveryFrame()
    {
        isVouchingTaken = false;
    }

    /** The digest of what comes with a whole height, last message first, is named by the message after it. */
    private Verdict verify(
        final @Nullable BlockAssembler attempt,
        final SignedFrame frame,
        final LeaderTerm term,
        final int sessionId,
        final long nowNs)
    {
        signatures.digestOf(frame);
        final boolean isVouchedFor = isVouchingTaken && FrameLane.BULK == repairs.lane() && null != attempt &&
            attempt.frames().isVouchedFor(frame, signatures.digest());
        final Verdict verdict =
            isVouchedFor ? Verdict.ACCEPTED : signatures.verify(frame, term, sessionId, nowNs);
        if (Verdict.ACCEPTED == verdict && FrameKind.FRAG == frame.kind && 0 < frame.inlineLength &&
            !isInlineBody(frame))
        {
            budget.onFailure(sessionId, nowNs);
            return Verdict.BAD_HASH;
        }

        return verdict;
    }

    private boolean isInlineBody(final SignedFrame frame)
    {
        return digests.isChunk(
            frame.buffer,
            frame.offset + frame.inlineOffset,
            frame.inlineLength,
            frame.buffer,
            frame.offset + frame.hashesOffset);
    }

    private void storeInlineBody(final BlockAssembler attempt, final SignedFrame frame)
    {
        final int record = attempt.frames().fragRecord(frame.seq);
        frag.wrap(record).store(
            FrameKind.FRAG_CHUNK, 0, frame.buffer, frame.offset + frame.inlineOffset, frame.inlineLength);
    }

    private boolean isWithinLimits(final SignedFrame frame)
    {
        return 0 <= frame.seq && frame.seq < limits.maxFragsPerBlock() &&
            frame.bodyLength <= limits.maxBodyLength() &&
            frame.txCount <= limits.maxTxsPerFrag() &&
            FragAssembler.recordLength(frame) <= BodySlab.MAX_BLOCK_LENGTH;
    }

    private boolean isOutranked(final SignedFrame frame)
    {
        return table.isOutranked(frame.leaderTerm, frame.blockNumber, frame.incarnation) ||
            ended.isOutranked(frame.leaderTerm, frame.blockNumber, frame.incarnation);
    }

    /** May the message come in this state? A sealed attempt is not superseded, nothing follows the last frag. */
    private static boolean isLegal(
        final BlockAssembler attempt, final @Nullable BlockAssembler sealed, final SignedFrame frame)
    {
        final AttemptFrames frames = attempt.frames();

        return switch (frame.kind)
        {
            case ENV -> null == sealed;
            case FRAG -> AttemptFrames.NULL_SEQ == frames.lastSeq || frame.seq <= frames.lastSeq;
            case SEAL -> !frames.abort.isTaken();
            case ABORT -> !frames.seal.isTaken();
            case FRAG_PAGE, FRAG_CHUNK, HEARTBEAT, LEADER_START, LEADER_STOP -> false;
        };
    }

    private static boolean isAnchored(final SignedFrame frame, final @Nullable LeaderTerm term)
    {
        if (FrameKind.ENV != frame.kind || null == term || frame.blockNumber != term.firstBlock())
        {
            return false;
        }
        final byte[] anchor = term.anchor();
        if (null == anchor)
        {
            return false;
        }
        for (int i = 0; i < anchor.length; i++)
        {
            if (anchor[i] != frame.buffer.getByte(frame.offset + SignedFrame.PARENT_HASH_OFFSET + i))
            {
                return false;
            }
        }

        return true;
    }

    private boolean evictAbove(final long blockNumber)
    {
        final BlockAssembler farthest = table.farthestAbove(blockNumber);
        if (null == farthest)
        {
            return false;
        }
        sequencer.evict(farthest);

        return true;
    }
}
