package io.fragcast.node;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.leader.CurrentSchedule;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.protocol.leader.ScheduleChange;
import io.fragcast.watch.BlockBoard;
import io.fragcast.watch.BlockPhase;
import io.fragcast.watch.BlockSnapshot;

import java.util.List;

/**
 * The schedule of a node that runs: who may replace it, and by what. Any thread may replace it; the hot agent takes
 * the new one in its next duty cycle.
 */
final class NodeSchedule
{
    private final CurrentSchedule schedule;
    private final BlockBoard board;
    private final Counters counters;

    NodeSchedule(final Schedule first, final BlockBoard board, final Counters counters)
    {
        schedule = new CurrentSchedule(first);
        this.board = board;
        this.counters = counters;
    }

    /**
     * What holds now, for whoever is not the hot agent.
     *
     * @return what {@link #replace} replaces.
     */
    CurrentSchedule current()
    {
        return schedule;
    }

    /**
     * Takes a new schedule while the node runs.
     *
     * @param newer that shall hold.
     * @return a sentence a change; empty if nothing changes.
     * @throws IllegalArgumentException naming what may not change; the schedule before holds then.
     */
    synchronized List<String> replace(final Schedule newer)
    {
        final BlockSnapshot newest = board.read();
        try
        {
            final List<String> changes = ScheduleChange.between(
                schedule.current(), newer, BlockPhase.NONE == newest.phase() ? BlockBoard.NULL_VALUE : newest.number());
            if (!changes.isEmpty())
            {
                schedule.adopt(newer);
                counters.get(FragcastCounter.SCHEDULE_RELOADS).getAndAddRelease(1);
            }

            return changes;
        }
        catch (final IllegalArgumentException ex)
        {
            counters.get(FragcastCounter.SCHEDULE_RELOADS_REFUSED).getAndAddRelease(1);
            throw ex;
        }
    }

    /**
     * A term begins early from now on.
     *
     * @param takenOver the schedule that says so.
     */
    synchronized void adopt(final Schedule takenOver)
    {
        schedule.adopt(takenOver);
        counters.get(FragcastCounter.TAKEOVERS).getAndAddRelease(1);
    }
}
