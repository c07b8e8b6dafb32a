package io.fragcast.journal;

import io.fragcast.codecs.SignalKind;
import io.fragcast.protocol.repair.FrameName;
import io.fragcast.protocol.repair.FramePart;
import org.agrona.collections.LongHashSet;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.LongConsumer;

/**
 * Which heights of a journal's holes are not whole again: those of which no attempt stands behind the hole from its Env
 * to its Seal. A hole is from the height of the first frame that was lost to that of the first that was journaled
 * again; or, where the run went on unheard, from behind the last block that was over to before the next that opens.
 * <pre>
 *   | 7 7 8 | HOLE from 8 | 11 11 ... | 8 8 9 9 9 10 11, lane 2 | 12 ...
 *                heights 8 to 11        whole again
 *
 *   | 7 7, VERIFIED 7 | STARTED | 10, ENV_OPENED 10 | 8 8 9 9, lane 2 | 10 ...
 *                        heights 8 and 9              whole again
 * </pre>
 * Used by one thread; allocates while there are such heights.
 */
public final class OpenHoles
{
    /** Two hours of blocks every 2 s; of a longer hole the upper heights are counted alone. */
    public static final int MAX_HEIGHTS = 4_096;
    /** Frames of a frag, pages and chunks apart. */
    private static final int PIECE_SHIFT = 33;

    private final TreeSet<Long> endless = new TreeSet<>();
    private final TreeSet<Long> heights = new TreeSet<>();
    private final Map<Attempt, Whole> attempts = new HashMap<>();
    private long wholeCount;
    private long uncounted;
    private boolean isAnyOver;
    private long overBlock;
    /** Since the last block that was over, heights may have passed by. */
    private boolean isUnheard;

    private record Attempt(long blockNumber, long incarnation, int leaderTerm)
    {
    }

    /** What of an attempt is there. */
    private static final class Whole
    {
        private boolean isEnvThere;
        private int frags = -1;
        private long pieces;
        private final LongHashSet fragsThere = new LongHashSet();
        private final LongHashSet piecesThere = new LongHashSet();

        private boolean isWhole()
        {
            return isEnvThere && frags == fragsThere.size() && pieces == piecesThere.size();
        }
    }

    /** No holes. */
    public OpenHoles()
    {
    }

    /**
     * Frames are lost.
     *
     * @param blockNumber height of the first.
     */
    public void onHole(final long blockNumber)
    {
        endless.add(blockNumber);
    }

    /**
     * Something happened to a block: says where the run passed by unheard, while no process ran, or none that was
     * reached.
     *
     * @param signal that was journaled.
     */
    public void onSignal(final SignalView signal)
    {
        final SignalKind kind = signal.kind();
        if (SignalKind.STARTED == kind || SignalKind.MISSED == kind)
        {
            isUnheard = true;
        }
        else if (SignalKind.ENV_OPENED == kind)
        {
            onOpened(signal.blockNumber());
        }
        else if (SignalKind.VERIFIED == kind || SignalKind.MISMATCHED == kind)
        {
            onOver(signal.blockNumber());
        }
    }

    /**
     * A block was over, as this process saw it or an earlier one.
     *
     * @param blockNumber height.
     */
    public void onOver(final long blockNumber)
    {
        isAnyOver = true;
        overBlock = blockNumber;
    }

    /**
     * A frame stands in the journal.
     *
     * @param name of it.
     */
    public void onFrame(final FrameName name)
    {
        while (!endless.isEmpty())
        {
            onEnd(endless.pollFirst(), name.blockNumber);
        }
        if (!heights.isEmpty() && heights.contains(name.blockNumber))
        {
            take(name);
        }
    }

    /**
     * An earlier life of the node had this height in a hole.
     *
     * @param blockNumber height.
     */
    public void onLacking(final long blockNumber)
    {
        heights.add(blockNumber);
    }

    /**
     * What is below a height is of no interest any more.
     *
     * @param blockNumber the height.
     */
    public void forgetBelow(final long blockNumber)
    {
        while (!heights.isEmpty() && Long.compareUnsigned(heights.first(), blockNumber) < 0)
        {
            forget(heights.first());
        }
    }

    /** All that was told is forgotten. */
    public void clear()
    {
        endless.clear();
        heights.clear();
        attempts.clear();
        wholeCount = 0;
        uncounted = 0;
        isAnyOver = false;
        isUnheard = false;
    }

    /**
     * Heights that lie, or lay, in holes.
     *
     * @return how many.
     */
    public long count()
    {
        return wholeCount + lackingCount();
    }

    /**
     * Those of them that are not whole.
     *
     * @return how many.
     */
    public long lackingCount()
    {
        return heights.size() + uncounted;
    }

    /**
     * The lowest of those that are not whole.
     *
     * @return heights, ascending, {@link #MAX_HEIGHTS} at most.
     */
    public long[] lacking()
    {
        return heights.stream().mapToLong((height) -> height).toArray();
    }

    /** Where holes begin that no frame has ended yet. */
    void endless(final LongConsumer consumer)
    {
        endless.forEach(consumer::accept);
    }

    /** The run that went back, or goes on where it was, passed nothing by. */
    private void onOpened(final long blockNumber)
    {
        if (isUnheard && isAnyOver && Long.compareUnsigned(blockNumber, overBlock + 1) > 0)
        {
            add(overBlock + 1, blockNumber - 1);
        }
        isUnheard = false;
    }

    /** A height below the hole's is of a run that went back. */
    private void onEnd(final long from, final long to)
    {
        add(from, Long.compareUnsigned(to, from) > 0 ? to : from);
    }

    private void add(final long from, final long last)
    {
        final long room = (long)MAX_HEIGHTS - heights.size();
        final long count = last - from + 1;
        for (long i = 0; i < Math.min(room, count); i++)
        {
            heights.add(from + i);
        }
        uncounted += Math.max(0, count - room);
    }

    private void take(final FrameName name)
    {
        final Attempt attempt = new Attempt(name.blockNumber, name.incarnation, name.leaderTerm);
        final Whole whole = attempts.computeIfAbsent(attempt, (key) -> new Whole());
        whole.isEnvThere |= FramePart.ENV == name.part;
        if (FramePart.FRAG == name.part && whole.fragsThere.add(name.seq))
        {
            whole.pieces += (long)name.pageCount + name.chunkCount;
        }
        else if (FramePart.PAGE == name.part || FramePart.CHUNK == name.part)
        {
            final long page = FramePart.PAGE == name.part ? 1L << PIECE_SHIFT - 1 : 0;
            whole.piecesThere.add((long)name.seq << PIECE_SHIFT | page | name.index);
        }
        else if (FramePart.END == name.part && name.isSeal)
        {
            whole.frags = name.fragCount;
        }
        if (whole.isWhole())
        {
            wholeCount++;
            forget(name.blockNumber);
        }
    }

    private void forget(final long blockNumber)
    {
        heights.remove(blockNumber);
        attempts.keySet().removeIf((attempt) -> attempt.blockNumber == blockNumber);
    }
}
