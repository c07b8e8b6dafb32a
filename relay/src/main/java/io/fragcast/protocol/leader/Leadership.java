package io.fragcast.protocol.leader;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import org.agrona.concurrent.status.AtomicCounter;
import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/**
 * What this node's own key leads, by the number of the block that the run is at, never by the wall clock.
 * <pre>
 *               own term is one of the      the run is at         its last block
 *               next two turns              its first block       is over
 *   FOLLOWING ─────────────────────▶ NEXT ─────────────────▶ LEADING ─────────▶ FOLLOWING, NEXT
 *       ▲                                     ▲  │ a later term leads its blocks
 *       │                                     │  ▼
 *       └──────── its last block is over ─── FENCED ──── a later term of its own begins ──▶ LEADING
 * </pre>
 * Used by the broadcasting thread; allocates nothing.
 */
public final class Leadership
{
    /** No run is followed yet. */
    public static final long NULL_BLOCK = -1;

    private final byte[] publicKey;
    private final AtomicCounter stateGauge;
    private final AtomicCounter fencedCount;
    private Schedule schedule;
    private LeaderState state = LeaderState.FOLLOWING;
    private @Nullable LeaderTerm led;
    private long nextBlock = NULL_BLOCK;
    private int runTerm = Integer.MIN_VALUE;

    /**
     * Follows.
     *
     * @param schedule  that holds.
     * @param publicKey of the leader's relay key, 65 bytes.
     * @param counters  of the node.
     */
    public Leadership(final Schedule schedule, final byte[] publicKey, final Counters counters)
    {
        this.schedule = schedule;
        this.publicKey = publicKey.clone();
        stateGauge = counters.get(FragcastCounter.LEADER_STATE);
        fencedCount = counters.get(FragcastCounter.LEADER_FENCED);
    }

    /**
     * The term of this node that leads a block.
     *
     * @param blockNumber asked for.
     * @return the term; null if another key leads the block, or the run has gone on under a later term.
     */
    public @Nullable LeaderTerm termOf(final long blockNumber)
    {
        final LeaderTerm term = schedule.termOfBlock(blockNumber);

        return null != term && isOwn(term, blockNumber) && term.number() >= runTerm ? term : null;
    }

    /**
     * The schedule was replaced.
     *
     * @param newer from now on.
     */
    public void onSchedule(final Schedule newer)
    {
        schedule = newer;
        look();
    }

    /**
     * Where the run is.
     *
     * @param blockNumber to be finished now.
     * @param term        number of the latest term under which the run went on.
     */
    public void onRun(final long blockNumber, final int term)
    {
        if (blockNumber != nextBlock || term != runTerm)
        {
            nextBlock = blockNumber;
            runTerm = term;
            look();
        }
    }

    /**
     * What this node is now.
     *
     * @return the state.
     */
    public LeaderState state()
    {
        return state;
    }

    /**
     * The term that this node leads now.
     *
     * @return the term; null unless LEADING.
     */
    public @Nullable LeaderTerm leading()
    {
        return LeaderState.LEADING == state ? led : null;
    }

    /**
     * Does this node lead, where the run is or ahead of what is known of it? A builder may be ahead of what was heard.
     *
     * @param begun term of this node that was begun, and not stopped; null: none.
     * @return false also where the run is past that term, or goes on under a later one.
     */
    public boolean isLeading(final @Nullable LeaderTerm begun)
    {
        return LeaderState.LEADING == state ||
            null != begun && nextBlock <= begun.lastBlock() && begun.number() >= runTerm;
    }

    /**
     * The block that the run is at.
     *
     * @return its number; {@link #NULL_BLOCK} while none is followed.
     */
    public long nextBlock()
    {
        return nextBlock;
    }

    private void look()
    {
        final LeaderTerm own = NULL_BLOCK == nextBlock ? null : termOf(nextBlock);
        if (null != own)
        {
            led = own;
            state(LeaderState.LEADING);
            return;
        }

        final LeaderTerm before = led;
        final boolean wasLed = null != before && before.leads(nextBlock);
        if (LeaderState.LEADING == state && wasLed)
        {
            fencedCount.incrementRelease();
        }
        state((LeaderState.LEADING == state || LeaderState.FENCED == state) && wasLed ? LeaderState.FENCED :
            isAhead() ? LeaderState.NEXT : LeaderState.FOLLOWING);
    }

    /** Is one of the next two turns this node's? Terms of one key that follow each other are one turn. */
    private boolean isAhead()
    {
        byte[] turn = {};
        int turns = 0;
        for (int i = schedule.indexEndingAtOrAfter(nextBlock), count = schedule.termCount();
            i < count && turns <= LeaderLookahead.LEADERS_AHEAD;
            i++)
        {
            final LeaderTerm term = schedule.term(i);
            if (!Arrays.equals(turn, term.publicKey()))
            {
                // The first is the leader of the block, if somebody leads it.
                turns += 0 == turn.length && term.leads(nextBlock) ? 0 : 1;
                turn = term.publicKey();
            }
            final boolean isNear = turns <= LeaderLookahead.LEADERS_AHEAD && term.number() >= runTerm;
            if (isNear && isOwn(term, Math.max(nextBlock, term.firstBlock())))
            {
                return true;
            }
        }

        return false;
    }

    private boolean isOwn(final LeaderTerm term, final long blockNumber)
    {
        return term.isKey(publicKey, blockNumber);
    }

    private void state(final LeaderState newState)
    {
        state = newState;
        stateGauge.setRelease(newState.ordinal());
    }
}
