package io.fragcast.protocol.block;

import io.fragcast.counter.Counters;
import io.fragcast.protocol.leader.Schedule;
import org.agrona.concurrent.status.AtomicCounter;

/**
 * Takes pages and chunks: each is held against the hash that its verified header, or page, names, then forwarded, then
 * written to its place. What comes before its hash waits in {@link EarlyPieces}.
 */
final class PieceIntake
{
    /** Chunks that no header names yet are taken for this many seqs past the highest header. */
    static final int EARLY_SEQS = 2;

    private final Schedule schedule;
    private final FrameForwarder forwarder;
    private final RunSequencer sequencer;
    private final AttemptTable table;
    private final EndedAttempts ended;
    private final EarlyPieces early;
    private final VerificationBudget budget;
    private final RepairLedger repairs;
    private final FragAssembler frag;
    private final HeadersSeen headers = new HeadersSeen();
    private final FrameDigest digests = new FrameDigest();
    private final AtomicCounter[] verdictCounters = new AtomicCounter[Verdict.values().length];
    private boolean isReplayPending;

    PieceIntake(
        final Schedule schedule,
        final FrameForwarder forwarder,
        final RunSequencer sequencer,
        final AttemptTable table,
        final EndedAttempts ended,
        final VerificationBudget budget,
        final BodySlab slab,
        final RepairLedger repairs,
        final Counters counters)
    {
        this.schedule = schedule;
        this.forwarder = forwarder;
        this.sequencer = sequencer;
        this.table = table;
        this.ended = ended;
        this.budget = budget;
        this.repairs = repairs;
        early = new EarlyPieces(slab);
        frag = new FragAssembler(slab);
        for (final Verdict verdict : Verdict.values())
        {
            verdictCounters[verdict.ordinal()] = counters.get(verdict.counter());
        }
    }

    /** Do early pieces, now named, wait for the forwarder? */
    boolean isReplayPending()
    {
        return isReplayPending;
    }

    EarlyPieces early()
    {
        return early;
    }

    /** The header of a frag came by a session, and is the one that stands. */
    void onHeader(final SignedFrame header, final int sessionId)
    {
        headers.add(header, sessionId);
    }

    /** One page or chunk of this chain. */
    Verdict onPiece(final PieceFrame piece, final int sessionId, final long nowNs)
    {
        final BlockAssembler attempt = table.find(piece.leaderTerm, piece.blockNumber, piece.incarnation);
        if (null == attempt)
        {
            return withoutAttempt(piece);
        }
        // With two headers for a frag an attempt ends MISMATCHED: a piece of the second is no fault of its sender.
        if (attempt.state().isTerminal() || attempt.isEquivocal())
        {
            return Verdict.STALE;
        }

        final int record = attempt.frames().fragRecord(piece.seq);
        if (BodySlab.NULL_OFFSET == record)
        {
            return withoutHeader(attempt, piece, sessionId);
        }

        frag.wrap(record);
        final Verdict place = frag.place(piece.kind, piece.index, piece.dataLength);
        if (Verdict.HELD == place && piece.version == frag.version())
        {
            return early.hold(piece, sessionId);
        }
        if (Verdict.DUPLICATE == place)
        {
            return place;
        }

        return checkHash(attempt, piece, sessionId, nowNs);
    }

    /**
     * Takes the early pieces that a header or page now names, and lets those go whose attempt has ended.
     *
     * @param nowNs monotonic nanoseconds.
     */
    void replay(final long nowNs)
    {
        isReplayPending = false;
        boolean isAgain = 0 < early.count();
        while (isAgain)
        {
            isAgain = false;
            for (int slot = 0, end = early.slots(); slot < end; slot++)
            {
                if (early.isTaken(slot))
                {
                    isAgain |= replay(slot, nowNs);
                    if (isReplayPending)
                    {
                        return;
                    }
                }
            }
        }
    }

    /** Replays one slot; true if a page was taken, which may name chunks that were passed over. */
    private boolean replay(final int slot, final long nowNs)
    {
        final PieceFrame piece = early.piece(slot);
        final BlockAssembler attempt = table.find(piece.leaderTerm, piece.blockNumber, piece.incarnation);
        if (null == attempt || attempt.state().isTerminal() || isAfterLast(attempt, piece.seq))
        {
            early.release(slot);
            return false;
        }
        final int record = attempt.frames().fragRecord(piece.seq);
        if (BodySlab.NULL_OFFSET == record ||
            Verdict.HELD == frag.wrap(record).place(piece.kind, piece.index, piece.dataLength))
        {
            return false;
        }
        if (!forwarder.isReady())
        {
            isReplayPending = true;
            return false;
        }

        final Verdict verdict = onPiece(piece, early.sessionId(slot), nowNs);
        verdictCounters[verdict.ordinal()].incrementRelease();
        early.release(slot);

        return Verdict.ACCEPTED == verdict && FrameKind.FRAG_PAGE == piece.kind;
    }

    private Verdict checkHash(
        final BlockAssembler attempt, final PieceFrame piece, final int sessionId, final long nowNs)
    {
        if (!budget.isOpen(sessionId, nowNs))
        {
            return Verdict.OVER_BUDGET;
        }

        final int dataOffset = piece.offset + piece.dataOffset;
        // A piece is unsigned, so its version must be that of the signed header: no byte of it is anyone's choice.
        final Verdict verdict = piece.version == frag.version() ?
            frag.check(piece.kind, piece.index, piece.buffer, dataOffset, piece.dataLength, digests) :
            Verdict.BAD_HASH;
        if (Verdict.ACCEPTED != verdict)
        {
            onBadHash(piece, sessionId, nowNs);
            return verdict;
        }

        forwarder.onAccepted(piece.buffer, piece.offset, piece.length, sessionId);
        frag.store(piece.kind, piece.index, piece.buffer, dataOffset, piece.dataLength);
        attempt.onPiece(nowNs);
        final boolean isWhole = frag.isComplete();
        repairs.onTaken(attempt, piece.seq, isWhole, nowNs);
        if (isWhole)
        {
            attempt.onWhole(piece.seq);
        }

        return verdict;
    }

    /** Provable only against who sent the header as well: a holder sends the pieces alone, of the header it knows. */
    private void onBadHash(final PieceFrame piece, final int sessionId, final long nowNs)
    {
        if (FrameLane.LIVE != repairs.lane() || !headers.isSeen(piece, sessionId))
        {
            budget.onUnprovedFailure(sessionId, nowNs);
        }
        else
        {
            budget.onFailure(sessionId, nowNs);
        }
    }

    private Verdict withoutHeader(final BlockAssembler attempt, final PieceFrame piece, final int sessionId)
    {
        final int ahead = piece.seq - attempt.frames().highestSeq;

        return piece.seq < 0 || ahead > EARLY_SEQS || isAfterLast(attempt, piece.seq) ?
            Verdict.WITHOUT_HEADER : early.hold(piece, sessionId);
    }

    private Verdict withoutAttempt(final PieceFrame piece)
    {
        final int slot = ended.find(piece.leaderTerm, piece.blockNumber, piece.incarnation);
        if (EndedAttempts.NULL_SLOT != slot)
        {
            return ended.isFragTaken(slot, piece.seq) ? Verdict.DUPLICATE : Verdict.STALE;
        }
        if (!sequencer.hasRun())
        {
            return Verdict.WITHOUT_HEADER;
        }
        final Verdict window =
            sequencer.window(piece.blockNumber, schedule.leaderOf(piece.leaderTerm, piece.blockNumber));
        if (Verdict.ACCEPTED != window)
        {
            return window;
        }

        return null == schedule.leaderOf(piece.leaderTerm, piece.blockNumber) ?
            Verdict.NOT_LEADER : Verdict.WITHOUT_HEADER;
    }

    private static boolean isAfterLast(final BlockAssembler attempt, final int seq)
    {
        final int lastSeq = attempt.frames().lastSeq;

        return AttemptFrames.NULL_SEQ != lastSeq && seq > lastSeq;
    }
}
