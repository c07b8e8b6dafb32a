package io.fragcast.protocol.leader;

import org.agrona.collections.Int2IntHashMap;

import java.util.Arrays;

/**
 * Who may speak for a term now: the order of its control messages, and which terms are fenced because the run has gone
 * on under a later one. Used by one thread; allocates nothing after construction.
 */
public final class LeaderTracker
{
    private static final int NULL_INDEX = -1;

    private final Int2IntHashMap indexByTerm;
    /** The last controlSeq of each term, unsigned; a term with none has {@link #isHeard} false. */
    private final long[] controlSeqs;
    private final boolean[] isHeard;
    private int firstOpenTerm = Integer.MIN_VALUE;

    /**
     * Tracks the terms of a schedule.
     *
     * @param schedule of the chain.
     */
    public LeaderTracker(final Schedule schedule)
    {
        final int count = schedule.termCount();
        indexByTerm = new Int2IntHashMap(Math.max(8, 2 * count), 0.5f, NULL_INDEX);
        for (int i = 0; i < count; i++)
        {
            indexByTerm.put(schedule.term(i).number(), i);
        }
        controlSeqs = new long[count];
        isHeard = new boolean[count];
        Arrays.fill(isHeard, false);
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
     * The run was led astray and goes on under a term before: that term speaks again.
     *
     * @param term whose message was verified.
     */
    public void onRetreat(final int term)
    {
        firstOpenTerm = Math.min(firstOpenTerm, term);
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
}
