package io.fragcast.journal;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.repair.FrameArchive;
import io.fragcast.protocol.repair.FrameName;
import io.fragcast.protocol.repair.RecentFrames;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.status.AtomicCounter;

/**
 * Fills holes of the journal from the memory that repair is served from, which went on while the disk stood still or
 * was full: the frames of the heights between the first frame that was lost and the first that was journaled again are
 * journaled once more, as repaired. What is there already is there twice then, which no reader minds.
 * <pre>
 *   journal   | 7 7 8 | HOLE from 8 | 11 11 ... | 8 8 9 9 9 10 11, lane 2 | 12 ...
 * </pre>
 * What memory does not reach back to stays a hole. Used by the thread that follows the journal and owns the memory.
 */
public final class HoleFiller
{
    /** Holes that wait at once; while the disk stands still there is one. */
    private static final int MAX_HOLES = 16;
    /** Frames looked at in a turn: some 100 us. */
    private static final int FRAME_LIMIT = 64;
    /** Code of the repair lane in a record. */
    private static final int REPAIR_LANE = 2;
    /** What the ring adds to a record, at most. */
    private static final int RING_SLACK = 64;

    private final RecentFrames memory;
    private final JournalRing ring;
    private final EpochNanoClock clock;
    private final FrameArchive.Consumer consumer = this::onFrame;
    private final AtomicCounter filledCounter;
    private final AtomicCounter overflowCounter;
    private final long[] fromBlocks = new long[MAX_HOLES];
    private final long[] toBlocks = new long[MAX_HOLES];
    private int holes;
    private int endless;
    private long position;

    /**
     * A filler.
     *
     * @param memory   of what was accepted.
     * @param ring     to the journal, its own.
     * @param clock    for the time of the records.
     * @param counters of the node.
     */
    public HoleFiller(
        final RecentFrames memory, final JournalRing ring, final EpochNanoClock clock, final Counters counters)
    {
        this.memory = memory;
        this.ring = ring;
        this.clock = clock;
        filledCounter = counters.get(FragcastCounter.JOURNAL_FRAMES_FILLED);
        overflowCounter = counters.get(FragcastCounter.JOURNAL_HOLES_LEFT);
    }

    /**
     * The journal has a hole.
     *
     * @param blockNumber of the first frame lost.
     */
    public void onHole(final long blockNumber)
    {
        if (MAX_HOLES == holes)
        {
            overflowCounter.incrementRelease();
            return;
        }
        fromBlocks[holes] = blockNumber;
        toBlocks[holes] = blockNumber;
        holes++;
    }

    /**
     * A frame stands in the journal: the holes before it end with its height.
     *
     * @param blockNumber of the frame.
     */
    public void onJournaled(final long blockNumber)
    {
        while (endless < holes)
        {
            if (Long.compareUnsigned(blockNumber, fromBlocks[endless]) > 0)
            {
                toBlocks[endless] = blockNumber;
            }
            endless++;
        }
    }

    /**
     * Fills a little of the oldest hole whose end is known.
     *
     * @return 1 if there was one.
     */
    public int doWork()
    {
        if (0 == endless)
        {
            return 0;
        }

        position = memory.read(position, fromBlocks[0], toBlocks[0], FRAME_LIMIT, consumer);
        if (RecentFrames.NOT_FOUND == position)
        {
            position = 0;
            holes--;
            endless--;
            System.arraycopy(fromBlocks, 1, fromBlocks, 0, holes);
            System.arraycopy(toBlocks, 1, toBlocks, 0, holes);
        }

        return 1;
    }

    /** Holes that are not filled yet. */
    int holeCount()
    {
        return holes;
    }

    private boolean onFrame(final FrameName name, final DirectBuffer buffer, final int offset, final int length)
    {
        // Twice, for a record that does not fit before the ring's end begins at its start.
        final int needed = 2 * (JournalRing.RECORD_OVERHEAD + length + RING_SLACK);
        if (ring.buffer().capacity() - ring.buffer().size() < needed)
        {
            return false;
        }
        ring.onAccepted(buffer, offset, length, 0, REPAIR_LANE, clock.nanoTime());
        filledCounter.incrementRelease();

        return true;
    }
}
