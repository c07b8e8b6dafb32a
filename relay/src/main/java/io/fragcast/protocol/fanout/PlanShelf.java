package io.fragcast.protocol.fanout;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The plans that a node knows: the one that holds, those that will, and for a moment the one before, so that nobody is
 * let go before his successor is heard. Used by one thread.
 */
final class PlanShelf
{
    /** The rest of this term's, and the next two terms'. */
    static final int MAX_COMING = 4;
    /** A stream is up within 110 ms; a block takes up to two seconds. */
    static final long OVERLAP_NS = TimeUnit.SECONDS.toNanos(2);

    private final List<Plan> coming = new ArrayList<>(MAX_COMING);
    private @Nullable Plan active;
    private @Nullable Plan retiring;
    private long retireAtNs;

    /**
     * Takes a plan: newer ones take the place of older ones of the same term that do not hold yet.
     *
     * @return false if one as new is known.
     */
    boolean add(final Plan plan)
    {
        if (!plan.isNewerThan(active))
        {
            return false;
        }
        for (final Plan other : coming)
        {
            if (other.leaderTerm() == plan.leaderTerm() && !plan.isNewerThan(other))
            {
                return false;
            }
        }
        coming.removeIf((other) -> other.leaderTerm() == plan.leaderTerm());
        if (coming.size() == MAX_COMING)
        {
            coming.remove(0);
        }
        int index = 0;
        while (index < coming.size() && plan.isNewerThan(coming.get(index)))
        {
            index++;
        }
        coming.add(index, plan);

        return true;
    }

    /**
     * Has a plan begun to hold, or is one let go?
     *
     * @param newestBlock that this node has heard of.
     * @param nowNs       monotonic nanoseconds.
     * @return true if so.
     */
    boolean turn(final long newestBlock, final long nowNs)
    {
        boolean isTurned = false;
        int newest = coming.size() - 1;
        while (newest >= 0 && coming.get(newest).validFromBlock() > newestBlock)
        {
            newest--;
        }
        if (newest >= 0)
        {
            // Those before it never held, so it is the one that did whose ways are open for sure.
            retiring = active;
            retireAtNs = nowNs + OVERLAP_NS;
            active = coming.get(newest);
            coming.subList(0, newest + 1).clear();
            isTurned = true;
        }
        if (null != retiring && nowNs - retireAtNs >= 0)
        {
            retiring = null;
            isTurned = true;
        }

        return isTurned;
    }

    @Nullable Plan active()
    {
        return active;
    }

    /** Every plan whose ways are to be open now. */
    List<Plan> open()
    {
        final List<Plan> open = new ArrayList<>();
        if (null != active)
        {
            open.add(active);
        }
        open.addAll(coming);
        if (null != retiring)
        {
            open.add(retiring);
        }

        return open;
    }
}
