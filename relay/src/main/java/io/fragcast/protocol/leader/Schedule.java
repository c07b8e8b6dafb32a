package io.fragcast.protocol.leader;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The list of terms of one chain, ascending by block, ranges disjoint (gaps allowed: nobody leads there). Immutable,
 * but for {@link CurrentSchedule}; look-ups allocate nothing.
 */
public class Schedule
{
    private final long chainId;
    private final int mtu;
    private final LeaderTerm[] terms;
    private final long version;
    private final int autoTakeover;

    /**
     * A schedule.
     *
     * @param chainId EIP-155 chain id, not 0.
     * @param mtu     of the network in bytes: the datagram payload, Aeron header included.
     * @param terms   ascending by number and by block, disjoint, at least one.
     * @throws IllegalArgumentException naming the broken rule.
     */
    public Schedule(final long chainId, final int mtu, final List<LeaderTerm> terms)
    {
        this(chainId, mtu, terms, 0);
    }

    /**
     * A schedule of a version.
     *
     * @param chainId EIP-155 chain id, not 0.
     * @param mtu     of the network in bytes: the datagram payload, Aeron header included.
     * @param terms   ascending by number and by block, disjoint, at least one.
     * @param version above that of the schedule it replaces; 0: its author counts none.
     * @throws IllegalArgumentException naming the broken rule.
     */
    public Schedule(final long chainId, final int mtu, final List<LeaderTerm> terms, final long version)
    {
        this(chainId, mtu, terms, version, 0);
    }

    /**
     * A schedule under which the next leader may begin early.
     *
     * @param chainId      EIP-155 chain id, not 0.
     * @param mtu          of the network in bytes: the datagram payload, Aeron header included.
     * @param terms        ascending by number and by block, disjoint, at least one.
     * @param version      above that of the schedule it replaces; 0: its author counts none.
     * @param autoTakeover cadences of silence after which the next leader takes over by itself; 0: it never does.
     * @throws IllegalArgumentException naming the broken rule.
     */
    public Schedule(
        final long chainId,
        final int mtu,
        final List<LeaderTerm> terms,
        final long version,
        final int autoTakeover)
    {
        this.autoTakeover = autoTakeover;
        if (0 == chainId)
        {
            throw new IllegalArgumentException("chain id is 0");
        }
        if (terms.isEmpty())
        {
            throw new IllegalArgumentException("schedule has no terms");
        }
        for (int i = 0; i < terms.size(); i++)
        {
            final LeaderTerm term = terms.get(i);
            if (term.lastBlock() < term.firstBlock())
            {
                throw new IllegalArgumentException("term " + term.number() + " ends before it starts");
            }
            if (i > 0 && term.firstBlock() <= terms.get(i - 1).lastBlock())
            {
                throw new IllegalArgumentException("term " + term.number() + " overlaps the one before");
            }
            if (i > 0 && term.number() <= terms.get(i - 1).number())
            {
                throw new IllegalArgumentException("term " + term.number() + " does not ascend");
            }
        }

        this.chainId = chainId;
        this.mtu = mtu;
        this.terms = terms.toArray(new LeaderTerm[0]);
        this.version = version;
    }

    /**
     * The same schedule.
     *
     * @param other to share the terms of.
     */
    Schedule(final Schedule other)
    {
        chainId = other.chainId;
        mtu = other.mtu;
        terms = other.terms;
        version = other.version;
        autoTakeover = other.autoTakeover;
    }

    /**
     * Chain that the schedule is for.
     *
     * @return EIP-155 chain id.
     */
    public long chainId()
    {
        return chainId;
    }

    /**
     * MTU of the network.
     *
     * @return bytes.
     */
    public int mtu()
    {
        return mtu;
    }

    /**
     * Version of the schedule.
     *
     * @return above that of the schedule before; 0: its author counts none.
     */
    public long version()
    {
        return version;
    }

    /**
     * When the next leader takes over by itself.
     *
     * @return cadences of silence; 0: never.
     */
    public int autoTakeover()
    {
        return autoTakeover;
    }

    /**
     * This schedule with a term that begins early: the blocks from there on are no longer of the terms before it. Where
     * it takes the first block of an anchored term, the run may start on that anchor.
     *
     * @param number     of the term that takes over.
     * @param firstBlock where it begins.
     * @return the schedule; this one if it has no such term, or the term begins there or before already.
     */
    public Schedule takenOver(final int number, final long firstBlock)
    {
        final LeaderTerm successor = termNumbered(number);
        if (null == successor || successor.firstBlock() <= firstBlock)
        {
            return this;
        }

        final List<LeaderTerm> changed = new ArrayList<>();
        for (int i = 0, count = termCount(); i < count; i++)
        {
            final LeaderTerm term = term(i);
            if (number == term.number())
            {
                changed.add(term.beginningAt(firstBlock, anchorAt(firstBlock)));
            }
            else if (number < term.number() || term.lastBlock() < firstBlock)
            {
                changed.add(term);
            }
            else if (term.firstBlock() < firstBlock)
            {
                changed.add(term.endingAt(firstBlock - 1));
            }
        }

        return new Schedule(chainId(), mtu(), changed, version(), autoTakeover());
    }

    private byte @Nullable [] anchorAt(final long firstBlock)
    {
        final LeaderTerm term = termOfBlock(firstBlock);

        return null != term && term.firstBlock() == firstBlock ? term.anchor() : null;
    }

    /**
     * How many terms there are.
     *
     * @return count.
     */
    public int termCount()
    {
        return terms.length;
    }

    /**
     * A term by its place.
     *
     * @param index from 0.
     * @return the term.
     */
    public LeaderTerm term(final int index)
    {
        return terms[index];
    }

    /**
     * The term that leads a block.
     *
     * @param blockNumber asked for.
     * @return the term, or null where nobody leads.
     */
    public @Nullable LeaderTerm termOfBlock(final long blockNumber)
    {
        int low = 0;
        int high = terms.length - 1;
        while (low <= high)
        {
            final int middle = (low + high) >>> 1;
            final LeaderTerm term = terms[middle];
            if (blockNumber < term.firstBlock())
            {
                high = middle - 1;
            }
            else if (blockNumber > term.lastBlock())
            {
                low = middle + 1;
            }
            else
            {
                return term;
            }
        }

        return null;
    }

    /**
     * The term of a number, if it leads the block.
     *
     * @param termNumber  claimed by a message.
     * @param blockNumber claimed by the same message.
     * @return the term, or null where the claim is not the schedule's.
     */
    public @Nullable LeaderTerm leaderOf(final int termNumber, final long blockNumber)
    {
        final LeaderTerm term = termOfBlock(blockNumber);

        return null != term && term.number() == termNumber ? term : null;
    }

    /**
     * Does a node lead in some term?
     *
     * @param identity key of the node, 33 bytes.
     * @return true if a term names it.
     */
    public boolean hasLeader(final byte[] identity)
    {
        for (int i = 0, count = termCount(); i < count; i++)
        {
            if (Arrays.equals(identity, term(i).identity()))
            {
                return true;
            }
        }

        return false;
    }

    /**
     * Where the terms of a block and of those after it begin.
     *
     * @param blockNumber asked for.
     * @return index of the first term that ends there or later; the count of terms if there is none.
     */
    public int indexEndingAtOrAfter(final long blockNumber)
    {
        int low = 0;
        int high = termCount();
        while (low < high)
        {
            final int middle = (low + high) >>> 1;
            if (term(middle).lastBlock() < blockNumber)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    /**
     * The term of a number.
     *
     * @param number of the term.
     * @return the term, or null where the schedule has none.
     */
    public @Nullable LeaderTerm termNumbered(final int number)
    {
        int low = 0;
        int high = termCount() - 1;
        while (low <= high)
        {
            final int middle = (low + high) >>> 1;
            final LeaderTerm term = term(middle);
            if (number == term.number())
            {
                return term;
            }
            low = term.number() < number ? middle + 1 : low;
            high = term.number() < number ? high : middle - 1;
        }

        return null;
    }

    /**
     * How many heights of a range have a leader.
     *
     * @param fromBlock first of the range.
     * @param toBlock   after the last of the range.
     * @return count of heights that some term leads.
     */
    public long ledBlocks(final long fromBlock, final long toBlock)
    {
        long count = 0;
        for (final LeaderTerm term : terms)
        {
            if (term.firstBlock() >= toBlock)
            {
                break;
            }
            final long first = Math.max(term.firstBlock(), fromBlock);
            final long last = Math.min(term.lastBlock(), toBlock - 1);
            count += Math.max(0, last - first + 1);
        }

        return count;
    }
}
