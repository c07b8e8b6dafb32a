package io.fragcast.protocol.block;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.repair.RepairLatency;
import org.agrona.concurrent.status.AtomicCounter;

import java.util.Arrays;

/**
 * Tells what repair did: frags that are whole thanks to it, and how long each was missing something; frames that failed
 * their check on the block lane and came right by repair, because somebody wrote first.
 */
final class RepairLedger
{
    /** Refused frames remembered: what fails in the 50 ms of a far holder's round trip, at 1 % of 100,000 a second. */
    static final int MAX_REFUSED = 64;

    private final AtomicCounter fragsRepaired;
    private final AtomicCounter poisoned;
    private final FrameKind[] kinds = new FrameKind[MAX_REFUSED];
    private final int[] leaderTerms = new int[MAX_REFUSED];
    private final long[] blockNumbers = new long[MAX_REFUSED];
    private final long[] incarnations = new long[MAX_REFUSED];
    private final int[] seqs = new int[MAX_REFUSED];
    private final int[] indices = new int[MAX_REFUSED];
    private final boolean[] isRefused = new boolean[MAX_REFUSED];
    private int refusedCount;
    private int nextRefused;
    private RepairLatency latency = RepairLatency.NONE;
    private FrameLane lane = FrameLane.LIVE;

    RepairLedger(final Counters counters)
    {
        fragsRepaired = counters.get(FragcastCounter.FRAGS_REPAIRED);
        poisoned = counters.get(FragcastCounter.BLOCK_LANE_POISONED);
        Arrays.fill(kinds, FrameKind.ENV);
    }

    void latency(final RepairLatency latency)
    {
        this.latency = latency;
    }

    /** How the frames that follow come. */
    void onLane(final FrameLane lane)
    {
        this.lane = lane;
    }

    FrameLane lane()
    {
        return lane;
    }

    /**
     * A signed message was judged.
     *
     * @param frame   the message.
     * @param verdict on it.
     */
    void onVerdict(final SignedFrame frame, final Verdict verdict)
    {
        if (0 != refusedCount || isRefusal(verdict))
        {
            onVerdict(
                frame.kind, frame.leaderTerm, frame.blockNumber, frame.incarnation,
                FrameKind.FRAG == frame.kind ? frame.seq : 0, 0, verdict);
        }
    }

    /**
     * A page or chunk was judged.
     *
     * @param piece   the page or chunk.
     * @param verdict on it.
     */
    void onVerdict(final PieceFrame piece, final Verdict verdict)
    {
        if (0 != refusedCount || isRefusal(verdict))
        {
            onVerdict(
                piece.kind, piece.leaderTerm, piece.blockNumber, piece.incarnation, piece.seq, piece.index, verdict);
        }
    }

    /**
     * The header or a piece of a frag was taken.
     *
     * @param attempt of the frag.
     * @param seq     of the frag.
     * @param isWhole is that all of it now?
     * @param nowNs   monotonic nanoseconds.
     */
    void onTaken(final BlockAssembler attempt, final int seq, final boolean isWhole, final long nowNs)
    {
        final AttemptEvidence evidence = attempt.evidence();
        if (FrameLane.REPAIR == lane)
        {
            evidence.onRepaired(seq);
        }
        if (isWhole && evidence.isRepaired(seq))
        {
            fragsRepaired.incrementRelease();
            final long sinceNs = evidence.missingSinceNs(seq);
            if (AttemptEvidence.NULL_TIME != sinceNs)
            {
                latency.onRepaired(nowNs - sinceNs);
            }
        }
    }

    private void onVerdict(
        final FrameKind kind,
        final int leaderTerm,
        final long blockNumber,
        final long incarnation,
        final int seq,
        final int index,
        final Verdict verdict)
    {
        final int slot = slotOf(kind, leaderTerm, blockNumber, incarnation, seq, index);
        if (FrameLane.LIVE == lane && isRefusal(verdict) && slot < 0)
        {
            // The oldest is forgotten: what is not repaired by now was nobody's place.
            final int taken = nextRefused;
            nextRefused = (taken + 1) % MAX_REFUSED;
            refusedCount += isRefused[taken] ? 0 : 1;
            isRefused[taken] = true;
            kinds[taken] = kind;
            leaderTerms[taken] = leaderTerm;
            blockNumbers[taken] = blockNumber;
            incarnations[taken] = incarnation;
            seqs[taken] = seq;
            indices[taken] = index;
        }
        else if (Verdict.ACCEPTED == verdict && 0 <= slot)
        {
            isRefused[slot] = false;
            refusedCount--;
            if (FrameLane.REPAIR == lane)
            {
                poisoned.incrementRelease();
            }
        }
    }

    private int slotOf(
        final FrameKind kind,
        final int leaderTerm,
        final long blockNumber,
        final long incarnation,
        final int seq,
        final int index)
    {
        for (int slot = 0; slot < MAX_REFUSED; slot++)
        {
            if (isRefused[slot] &&
                blockNumbers[slot] == blockNumber &&
                seqs[slot] == seq &&
                indices[slot] == index &&
                kinds[slot] == kind &&
                incarnations[slot] == incarnation &&
                leaderTerms[slot] == leaderTerm)
            {
                return slot;
            }
        }

        return -1;
    }

    private static boolean isRefusal(final Verdict verdict)
    {
        return Verdict.BAD_SIGNATURE == verdict || Verdict.BAD_HASH == verdict;
    }
}
