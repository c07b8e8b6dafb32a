package io.fragcast.protocol.block;

import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.protocol.repair.GapList;
import io.fragcast.protocol.repair.HoleKind;
import io.fragcast.protocol.repair.HoleList;
import org.jspecify.annotations.Nullable;

/**
 * Finds what is missing of the run, lowest height first, by what gives it away:
 * <pre>
 *   a later chunk, frag or Seal of the attempt       what lies before it and is not here
 *   a frag, Seal or Abort without its Env            the Env
 *   a Heartbeat                                      everything up to the message it names
 *   anything of a later height                       the rest of the attempt, and heights of which nothing is here
 *   silence for a cadence, or a stalled transport    perhaps a tail
 * </pre>
 * Looks at the state of the attempts, keeps none but samples of it: a hole is gone the moment that it is filled.
 */
final class GapTracker
{
    /** Longest time from one frag to the next in an open block. */
    static final long CADENCE_NS = 200_000_000L;
    /** Heights above the cursor that are looked at for holes: as wide as the window mostly is. */
    private static final int HEIGHTS = Long.SIZE;

    private final Schedule schedule;
    private final BlockLimits limits;
    private final RunSequencer sequencer;
    private final AttemptTable table;
    private final EndedAttempts ended;
    private final EarlyPieces early;
    private final BodySlab slab;
    private final FragAssembler frag;

    private long sampledTop;
    private long eligibleTop;
    private boolean isNamed;
    private boolean isNamedSampled;
    private boolean isNamedEligible;
    private int namedTerm;
    private long namedBlock;
    private long namedIncarnation;

    GapTracker(
        final Schedule schedule,
        final BlockLimits limits,
        final RunSequencer sequencer,
        final AttemptTable table,
        final EndedAttempts ended,
        final EarlyPieces early,
        final BodySlab slab)
    {
        this.schedule = schedule;
        this.limits = limits;
        this.sequencer = sequencer;
        this.table = table;
        this.ended = ended;
        this.early = early;
        this.slab = slab;
        frag = new FragAssembler(slab);
    }

    /** A verified Heartbeat of the window names an attempt. */
    void onNamed(final int leaderTerm, final long blockNumber, final long incarnation)
    {
        if (isNamed && leaderTerm == namedTerm && blockNumber == namedBlock && incarnation == namedIncarnation)
        {
            return;
        }
        isNamed = true;
        isNamedSampled = false;
        isNamedEligible = false;
        namedTerm = leaderTerm;
        namedBlock = blockNumber;
        namedIncarnation = incarnation;
    }

    /** As {@link io.fragcast.protocol.repair.Gaps#scan}. */
    void scan(final long nowNs, final boolean isSample, final boolean isStalled, final GapList missing)
    {
        missing.clear();
        if (!sequencer.hasRun())
        {
            return;
        }

        final boolean isUnknown = isNamedUnknown();
        final long top = top(isUnknown);
        if (isSample)
        {
            eligibleTop = sampledTop;
            sampledTop = top;
            isNamedEligible = isNamedSampled && isUnknown;
            isNamedSampled = isUnknown;
        }
        addHeights(Math.min(top, eligibleTop), isUnknown, missing);

        final boolean isCrowded = 2 * slab.usedBytes() >= limits.slabBytes();
        long lowest = Long.MAX_VALUE;
        BlockAssembler attempt = table.after(null);
        while (null != attempt && !missing.holes().isFull())
        {
            lowest = Math.min(lowest, attempt.blockNumber());
            if (isCrowded && attempt.blockNumber() > lowest)
            {
                // What lies higher would only be evicted again.
                return;
            }
            addAttempt(attempt, nowNs, isSample, isStalled, top, missing);
            attempt = table.after(attempt);
        }
        if (isUnknown && isNamedEligible)
        {
            missing.onPressing();
            addWhole(namedTerm, namedBlock, namedIncarnation, missing.holes());
        }
        if (isStalled)
        {
            addStalled(top, missing);
        }
    }

    /** As {@link io.fragcast.protocol.repair.Gaps#isBehind}. */
    boolean isBehind(final int leaderTerm, final long blockNumber, final long incarnation, final int seq)
    {
        if (!isOpenTo(leaderTerm, blockNumber, incarnation))
        {
            return false;
        }
        final BlockAssembler attempt = table.find(leaderTerm, blockNumber, incarnation);
        if (null == attempt)
        {
            return true;
        }

        return !isEndHeld(attempt) && !attempt.state().isTerminal() &&
            seq > attempt.frames().highestSeq + 1 && seq <= limits.maxFragsPerBlock();
    }

    /** As {@link io.fragcast.protocol.repair.Gaps#addHinted}. */
    void addHinted(
        final int leaderTerm,
        final long blockNumber,
        final long incarnation,
        final int seq,
        final boolean isExact,
        final GapList missing)
    {
        if (!isOpenTo(leaderTerm, blockNumber, incarnation))
        {
            return;
        }
        final BlockAssembler attempt = table.find(leaderTerm, blockNumber, incarnation);
        if (null != attempt)
        {
            final int next = attempt.frames().highestSeq + 1;
            if (!isExact)
            {
                missing.holes().add(HoleKind.TAIL, leaderTerm, blockNumber, incarnation, next, 0);
            }
            for (int i = next; isExact && i < seq; i++)
            {
                missing.holes().add(HoleKind.FRAGS, leaderTerm, blockNumber, incarnation, i, 0);
            }
            return;
        }

        addWhole(leaderTerm, blockNumber, incarnation, missing.holes());
        if (sequencer.isPlaced())
        {
            addHeights(blockNumber - 1, false, missing);
        }
    }

    /** Could a message of an attempt of which nothing is here, or not all, be taken? */
    private boolean isOpenTo(final int leaderTerm, final long blockNumber, final long incarnation)
    {
        final LeaderTerm term = schedule.leaderOf(leaderTerm, blockNumber);

        return null != term &&
            Verdict.ACCEPTED == sequencer.window(blockNumber, term) &&
            EndedAttempts.NULL_SLOT == ended.find(leaderTerm, blockNumber, incarnation) &&
            !table.isOutranked(leaderTerm, blockNumber, incarnation) &&
            !ended.isOutranked(leaderTerm, blockNumber, incarnation) &&
            null == table.sealedSibling(leaderTerm, blockNumber, incarnation);
    }

    private boolean isNamedUnknown()
    {
        return isNamed && namedBlock >= sequencer.base() &&
            null == table.find(namedTerm, namedBlock, namedIncarnation) &&
            isOpenTo(namedTerm, namedBlock, namedIncarnation);
    }

    /** The highest height that anything is known of. */
    private long top(final boolean isUnknown)
    {
        long top = isUnknown ? namedBlock : sequencer.base() - 1;
        for (int i = 0, count = table.liveCount(); i < count; i++)
        {
            top = Math.max(top, table.live(i).blockNumber());
        }

        return top;
    }

    /** Heights that could be taken of which nothing is here. */
    private void addHeights(final long top, final boolean isUnknown, final GapList missing)
    {
        final long base = sequencer.base();
        if (top < base)
        {
            return;
        }

        final long named = namedBlock - base;
        long known = isUnknown && 0 <= named && named < HEIGHTS ? 1L << named : 0;
        for (int i = 0, count = table.liveCount(); i < count; i++)
        {
            final long above = table.live(i).blockNumber() - base;
            known |= 0 <= above && above < HEIGHTS ? 1L << above : 0;
        }
        final int end = (int)Math.min(HEIGHTS, top - base + 1);
        if (-1L == (known | (HEIGHTS == end ? 0 : -1L << end)))
        {
            return;
        }

        int from = -1;
        for (int i = 0; i <= end; i++)
        {
            final boolean isMissing =
                i < end && 0 == (known & 1L << i) && null != schedule.termOfBlock(base + i) &&
                !sequencer.heights().isFetched(base + i);
            if (isMissing && from < 0)
            {
                from = i;
            }
            else if (!isMissing && from >= 0)
            {
                missing.onPressing();
                missing.addRange(base + from, base + i - 1);
                from = -1;
            }
        }
    }

    private void addAttempt(
        final BlockAssembler attempt,
        final long nowNs,
        final boolean isSample,
        final boolean isStalled,
        final long top,
        final GapList missing)
    {
        if (attempt.state().isTerminal() || isSuperfluous(attempt) ||
            sequencer.heights().isFetched(attempt.blockNumber()))
        {
            return;
        }

        final AttemptEvidence evidence = attempt.evidence();
        final boolean isEndHeld = isEndHeld(attempt);
        final boolean isOver = attempt.blockNumber() < top;
        final boolean isQuiet = !isEndHeld && (isOver || isStalled || isSilent(attempt, nowNs));
        final boolean isEndMissing = !isEndHeld && (isQuiet || evidence.isEndNamed());
        final long position = position(attempt, isQuiet);
        if (isSample)
        {
            evidence.sample(position, isEndMissing);
        }

        final HoleList holes = missing.holes();
        final int before = holes.size();
        if (!attempt.isEnvHeld() && evidence.isEligible())
        {
            holes.add(HoleKind.ENV, attempt.leaderTerm(), attempt.blockNumber(), attempt.incarnation(), 0, 0);
        }
        addFrags(attempt, position, Math.min(position, evidence.eligible()), nowNs, holes);
        if (holes.size() > before || isEndMissing && (isOver || isStalled || evidence.isEndNamed()))
        {
            missing.onPressing();
        }
        if (isEndMissing && evidence.isEndEligible())
        {
            addEnd(attempt, (int)(position >>> Integer.SIZE), holes);
        }
    }

    /** Is it an attempt whose Env would be refused? */
    private boolean isSuperfluous(final BlockAssembler attempt)
    {
        return null != table.sealedSibling(attempt.leaderTerm(), attempt.blockNumber(), attempt.incarnation()) ||
            table.isOutranked(attempt.leaderTerm(), attempt.blockNumber(), attempt.incarnation());
    }

    private static boolean isSilent(final BlockAssembler attempt, final long nowNs)
    {
        return nowNs - attempt.progressTimeNs() >= CADENCE_NS &&
            nowNs - attempt.evidence().namedTimeNs() >= CADENCE_NS;
    }

    /** How far the attempt is known to have come; quiet: the frag that came last is not being sent any more. */
    private long position(final BlockAssembler attempt, final boolean isQuiet)
    {
        final AttemptFrames frames = attempt.frames();
        if (frames.abort.isTaken())
        {
            return 0;
        }

        long frags = attempt.evidence().namedFrags();
        if (frames.seal.isTaken())
        {
            frags = Math.max(frags, Math.min(frames.totalFrags, limits.maxFragsPerBlock()));
        }
        if (AttemptFrames.NULL_SEQ != frames.lastSeq)
        {
            frags = Math.min(frags, frames.lastSeq + 1);
        }
        final int highest = frames.highestSeq;
        if (highest >= frags)
        {
            frag.wrap(frames.fragRecord(highest));

            return isQuiet || frag.isComplete() ?
                (long)(highest + 1) << Integer.SIZE : (long)highest << Integer.SIZE | frag.evidentChunks();
        }

        return frags << Integer.SIZE;
    }

    private void addFrags(
        final BlockAssembler attempt,
        final long position,
        final long eligible,
        final long nowNs,
        final HoleList holes)
    {
        final int whole = (int)(position >>> Integer.SIZE);
        final int end = whole + (0 == (int)position ? 0 : 1);
        final int wholeEligible = (int)(eligible >>> Integer.SIZE);
        for (int seq = attempt.nextSeq(); seq < end && !holes.isFull(); seq++)
        {
            final int record = attempt.frames().fragRecord(seq);
            if (BodySlab.NULL_OFFSET == record)
            {
                attempt.evidence().onMissing(seq, nowNs);
                if (seq < wholeEligible)
                {
                    holes.add(
                        HoleKind.FRAGS, attempt.leaderTerm(), attempt.blockNumber(), attempt.incarnation(), seq, 0);
                }
                continue;
            }
            if (frag.wrap(record).isComplete())
            {
                continue;
            }

            if (frag.isAnyMissing(seq < whole ? frag.chunkCount() : (int)position))
            {
                attempt.evidence().onMissing(seq, nowNs);
            }
            final int chunks = seq < wholeEligible ? frag.chunkCount() : seq == wholeEligible ? (int)eligible : 0;
            addPages(attempt, seq, chunks, holes);
            addChunks(attempt, seq, chunks, holes);
        }
    }

    private void addPages(final BlockAssembler attempt, final int seq, final int chunks, final HoleList holes)
    {
        for (int page = 0, count = frag.pageCount(); page < count && page * frag.pageHashes() < chunks; page++)
        {
            if (!frag.isPageHeld(page))
            {
                holes.add(
                    HoleKind.PAGES, attempt.leaderTerm(), attempt.blockNumber(), attempt.incarnation(), seq, page);
            }
        }
    }

    private void addChunks(final BlockAssembler attempt, final int seq, final int chunks, final HoleList holes)
    {
        for (int index = 0; index < chunks; index += Long.SIZE)
        {
            long bits = frag.missingChunks(index, chunks);
            if (0 != bits && !frag.isNamed(index + Long.numberOfTrailingZeros(bits)))
            {
                // Their page is missing; those that came are put by until it is here.
                bits &= ~early.heldChunks(
                    attempt.leaderTerm(), attempt.blockNumber(), attempt.incarnation(), seq, index);
            }
            if (0 != bits)
            {
                holes.add(
                    HoleKind.CHUNKS,
                    attempt.leaderTerm(),
                    attempt.blockNumber(),
                    attempt.incarnation(),
                    seq,
                    index,
                    bits);
            }
        }
    }

    private void addEnd(final BlockAssembler attempt, final int frags, final HoleList holes)
    {
        final boolean isEnd = attempt.evidence().isEndNamed() ||
            AttemptFrames.NULL_SEQ != attempt.frames().lastSeq || frags >= limits.maxFragsPerBlock();
        holes.add(
            isEnd ? HoleKind.END : HoleKind.TAIL,
            attempt.leaderTerm(),
            attempt.blockNumber(),
            attempt.incarnation(),
            isEnd ? 0 : frags,
            0);
    }

    /** What follows the last that is here may be the next height. */
    private void addStalled(final long top, final GapList missing)
    {
        missing.onPressing();
        final long next = Math.max(sequencer.base(), top + 1);
        final LeaderTerm term = schedule.termOfBlock(next);
        final BlockAssembler last = next == top + 1 ? table.highestAt(top) : null;
        if ((null == last || isEndHeld(last)) && null != term && Verdict.ACCEPTED == sequencer.window(next, term))
        {
            missing.addRange(next, next);
        }
    }

    private static void addWhole(
        final int leaderTerm, final long blockNumber, final long incarnation, final HoleList holes)
    {
        holes.add(HoleKind.ENV, leaderTerm, blockNumber, incarnation, 0, 0);
        holes.add(HoleKind.TAIL, leaderTerm, blockNumber, incarnation, 0, 0);
    }

    private static boolean isEndHeld(final @Nullable BlockAssembler attempt)
    {
        return null != attempt && (attempt.isSealHeld() || attempt.frames().abort.isTaken());
    }
}
