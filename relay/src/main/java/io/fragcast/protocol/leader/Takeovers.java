package io.fragcast.protocol.leader;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * Terms that begin before the schedule says so, for the leaders before them are gone. A takeover that the schedule's
 * authority signed holds at once. One that the term's own leader signed holds where that is true: here nothing of the
 * run was heard for so many cadences as the schedule says, times the turns that the term is ahead, less one cadence,
 * for silence reaches each node at another time. Whoever is taken over gives way at once: it cannot know that others
 * do not hear it. What the successor itself says, of blocks that are its own by then, breaks no silence.
 * <pre>
 *   statement, signed ──▶ waits ── silence, authority, or it is about us ──▶ holds: the term begins there
 *   silence of the run, and ours is one of the next two turns ──▶ a statement of our own
 * </pre>
 * What holds is remembered before it does, so that whoever dies after it knows it again, and tells it again: else a
 * leader that took over and died before anybody heard it would come back as one that never did, with blocks that
 * nobody takes. Pure; used by the thread of the peers. Allocates, once a takeover.
 */
public final class Takeovers
{
    /** A frag's time, by which silence is counted. */
    public static final long CADENCE_NS = 200_000_000L;
    /** Takeovers that hold or wait; the oldest is forgotten, its blocks are long over. */
    static final int MAX_TAKEOVERS = 16;

    /** One of them. */
    private record Takeover(int term, long firstBlock, boolean isAtOnce, byte[] statement)
    {
    }

    private final byte @Nullable [] ownKey;
    private final RunPulse pulse;
    private final TakeoverMemory memory;
    private final Consumer<Schedule> consumer;
    private final List<Takeover> waiting = new ArrayList<>();
    private final List<Takeover> holding = new ArrayList<>();
    private Schedule base;
    private Schedule current;
    private long lookedNs;
    private boolean hasLooked;

    /**
     * Of a schedule.
     *
     * @param schedule as its author has it.
     * @param ownKey   relay key of this node, 65 bytes; null: it never leads.
     * @param pulse    of the run.
     * @param memory   of this node's earlier lives, which does not forget what holds in this one.
     * @param consumer told of each schedule that holds from now on.
     */
    public Takeovers(
        final Schedule schedule,
        final byte @Nullable [] ownKey,
        final RunPulse pulse,
        final TakeoverMemory memory,
        final Consumer<Schedule> consumer)
    {
        base = schedule;
        current = schedule;
        this.ownKey = ownKey;
        this.pulse = pulse;
        this.memory = memory;
        this.consumer = consumer;
    }

    /**
     * The schedule was replaced: what was taken over stays so.
     *
     * @param schedule as its author has it.
     */
    public void onSchedule(final Schedule schedule)
    {
        base = schedule;
        current = schedule;
        for (final Takeover each : holding)
        {
            current = current.takenOver(each.term, each.firstBlock);
        }
        if (current != schedule)
        {
            consumer.accept(current);
        }
    }

    /**
     * The schedule that holds.
     *
     * @return the author's, with what was taken over.
     */
    public Schedule current()
    {
        return current;
    }

    /**
     * Would a takeover say anything new?
     *
     * @param term       that begins early.
     * @param firstBlock where.
     * @return false if the term begins there or before already, or the same waits.
     */
    public boolean isNew(final int term, final long firstBlock)
    {
        final LeaderTerm successor = current.termNumbered(term);

        return null != successor && firstBlock < successor.firstBlock() && firstBlock > 0 &&
            waiting.stream().noneMatch((each) -> each.term == term && each.firstBlock <= firstBlock);
    }

    /**
     * What held in this node's earlier lives, as it was signed.
     *
     * @return the statements, the oldest first.
     */
    public List<byte[]> remembered()
    {
        return memory.statements();
    }

    /**
     * A signed takeover came.
     *
     * @param term       that begins early.
     * @param firstBlock where.
     * @param isAtOnce   the schedule's authority signed, or it held here before; else the term's leader says so.
     * @param statement  whole, as it was signed; not changed any more.
     * @param nowNs      monotonic nanoseconds.
     */
    public void onTakeover(
        final int term, final long firstBlock, final boolean isAtOnce, final byte[] statement, final long nowNs)
    {
        if (MAX_TAKEOVERS == waiting.size())
        {
            waiting.remove(0);
        }
        waiting.add(new Takeover(term, firstBlock, isAtOnce || isAboutUs(firstBlock), statement));
        doWork(nowNs);
    }

    /**
     * Lets what waits hold, where it is due.
     *
     * @param nowNs monotonic nanoseconds.
     * @return takeovers that hold now.
     */
    public int doWork(final long nowNs)
    {
        int count = 0;
        for (int i = 0; i < waiting.size(); i++)
        {
            final Takeover each = waiting.get(i);
            if (each.isAtOnce || isSilent(each, nowNs))
            {
                waiting.remove(i--);
                hold(each);
                count++;
            }
        }

        return count;
    }

    /**
     * Must this node take over?
     *
     * @param nowNs monotonic nanoseconds.
     * @return number of the term of its own that is to begin at the run's block; 0: none.
     */
    public int dueTerm(final long nowNs)
    {
        final boolean hasPaused = !hasLooked || nowNs - lookedNs > RunPulse.MAX_PAUSE_NS;
        hasLooked = true;
        lookedNs = nowNs;
        final long block = pulse.nextBlock();
        final byte[] key = ownKey;
        if (hasPaused || null == key || 0 == base.autoTakeover() || Leadership.NULL_BLOCK == block)
        {
            return 0;
        }
        final int turns = turnsTo(block, key);
        if (turns <= 0 || turns > LeaderLookahead.LEADERS_AHEAD ||
            pulse.silenceNs(nowNs) < turns * base.autoTakeover() * CADENCE_NS)
        {
            return 0;
        }
        final LeaderTerm own = nextTermOf(block, key);

        return null != own && isNew(own.number(), block) ? own.number() : 0;
    }

    private boolean isSilent(final Takeover takeover, final long nowNs)
    {
        final LeaderTerm successor = current.termNumbered(takeover.term);
        if (null == successor || 0 == base.autoTakeover())
        {
            return false;
        }
        final int turns = Math.max(1, turnsTo(takeover.firstBlock, successor.publicKey()));

        return pulse.silenceBeforeNs(takeover.term, nowNs) >= (turns * base.autoTakeover() - 1) * CADENCE_NS;
    }

    private boolean isAboutUs(final long firstBlock)
    {
        final LeaderTerm term = current.termOfBlock(firstBlock);

        return null != ownKey && null != term && Arrays.equals(ownKey, term.publicKey());
    }

    private void hold(final Takeover takeover)
    {
        if (MAX_TAKEOVERS == holding.size())
        {
            holding.remove(0);
        }
        holding.add(takeover);
        // First of all: what is done under it must not outlive it.
        memory.add(takeover.statement);
        final Schedule changed = current.takenOver(takeover.term, takeover.firstBlock);
        if (changed != current)
        {
            current = changed;
            consumer.accept(changed);
        }
    }

    /** How many turns the key is ahead of the leader of a block; 0: it leads, -1: it never does. */
    private int turnsTo(final long block, final byte[] key)
    {
        int turns = -1;
        byte[] turn = {};
        for (int i = current.indexEndingAtOrAfter(block); i < current.termCount(); i++)
        {
            final LeaderTerm term = current.term(i);
            if (!Arrays.equals(turn, term.publicKey()))
            {
                turn = term.publicKey();
                turns++;
            }
            if (Arrays.equals(key, term.publicKey()))
            {
                return term.leads(block) ? 0 : Math.max(1, turns);
            }
        }

        return -1;
    }

    private @Nullable LeaderTerm nextTermOf(final long block, final byte[] key)
    {
        for (int i = current.indexEndingAtOrAfter(block); i < current.termCount(); i++)
        {
            final LeaderTerm term = current.term(i);
            if (term.firstBlock() > block && Arrays.equals(key, term.publicKey()))
            {
                return term;
            }
        }

        return null;
    }
}
