package io.fragcast.protocol.leader;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.List;

/**
 * Looks ahead in the schedule: the next two leaders after the one of a block, by the sinks that go to them. Terms that
 * follow each other under one leader are one turn of it; the node itself needs no sink.
 * <pre>
 *   terms    A  A  B  A  C  D          a block of the first term: B and C come first
 *            ^     ^     ^             (A leads now, so it gets nothing)
 * </pre>
 * The answer holds for the whole term, and is looked up again only where it ends. Used by one thread; allocates
 * nothing while the schedule stays.
 */
public final class LeaderLookahead implements NextLeaders
{
    /** The current leader and the next two are known to everybody (DESIGN §5). */
    public static final int LEADERS_AHEAD = 2;

    /**
     * Where a sink goes.
     *
     * @param identity of the peer, 33 bytes compressed; null: a group, which leads nothing.
     * @param endpoint HOST:PORT of the peer's block of lanes.
     */
    public record Target(byte @Nullable [] identity, String endpoint)
    {
    }

    private final byte[] ownIdentity;
    private final LeaderTerm[] ahead = new LeaderTerm[LEADERS_AHEAD];
    private Target[] targets;
    private Schedule schedule;
    private long firstBlock = 1;
    private long lastBlock;
    private long sinks;

    /**
     * Looks ahead for the sinks of a node.
     *
     * @param schedule    that holds.
     * @param ownIdentity of the node, 33 bytes compressed.
     * @param targets     where its sinks go, in their order.
     */
    public LeaderLookahead(final Schedule schedule, final byte[] ownIdentity, final List<Target> targets)
    {
        assert targets.size() <= Long.SIZE : targets.size() + " sinks";

        this.schedule = schedule;
        this.ownIdentity = ownIdentity.clone();
        this.targets = targets.toArray(new Target[0]);
    }

    /**
     * The schedule was replaced.
     *
     * @param newer from now on.
     */
    public void onSchedule(final Schedule newer)
    {
        schedule = newer;
        forget();
    }

    /**
     * The sinks were replaced.
     *
     * @param newer where they go from now on, in their order.
     */
    public void onTargets(final List<Target> newer)
    {
        assert newer.size() <= Long.SIZE : newer.size() + " sinks";

        targets = newer.toArray(new Target[0]);
        forget();
    }

    @Override
    public long sinks(final long blockNumber)
    {
        if (blockNumber < firstBlock || blockNumber > lastBlock)
        {
            look(blockNumber);
        }

        return sinks;
    }

    private void forget()
    {
        firstBlock = 1;
        lastBlock = 0;
    }

    private void look(final long blockNumber)
    {
        final int index = schedule.indexEndingAtOrAfter(blockNumber);
        final int count = schedule.termCount();
        final boolean isLed = index < count && schedule.term(index).leads(blockNumber);
        firstBlock = isLed ? schedule.term(index).firstBlock() : blockNumber;
        lastBlock = isLed ? schedule.term(index).lastBlock() : blockNumber;

        long found = 0;
        int leaders = 0;
        for (int i = isLed ? index + 1 : index; i < count && leaders < LEADERS_AHEAD; i++)
        {
            final LeaderTerm term = schedule.term(i);
            if (!(isLed && isSame(term, schedule.term(index))) && !isAhead(term, leaders))
            {
                ahead[leaders] = term;
                leaders++;
                found |= sinksTo(term);
            }
        }
        sinks = found;
    }

    private boolean isAhead(final LeaderTerm term, final int leaders)
    {
        for (int i = 0; i < leaders; i++)
        {
            if (isSame(term, ahead[i]))
            {
                return true;
            }
        }

        return false;
    }

    private long sinksTo(final LeaderTerm term)
    {
        final byte[] identity = term.identity();
        if (null != identity && Arrays.equals(identity, ownIdentity))
        {
            return 0;
        }

        long found = 0;
        for (int i = 0; i < targets.length; i++)
        {
            final Target target = targets[i];
            if (null == identity ? isEndpoint(term, target) : Arrays.equals(identity, target.identity))
            {
                found |= 1L << i;
            }
        }

        return found;
    }

    /** A term need not name its leader's identity; its endpoints are the next best. */
    private static boolean isEndpoint(final LeaderTerm term, final Target target)
    {
        return null != target.identity && term.endpoints().contains(target.endpoint);
    }

    /** A leader that changes its key stays who it is. */
    private static boolean isSame(final LeaderTerm one, final LeaderTerm other)
    {
        return null != one.identity() && null != other.identity() ?
            Arrays.equals(one.identity(), other.identity()) : Arrays.equals(one.publicKey(), other.publicKey());
    }
}
