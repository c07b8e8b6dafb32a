package io.fragcast.protocol.block;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.LeaderTracker;
import io.fragcast.protocol.leader.Schedule;
import org.agrona.concurrent.status.AtomicCounter;
import org.jspecify.annotations.Nullable;

/**
 * Delivers the attempts of one run by height, and decides when a height is given up: no single loss may stall the
 * stream.
 * <pre>
 *        cursor                 base
 *   ended  |  to be finished now  |  window: frames are taken  |  far future
 *   -------+----------------------+----------------------------+------------
 * </pre>
 * Mostly base is the cursor. A verified Heartbeat, or the first Env of an anchored term, that names a block beyond the
 * window moves base there; what is whole below is delivered, the rest ended or reported missed.
 * <p>
 * Where a run starts, and where a Heartbeat moves it, is the word of one key, perhaps of one whose own term is yet to
 * come. So until a block of it is VERIFIED the run is unconfirmed, and a verified message two or more heights below
 * base moves it back: what was delivered of the run that is left ends SUPERSEDED, what else it held beyond the window
 * is evicted. So does one where heights were given up for an Env ahead, if its run then falls silent. (One height below
 * is what another path still brings of the block before.) It never goes back below the
 * floor, the first height that was not ended when the run was last moved, so no height is delivered twice. The first
 * Env of an anchored term is the schedule's word: there is no way back from it.
 * <p>
 * What a thief of the key of a term ahead can still do: lead a node that follows no run, or has heard nothing of its
 * own for {@link #STALL_NS}, away for good, if it signs a whole valid block there before the first message of an honest
 * leader comes. Whoever replays old messages can hold such a node at them until its first block is VERIFIED; a
 * Heartbeat then finds the run again.
 */
final class RunSequencer
{
    /**
     * How long a height waits after a later Env by the same leader, or on a valid Seal, has shown that it is over: a
     * quarter of the frag cadence, more than two paths of one network differ.
     */
    static final long SUPERSEDE_GRACE_NS = 50_000_000L;
    /** The same where a later leader opened the Env on a Seal not seen here: five frag cadences. */
    static final long STALL_NS = 1_000_000_000L;

    private final Schedule schedule;
    private final int windowBlocks;
    private final AttemptTable table;
    private final EndedAttempts ended;
    private final BlockDelivery delivery;
    private final DeliveredChain chain;
    private final HeightRules heights;
    private final LeaderTracker leaders;
    private final MissedBlocks missed;
    private final WayBack wayBack;
    private final AtomicCounter attemptsEvicted;
    private boolean hasRun;
    private long heardNs;
    private boolean isResumed;
    private boolean isPressed;
    /** Delivered from, when the run went back below it: ends before anything else is delivered. */
    private @Nullable BlockAssembler leaving;
    private long cursor;
    private long cursorTimeNs;
    private long base;

    RunSequencer(
        final Schedule schedule,
        final BlockLimits limits,
        final AttemptTable table,
        final EndedAttempts ended,
        final BlockDelivery delivery,
        final DeliveredChain chain,
        final LeaderTracker leaders,
        final Counters counters)
    {
        this.schedule = schedule;
        windowBlocks = limits.windowBlocks();
        this.table = table;
        this.ended = ended;
        this.delivery = delivery;
        this.chain = chain;
        heights = new HeightRules(schedule, table, ended);
        this.leaders = leaders;
        missed = new MissedBlocks(delivery, counters);
        wayBack = new WayBack(missed);
        attemptsEvicted = counters.get(FragcastCounter.ATTEMPTS_EVICTED);
    }

    HeightRules heights()
    {
        return heights;
    }

    boolean hasRun()
    {
        return hasRun;
    }

    /** Is it known where to go on, by a run or by an earlier life? */
    boolean isPlaced()
    {
        return hasRun || isResumed;
    }

    /** The height to be finished now. */
    long cursor()
    {
        return cursor;
    }

    /** The lowest height of which a new attempt is taken. */
    long base()
    {
        return base;
    }

    /** When the run was last heard; meaningless without one. */
    long heardNs()
    {
        return heardNs;
    }

    /** An earlier life of this node ended everything up to here. */
    void resumeAfter(final long blockNumber)
    {
        assert !hasRun : "a run is followed already";

        isResumed = true;
        cursor = blockNumber + 1;
        base = cursor;
    }

    /** The run is heard of for the first time: it starts here, or where an earlier life left it. */
    void start(final long blockNumber, final long nowNs)
    {
        hasRun = true;
        wayBack.start(isResumed, cursor);
        follow(blockNumber, nowNs);
    }

    /** A Heartbeat says that the run has come this far without us: everything below is finished as it stands. */
    void jumpTo(final long blockNumber)
    {
        if (blockNumber > base)
        {
            wayBack.onJump(cursor);
            base = blockNumber;
        }
    }

    /** The same, said by the first Env of an anchored term. */
    void anchorAt(final long blockNumber)
    {
        base = Math.max(base, blockNumber);
        wayBack.onAnchor(base);
    }

    /** Would a message of this height, once verified, move the run back now? */
    boolean isRetreat(final long blockNumber, final long nowNs)
    {
        return hasRun && wayBack.leadsTo(blockNumber, base, isSilent(nowNs));
    }

    /**
     * A verified message shows that the run is farther back than it was led.
     *
     * @param blockNumber of the message, a {@link #isRetreat}.
     * @param term        that leads it.
     * @param nowNs       monotonic nanoseconds.
     * @return false if the consumer has yet to take the end of what was delivered: the next message tries again.
     */
    boolean retreatTo(final long blockNumber, final LeaderTerm term, final long nowNs)
    {
        assert isRetreat(blockNumber, nowNs) : "block " + blockNumber + " is no way back from " + base;

        final BlockAssembler current = table.deliverableAt(cursor);
        if (null != current && current.isEnvDelivered() && cursor != wayBack.floor())
        {
            if (!current.state().isTerminal())
            {
                current.abandon();
            }
            if (BlockAssembler.Progress.ENDED != current.deliver())
            {
                return false;
            }
            end(current);
        }
        if (cursor != wayBack.floor())
        {
            delivery.onRetreat(wayBack.from(blockNumber));
        }

        wayBack.onRetreat();
        isPressed = false;
        follow(blockNumber, nowNs);
        leaders.onRetreat(term, schedule.termOfBlock(cursor));
        for (int i = table.liveCount() - 1; i >= 0; i--)
        {
            final BlockAssembler attempt = table.live(i);
            final long number = attempt.blockNumber();
            if (Verdict.FAR_FUTURE == window(number, schedule.termOfBlock(number)))
            {
                assert !attempt.isEnvDelivered() : "block " + number + " is delivered above the cursor";
                attemptsEvicted.incrementRelease();
                table.release(attempt);
            }
        }

        return true;
    }

    /** A verified message of the window came: the run is here. */
    void onHeard(final long nowNs)
    {
        heardNs = nowNs;
    }

    /**
     * Has nothing of the window come for so long that the run may be elsewhere? While the window is heard, the key of a
     * term far ahead must not move it: its Heartbeat would make the leader's own messages stale.
     */
    boolean isSilent(final long nowNs)
    {
        return nowNs - heardNs >= STALL_NS;
    }

    /** There is no room: a stuck height is given up without grace. */
    void onPressure()
    {
        isPressed = true;
    }

    /**
     * Where a height lies.
     *
     * @param blockNumber of a frame.
     * @param term        that leads it; null: none.
     * @return ACCEPTED in the window, else STALE or FAR_FUTURE.
     */
    Verdict window(final long blockNumber, final @Nullable LeaderTerm term)
    {
        if ((hasRun || isResumed) && blockNumber < base)
        {
            return Verdict.STALE;
        }
        // Whoever fetches what he missed need not begin at the head: a window of it would be repaired first, each
        // message with its signature.
        final boolean isAnywhere = !hasRun && !(isResumed && heights.isRunHeld());
        if (isAnywhere || blockNumber - base < windowBlocks)
        {
            return Verdict.ACCEPTED;
        }
        // Heights that nobody leads do not count where an anchor lets the run go on behind them.
        return null != term && null != term.anchor() && schedule.ledBlocks(base, blockNumber) < windowBlocks ?
            Verdict.ACCEPTED : Verdict.FAR_FUTURE;
    }

    /** Ends an attempt: what it held is let go, its digests are remembered. */
    void end(final BlockAssembler attempt)
    {
        ended.add(attempt);
        table.release(attempt);
    }

    /** Drops an attempt for want of room, as if none of its frames had come. */
    void evict(final BlockAssembler attempt)
    {
        assert attempt.blockNumber() > cursor && !attempt.isEnvDelivered() : "block " + attempt.blockNumber();

        attemptsEvicted.incrementRelease();
        table.release(attempt);
    }

    /**
     * A new Env stands above the other attempts at its height; that of a later leader may stand above what was
     * delivered.
     *
     * @param newest whose Env was just taken.
     * @param term   that leads it.
     * @param nowNs  monotonic nanoseconds.
     */
    void onEnv(final BlockAssembler newest, final LeaderTerm term, final long nowNs)
    {
        final long from = chain.reorgHeight(newest, term);
        if (DeliveredChain.NULL_HEIGHT != from && from < base)
        {
            goBack(from, newest, nowNs);
        }
        for (int i = table.liveCount() - 1; i >= 0; i--)
        {
            final BlockAssembler attempt = table.live(i);
            if (attempt != newest &&
                attempt.blockNumber() == newest.blockNumber() &&
                newest.outranks(attempt.leaderTerm(), attempt.incarnation()))
            {
                if (!attempt.isEnvDelivered())
                {
                    end(attempt);
                }
                else if (!attempt.state().isTerminal())
                {
                    attempt.supersede();
                }
            }
        }
    }

    /**
     * Delivers everything that can be delivered now.
     *
     * @param nowNs monotonic nanoseconds.
     * @return attempts ended and heights given up.
     */
    int advance(final long nowNs)
    {
        int work = 0;
        while (hasRun && isDueTaken())
        {
            final BlockAssembler current = table.deliverableAt(cursor);
            if (null != current)
            {
                final BlockAssembler.Progress progress = deliver(current);
                if (BlockAssembler.Progress.REFUSED == progress)
                {
                    return work;
                }
                if (BlockAssembler.Progress.ENDED == progress)
                {
                    onEnded(current, nowNs);
                    work++;
                    continue;
                }
            }

            final BlockAssembler next = table.lowestEnvAbove(cursor);
            if (!giveUp(current, next, nowNs))
            {
                return work;
            }
            work++;
        }

        return work;
    }

    /** Nothing more is delivered before what is due of blocks that are over was taken. */
    private boolean isDueTaken()
    {
        final BlockAssembler last = leaving;
        if (null != last)
        {
            if (BlockAssembler.Progress.ENDED != last.deliver())
            {
                return false;
            }
            leaving = null;
            end(last);
        }

        return chain.offerDue();
    }

    /** A later leader builds below what was delivered: the run is hers from there on. */
    private void goBack(final long blockNumber, final BlockAssembler attempt, final long nowNs)
    {
        for (int i = table.liveCount() - 1; i >= 0; i--)
        {
            final BlockAssembler other = table.live(i);
            if (other.leaderTerm() >= attempt.leaderTerm())
            {
                continue;
            }
            if (!other.isEnvDelivered())
            {
                end(other);
                continue;
            }
            leaving = other;
            if (!other.state().isTerminal())
            {
                other.abandon();
            }
        }
        wayBack.onReorg(blockNumber);
        isPressed = false;
        follow(blockNumber, nowNs);
    }

    /** The run is at a height: it is followed from the floor, if there is one; what is missed before is over. */
    private void follow(final long blockNumber, final long nowNs)
    {
        cursor = wayBack.from(blockNumber);
        base = cursor;
        cursorTimeNs = nowNs;
        if (!heights.isRunHeld() && Verdict.FAR_FUTURE == window(blockNumber, schedule.termOfBlock(blockNumber)))
        {
            base = blockNumber;
        }
    }

    private BlockAssembler.Progress deliver(final BlockAssembler attempt)
    {
        if (!attempt.isEnvDelivered())
        {
            if (!chain.offerReorg(attempt) || !missed.offer(attempt))
            {
                return BlockAssembler.Progress.REFUSED;
            }
            if (heights.isLinkBroken(attempt))
            {
                attempt.onBrokenLink();
            }
            leaders.onLed(attempt.leaderTerm());
        }

        return attempt.deliver();
    }

    private void onEnded(final BlockAssembler attempt, final long nowNs)
    {
        final boolean isOver = switch (attempt.state())
        {
            case VERIFIED, MISMATCHED -> true;
            case SUPERSEDED -> attempt.isAbandoned();
            case ABORTED -> false;
            case VACANT, HEADLESS, OPEN, COMPLETE, SEALED ->
                throw new IllegalStateException(attempt.state() + " ends nothing");
        };
        if (AttemptState.VERIFIED == attempt.state())
        {
            wayBack.onVerified();
            chain.onVerified(attempt);
        }
        end(attempt);
        if (isOver)
        {
            wayBack.onEnded(cursor);
            moveTo(cursor + 1, nowNs);
        }
    }

    /** Leaves the height of the cursor if it is over; false to wait on. */
    private boolean giveUp(
        final @Nullable BlockAssembler current, final @Nullable BlockAssembler next, final long nowNs)
    {
        final boolean isJump = base > cursor;
        if (!isJump && null == next)
        {
            return false;
        }
        if (null != current)
        {
            if (!isJump && !isOverdue(current, next, nowNs))
            {
                return false;
            }
            current.abandon();
            return true;
        }

        final long to = null != next && (!isJump || next.blockNumber() < base) ? next.blockNumber() : base;
        final long led = schedule.ledBlocks(cursor, to);
        if (0 < led && !isJump && !isOverdue(null, next, nowNs))
        {
            return false;
        }
        if (0 < led && !isJump)
        {
            wayBack.onGivenUp(cursor);
        }
        missed.add(led);
        moveTo(to, nowNs);

        return true;
    }

    private boolean isOverdue(
        final @Nullable BlockAssembler current, final @Nullable BlockAssembler next, final long nowNs)
    {
        return null != next && (isPressed || heights.isOver(cursor, cursorTimeNs, current, next, nowNs));
    }

    private void moveTo(final long blockNumber, final long nowNs)
    {
        cursor = blockNumber;
        cursorTimeNs = nowNs;
        base = Math.max(base, cursor);
        isPressed = false;
        for (BlockAssembler below = table.anyBelow(cursor); null != below; below = table.anyBelow(cursor))
        {
            end(below);
        }
    }
}
