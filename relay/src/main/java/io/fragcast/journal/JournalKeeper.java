package io.fragcast.journal;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.status.AtomicCounter;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Keeps a journal's index, and drops the files that are neither wanted nor needed. Needed is the file that is written
 * to, any with a height less than {@link #REPAIR_BLOCKS} below the newest, or not below a floor: the last block
 * that is final ({@link FinalityFloor}).
 * <p>
 * Used by the journal's thread, which also closes it. A file goes while others may be reading it: their mappings hold
 * it until they let go.
 */
public final class JournalKeeper implements AutoCloseable
{
    /** What one request of repair may span. */
    public static final int REPAIR_BLOCKS = 64;

    /** No block is needed for this floor's sake. */
    public static final long NO_FLOOR = -1;

    private final JournalNotes notes;
    private final JournalIndex index;
    private final Retention retention;
    private final LongSupplier floor;
    private final EpochNanoClock clock;
    private final AtomicCounter filesCounter;
    private final AtomicCounter bytesCounter;
    private final AtomicCounter droppedCounter;
    private final AtomicCounter lackingCounter;
    private Consumer<long[]> lackingConsumer = (heights) -> {};
    private long[] lackingBefore = new long[0];
    private long[] toldLacking = new long[0];
    private long deadlineNs;
    private boolean isStarted;

    /**
     * A keeper.
     *
     * @param notes     of the journal; closed with it.
     * @param index     of the journal.
     * @param retention what is kept.
     * @param floor     lowest height that somebody needs; {@link #NO_FLOOR}: nobody does. Asked by this thread.
     * @param clock     for the age of files.
     * @param counters  of the node.
     */
    public JournalKeeper(
        final JournalNotes notes,
        final JournalIndex index,
        final Retention retention,
        final LongSupplier floor,
        final EpochNanoClock clock,
        final Counters counters)
    {
        this.notes = notes;
        this.index = index;
        this.retention = retention;
        this.floor = floor;
        this.clock = clock;
        filesCounter = counters.get(FragcastCounter.JOURNAL_FILES);
        bytesCounter = counters.get(FragcastCounter.JOURNAL_DISK_BYTES);
        droppedCounter = counters.get(FragcastCounter.JOURNAL_FILES_DROPPED);
        lackingCounter = counters.get(FragcastCounter.JOURNAL_HEIGHTS_LACKING);
    }

    /**
     * Who is told which heights lie in holes and are not whole again, when that changes. Called before anything else;
     * default: nobody.
     *
     * @param consumer told, on this thread, heights in ascending order; it may keep the array.
     */
    public void lackingTo(final Consumer<long[]> consumer)
    {
        lackingConsumer = consumer;
    }

    /**
     * A record was appended.
     *
     * @param recordIndex of it.
     * @param buffer      holding it.
     * @param offset      of its first byte.
     * @param length      in bytes.
     */
    public void onAppended(final long recordIndex, final DirectBuffer buffer, final int offset, final int length)
    {
        index.onAppended(recordIndex, buffer, offset, length);
    }

    /**
     * Once a second: notes what is new, drops what may go.
     *
     * @param nowNs monotonic nanoseconds.
     * @return files dropped.
     */
    public int doWork(final long nowNs)
    {
        if (isStarted && nowNs - deadlineNs < 0)
        {
            return 0;
        }
        isStarted = true;
        deadlineNs = nowNs + Retention.INTERVAL_NS;
        index.write();
        tellLacking();

        return dropFiles();
    }

    @Override
    public void close()
    {
        try
        {
            index.write();
        }
        finally
        {
            CloseHelper.close(notes);
        }
    }

    /** What memory fills is there again before the next look; the rest is told. */
    private void tellLacking()
    {
        final long[] now = index.holes().lacking();
        lackingCounter.setRelease(index.holes().lackingCount());
        final long[] before = lackingBefore;
        lackingBefore = now;
        final long[] lasting =
            Arrays.stream(now).filter((height) -> 0 <= Arrays.binarySearch(before, height)).toArray();
        if (!Arrays.equals(lasting, toldLacking))
        {
            toldLacking = lasting;
            lackingConsumer.accept(lasting);
        }
    }

    private int dropFiles()
    {
        final List<JournalIndex.Roll> rolls = index.rolls();
        long bytes = 0;
        for (int i = 0; i < rolls.size(); i++)
        {
            bytes += notes.bytesOf(rolls.get(i).number);
        }

        int dropped = 0;
        while (rolls.size() > 1 && isOverLimit(rolls, bytes) && !isNeeded(rolls))
        {
            final long number = rolls.get(0).number;
            final long fileBytes = notes.bytesOf(number);
            notes.delete(number);
            index.dropOldest();
            bytes -= fileBytes;
            dropped++;
            droppedCounter.incrementRelease();
        }
        filesCounter.setRelease(rolls.size());
        bytesCounter.setRelease(bytes);

        return dropped;
    }

    private boolean isOverLimit(final List<JournalIndex.Roll> rolls, final long bytes)
    {
        final JournalIndex.Roll oldest = rolls.get(0);
        final long ageMs = TimeUnit.NANOSECONDS.toMillis(clock.nanoTime() - oldest.lastTimeNs);

        return 0 != retention.keepBlocks() && isBelowNewest(rolls, retention.keepBlocks()) ||
            0 != retention.keepBytes() && bytes > retention.keepBytes() ||
            0 != retention.keepAgeMs() && ageMs > retention.keepAgeMs();
    }

    private boolean isNeeded(final List<JournalIndex.Roll> rolls)
    {
        final JournalIndex.Roll oldest = rolls.get(0);
        final long lowestNeeded = floor.getAsLong();

        return oldest.hasBlocks &&
            (!isBelowNewest(rolls, REPAIR_BLOCKS) ||
            NO_FLOOR != lowestNeeded && Long.compareUnsigned(oldest.highestBlock, lowestNeeded) >= 0);
    }

    /** Are all heights of the oldest file at least so many below the newest height of all? */
    private static boolean isBelowNewest(final List<JournalIndex.Roll> rolls, final long blocks)
    {
        final JournalIndex.Roll oldest = rolls.get(0);
        long newest = oldest.highestBlock;
        boolean isKnown = false;
        for (int i = 1; i < rolls.size(); i++)
        {
            final JournalIndex.Roll roll = rolls.get(i);
            if (roll.hasBlocks && (!isKnown || Long.compareUnsigned(roll.highestBlock, newest) > 0))
            {
                newest = roll.highestBlock;
                isKnown = true;
            }
        }

        return isKnown && oldest.hasBlocks && Long.compareUnsigned(newest, oldest.highestBlock) > 0 &&
            Long.compareUnsigned(newest - oldest.highestBlock, blocks) >= 0;
    }
}
