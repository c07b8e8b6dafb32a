package io.fragcast.protocol.leader;

import org.jspecify.annotations.Nullable;

/**
 * The schedule that holds now: its terms may be replaced while it is asked. One thread replaces it, any may read; a
 * machine that must not see two schedules during one message has one of its own and replaces it between two messages.
 */
public final class CurrentSchedule extends Schedule
{
    private volatile Schedule current;

    /**
     * Holds a schedule.
     *
     * @param initial until it is replaced.
     */
    public CurrentSchedule(final Schedule initial)
    {
        super(initial);
        current = initial;
    }

    /**
     * Replaces the schedule.
     *
     * @param newer of the same chain and MTU.
     */
    public void adopt(final Schedule newer)
    {
        assert newer.chainId() == chainId() && newer.mtu() == mtu() :
            "chain " + newer.chainId() + ", MTU " + newer.mtu();

        current = newer;
    }

    /**
     * The schedule itself, which never changes.
     *
     * @return what holds now.
     */
    public Schedule current()
    {
        return current;
    }

    @Override
    public long version()
    {
        return current.version();
    }

    @Override
    public int autoTakeover()
    {
        return current.autoTakeover();
    }

    @Override
    public int termCount()
    {
        return current.termCount();
    }

    @Override
    public LeaderTerm term(final int index)
    {
        return current.term(index);
    }

    @Override
    public @Nullable LeaderTerm termOfBlock(final long blockNumber)
    {
        return current.termOfBlock(blockNumber);
    }

    @Override
    public long ledBlocks(final long fromBlock, final long toBlock)
    {
        return current.ledBlocks(fromBlock, toBlock);
    }
}
