package io.fragcast.protocol.block;

import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.protocol.repair.RepairOutlook;
import io.fragcast.protocol.sync.SyncOutlook;
import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/**
 * What the schedule and the attempts at hand say of a height: how long it is waited for when the run has gone on above
 * it, and whether a run starts there.
 */
final class HeightRules
{
    private final Schedule schedule;
    private final AttemptTable table;
    private final EndedAttempts ended;
    private RepairOutlook outlook = RepairOutlook.NONE;
    private SyncOutlook sync = SyncOutlook.NONE;

    HeightRules(final Schedule schedule, final AttemptTable table, final EndedAttempts ended)
    {
        this.schedule = schedule;
        this.table = table;
        this.ended = ended;
    }

    /** Says whether what is missing may still come. */
    void outlook(final RepairOutlook outlook)
    {
        this.outlook = outlook;
    }

    /** Says whether whole heights are fetched. */
    void sync(final SyncOutlook sync)
    {
        this.sync = sync;
    }

    /** Does the run wait for what lies between when it is heard of beyond the window? */
    boolean isRunHeld()
    {
        return sync.isRunHeld();
    }

    /** Will a height come whole? */
    boolean isFetched(final long blockNumber)
    {
        return sync.isFetching(blockNumber);
    }

    /**
     * Has a height been waited for long enough?
     *
     * @param blockNumber the height.
     * @param sinceNs     when it became the next to be finished.
     * @param current     attempt at it; null: none with its Env.
     * @param next        lowest attempt above it.
     * @param nowNs       monotonic nanoseconds.
     * @return true if it is to be given up.
     */
    boolean isOver(
        final long blockNumber,
        final long sinceNs,
        final @Nullable BlockAssembler current,
        final BlockAssembler next,
        final long nowNs)
    {
        long quietNs = next.envTimeNs();
        if (null != current && current.progressTimeNs() - quietNs > 0)
        {
            quietNs = current.progressTimeNs();
        }
        final LeaderTerm term = schedule.termOfBlock(blockNumber);
        final boolean isShown = null != term && term.number() == next.leaderTerm() || buildsOnSeal(next);
        // The Env of a later leader may have come long before its time: that says nothing of this height.
        if (!isShown && sinceNs - quietNs > 0)
        {
            quietNs = sinceNs;
        }

        return nowNs - quietNs >= (isShown ? RunSequencer.SUPERSEDE_GRACE_NS : RunSequencer.STALL_NS) &&
            !isFetched(blockNumber) &&
            !outlook.mayStillCome(blockNumber, sinceNs - quietNs > 0 ? sinceNs : quietNs, nowNs);
    }

    private boolean buildsOnSeal(final BlockAssembler attempt)
    {
        final long parent = attempt.blockNumber() - 1;
        final byte[] parentHash = attempt.frames().parentHash;

        return table.isSealedUnder(parent, parentHash) || ended.isSealedUnder(parent, parentHash);
    }

    /** Was the block before sealed, but not as the one that an attempt builds on? */
    boolean isLinkBroken(final BlockAssembler attempt)
    {
        return !startsRun(attempt) && ended.isLinkBroken(
            attempt.blockNumber() - 1, attempt.frames().parentHash, attempt.frames().envPreviousDigest);
    }

    /** Is it the first of an anchored term, on its anchor? Then what came before is nothing that it must build on. */
    private boolean startsRun(final BlockAssembler attempt)
    {
        final LeaderTerm term = schedule.termOfBlock(attempt.blockNumber());

        return null != term && null != term.anchor() && term.firstBlock() == attempt.blockNumber() &&
            Arrays.equals(term.anchor(), attempt.frames().parentHash);
    }
}
