package io.fragcast.protocol.leader;

import org.agrona.collections.Int2IntHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Who may speak for a term now: the order of its control messages, and which terms are fenced because the run has gone
 * on under a later one. Used by one thread; allocates nothing while the schedule stays.
 */
public final class LeaderTracker
{
    private static final int NULL_INDEX = -1;

    private Int2IntHashMap indexByTerm;
    /** The last controlSeq of each term, unsigned; a term with none has {@link #isHeard} false. */
    private long[] controlSeqs;
    private boolean[] isHeard;
    private int firstOpenTerm = Integer.MIN_VALUE;

    /**
     * Tracks the terms of a schedule.
     *
     * @param schedule of the chain.
     */
    public LeaderTracker(final Schedule schedule)
    {
        indexByTerm = indexOf(schedule);
        controlSeqs = new long[schedule.termCount()];
        isHeard = new boolean[schedule.termCount()];
    }

    /**
     * The schedule was replaced: terms that stay go on where they are. Allocates, once a replacement.
     *
     * @param schedule from now on.
     */
    public void onSchedule(final Schedule schedule)
    {
        final Int2IntHashMap newIndex = indexOf(schedule);
        final long[] newSeqs = new long[schedule.termCount()];
        final boolean[] newHeard = new boolean[schedule.termCount()];
        for (int i = 0; i < newSeqs.length; i++)
        {
            final int index = indexByTerm.get(schedule.term(i).number());
            if (NULL_INDEX != index)
            {
                newSeqs[i] = controlSeqs[index];
                newHeard[i] = isHeard[index];
            }
        }
        indexByTerm = newIndex;
        controlSeqs = newSeqs;
        isHeard = newHeard;
    }

    /**
     * Is a control message newer than all before it in its term?
     *
     * @param term       of the schedule.
     * @param controlSeq of the message.
     * @return false if it is a replay, a second copy, or overtaken.
     */
    public boolean isNewer(final int term, final long controlSeq)
    {
        final int index = indexByTerm.get(term);

        return NULL_INDEX != index && (!isHeard[index] || Long.compareUnsigned(controlSeq, controlSeqs[index]) > 0);
    }

    /**
     * A control message was verified.
     *
     * @param term       of the schedule.
     * @param controlSeq of the message.
     */
    public void onControl(final int term, final long controlSeq)
    {
        assert isNewer(term, controlSeq) : "controlSeq " + controlSeq + " of term " + term + " is not newer";

        final int index = indexByTerm.get(term);
        isHeard[index] = true;
        controlSeqs[index] = controlSeq;
    }

    /**
     * The run goes on under a term: all before it are fenced.
     *
     * @param term whose Env was delivered.
     */
    public void onLed(final int term)
    {
        firstOpenTerm = Math.max(firstOpenTerm, term);
    }

    /**
     * The run was led astray and goes on under a term before: that term speaks again, and so does the one that leads
     * where the run goes on, for the message that showed the way back may be of a term far above.
     *
     * @param heard of the message that was verified.
     * @param led   that leads the height the run goes back to; null: nobody does.
     */
    public void onRetreat(final LeaderTerm heard, final @Nullable LeaderTerm led)
    {
        final int first = null == led ? heard.number() : Math.min(led.number(), heard.number());
        firstOpenTerm = Math.min(firstOpenTerm, first);
    }

    /**
     * The latest term under which the run went on.
     *
     * @return its number; {@link Integer#MIN_VALUE} while none is known.
     */
    public int leadingTerm()
    {
        return firstOpenTerm;
    }

    /**
     * Is a term fenced?
     *
     * @param term of the schedule.
     * @return true if a later term leads the run.
     */
    public boolean isFenced(final int term)
    {
        return term < firstOpenTerm;
    }

    private static Int2IntHashMap indexOf(final Schedule schedule)
    {
        final int count = schedule.termCount();
        final Int2IntHashMap index = new Int2IntHashMap(Math.max(8, 2 * count), 0.5f, NULL_INDEX);
        for (int i = 0; i < count; i++)
        {
            index.put(schedule.term(i).number(), i);
        }

        return index;
    }
}
