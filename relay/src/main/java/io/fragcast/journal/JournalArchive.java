package io.fragcast.journal;

import io.fragcast.codecs.JournalKind;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.repair.FrameArchive;
import io.fragcast.protocol.repair.FrameName;
import io.fragcast.wire.FrameNames;
import io.fragcast.wire.FrameView;
import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.status.AtomicCounter;
import org.jspecify.annotations.Nullable;

import java.util.Arrays;

import static java.util.Objects.requireNonNull;

/**
 * A journal as the archive of repair: follows it, from where the notes beside its files end, in small steps and keeps,
 * for each height, where its first and its last frame are; what lies between is read again when it is asked for.
 * <pre>
 *   journal   | 7 7 7 | 7 8 7 7 8 8 8 9 8 ...          by height; a height is read from its first to its last record
 *   index       7: first, last    8: first, last       slot = height mod capacity
 * </pre>
 * A node that restarts can answer for a height as soon as the follower has come past it. Two heights of one slot: the
 * one that was journaled later stays, the other is counted and is no longer answered for.
 * <p>
 * Owns its two readers. Used by one thread; allocates nothing itself.
 */
public final class JournalArchive implements FrameArchive, AutoCloseable
{
    /** 2^16 heights: a day and a half of blocks every 2 s, in 1.5 MiB. */
    public static final int DEFAULT_CAPACITY = 1 << 16;

    /** Lane of records that came with whole heights (schema, JournalRecord). */
    private static final int BULK_LANE = 3;
    private static final long NONE = -1;

    private final JournalReader follower;
    private final JournalReader reader;
    private final RecordConsumer followed = this::onFollowed;
    private final RecordConsumer wanted = this::onWanted;
    private final RecordView record = new RecordView();
    private final FrameNames names = new FrameNames();
    private final FrameName name = new FrameName();
    private final FrameView lost = new FrameView();
    private final AtomicCounter evicted;
    private final long[] blockNumbers;
    private final long[] firstIndices;
    private final long[] lastIndices;
    private final int mask;
    private long followIndex = Journal.START;
    private long oldestBlock = NO_BLOCK;
    private long newestBlock = NO_BLOCK;
    private boolean isOldestKnown = true;
    private long wantedBlock;
    private long wantedLastIndex;
    private boolean isPushedBack;
    private @Nullable Consumer consumer;
    private @Nullable HoleFiller filler;

    /**
     * An archive over a journal; both readers are closed by it.
     *
     * @param follower reads on and on.
     * @param reader   reads what is asked for.
     * @param capacity heights, a power of two.
     * @param counters of the node.
     */
    public JournalArchive(
        final JournalReader follower, final JournalReader reader, final int capacity, final Counters counters)
    {
        if (!BitUtil.isPowerOfTwo(capacity))
        {
            throw new IllegalArgumentException("archive of " + capacity + " heights: a power of two");
        }

        this.follower = follower;
        this.reader = reader;
        evicted = counters.get(FragcastCounter.REPAIR_ARCHIVE_EVICTED);
        blockNumbers = new long[capacity];
        firstIndices = new long[capacity];
        lastIndices = new long[capacity];
        Arrays.fill(firstIndices, NONE);
        mask = capacity - 1;
    }

    /**
     * Who is told of holes, and of what ends them. Called before anything else.
     *
     * @param holeFiller told of them as they are followed.
     */
    public void holes(final HoleFiller holeFiller)
    {
        filler = holeFiller;
    }

    /**
     * Takes over what the notes beside the journal's files tell, and follows from there. Called before anything else.
     *
     * @param notes of the journal; left open.
     */
    public void follow(final JournalNotes notes)
    {
        followIndex = JournalIndex.read(notes, this::onHeight);
    }

    /**
     * Takes up what was journaled since.
     *
     * @param recordLimit at most so many records.
     * @return 1 if there was something; 0 at the end of the journal.
     */
    public int follow(final int recordLimit)
    {
        final long before = followIndex;
        followIndex = follower.read(before, recordLimit, followed);

        return before == followIndex ? 0 : 1;
    }

    @Override
    public boolean has(final long blockNumber)
    {
        final int slot = (int)blockNumber & mask;

        return NONE != firstIndices[slot] && blockNumber == blockNumbers[slot];
    }

    @Override
    public long oldestBlock()
    {
        if (!isOldestKnown)
        {
            isOldestKnown = true;
            oldestBlock = NO_BLOCK;
            for (int i = 0; i <= mask; i++)
            {
                if (NONE != firstIndices[i])
                {
                    lowerOldest(blockNumbers[i]);
                }
            }
        }

        return oldestBlock;
    }

    @Override
    public long newestBlock()
    {
        return newestBlock;
    }

    @Override
    public long read(final long blockNumber, final long position, final int recordLimit, final Consumer consumer)
    {
        if (!has(blockNumber))
        {
            return END;
        }

        final int slot = (int)blockNumber & mask;
        final long fromIndex = START == position ? firstIndices[slot] : position;
        this.consumer = consumer;
        wantedBlock = blockNumber;
        wantedLastIndex = lastIndices[slot];
        isPushedBack = false;
        final long nextIndex = reader.read(fromIndex, recordLimit, wanted);
        if (nextIndex == fromIndex && !isPushedBack)
        {
            // What was indexed is gone with its file.
            remove(slot);
            return END;
        }

        return nextIndex > wantedLastIndex ? END : nextIndex;
    }

    @Override
    public void close()
    {
        try (follower; reader)
        {
            Arrays.fill(firstIndices, NONE);
        }
    }

    private boolean onFollowed(final long index, final DirectBuffer buffer, final int offset, final int length)
    {
        if (isFrame(buffer, offset, length))
        {
            onHeight(name.blockNumber, index, index);
            if (null != filler)
            {
                filler.onJournaled(name.blockNumber);
            }
        }
        else if (null != filler && JournalKind.HOLE == record.kind() &&
            lost.tryWrap(buffer, record.frameOffset(), record.frameLength()))
        {
            filler.onHole(lost.blockNumber());
        }

        return true;
    }

    private void onHeight(final long blockNumber, final long firstIndex, final long lastIndex)
    {
        final int slot = (int)blockNumber & mask;
        if (!has(blockNumber))
        {
            if (NONE != firstIndices[slot])
            {
                remove(slot);
                evicted.incrementRelease();
            }
            blockNumbers[slot] = blockNumber;
            firstIndices[slot] = firstIndex;
            lowerOldest(blockNumber);
        }
        lastIndices[slot] = lastIndex;
        if (NO_BLOCK == newestBlock || Long.compareUnsigned(blockNumber, newestBlock) > 0)
        {
            newestBlock = blockNumber;
        }
    }

    private boolean onWanted(final long index, final DirectBuffer buffer, final int offset, final int length)
    {
        if (index > wantedLastIndex)
        {
            return false;
        }
        if (isFrame(buffer, offset, length) && wantedBlock == name.blockNumber)
        {
            name.isVouchedFor = BULK_LANE == record.lane() && !name.isSeal;
            isPushedBack =
                !requireNonNull(consumer).onFrame(name, buffer, record.frameOffset(), record.frameLength());
        }

        return !isPushedBack;
    }

    private boolean isFrame(final DirectBuffer buffer, final int offset, final int length)
    {
        return record.tryWrap(buffer, offset, length) &&
            JournalKind.FRAME == record.kind() &&
            names.tryName(buffer, record.frameOffset(), record.frameLength(), name);
    }

    private void remove(final int slot)
    {
        firstIndices[slot] = NONE;
        isOldestKnown &= blockNumbers[slot] != oldestBlock;
    }

    private void lowerOldest(final long blockNumber)
    {
        if (NO_BLOCK == oldestBlock || Long.compareUnsigned(blockNumber, oldestBlock) < 0)
        {
            oldestBlock = blockNumber;
        }
    }
}
