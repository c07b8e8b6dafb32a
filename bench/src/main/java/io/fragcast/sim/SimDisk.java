package io.fragcast.sim;

import io.fragcast.protocol.block.LeaderMemory;
import io.fragcast.protocol.leader.TakeoverMemory;
import io.fragcast.sim.checker.SimFailure;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The disk of one node: outlives its processes. The operating system writes what was appended some time later, so a
 * power cut loses a tail, and what was being appended when the process died is there in part.
 */
public final class SimDisk
{
    /** The consumer has taken no block yet. */
    static final long NOTHING = -1;
    /** Any figure above the guard's reserve. */
    private static final long ROOM_BYTES = 1L << 40;

    private final EventQueue events;
    private final SimRandom random;
    private final List<byte[]> records = new ArrayList<>();
    private final UnsafeBuffer mappedFile = new UnsafeBuffer(new byte[LeaderMemory.LENGTH]);
    private final UnsafeBuffer takeoverFile = new UnsafeBuffer(new byte[TakeoverMemory.LENGTH]);
    private long consumedBlock = NOTHING;
    private long syncedBlock = NOTHING;
    private int syncedCount;
    private boolean isTailTorn;
    private boolean isFull;
    private long stalledUntilNs;

    /**
     * An empty disk.
     *
     * @param events of the run.
     * @param random that decides what a crash leaves.
     */
    public SimDisk(final EventQueue events, final SimRandom random)
    {
        this.events = events;
        this.random = random;
    }

    long append(final DirectBuffer buffer, final int offset, final int length)
    {
        if (isFull)
        {
            throw new SimFailure("an append to a full disk: in production SIGBUS ends the process");
        }
        final byte[] record = new byte[length];
        buffer.getBytes(offset, record);
        records.add(record);

        return records.size();
    }

    /**
     * The file in which a leader remembers what it said. It survives a power cut here, though nothing forces it to
     * the disk: a leader with an older memory signs a second Abort or Seal, which the design does not cover.
     */
    UnsafeBuffer mappedFile()
    {
        return mappedFile;
    }

    /** The file of the takeovers that hold: forced to the disk each time. */
    UnsafeBuffer takeoverFile()
    {
        return takeoverFile;
    }

    /** The file in which the consumer of a replica keeps how far it is. */
    void onConsumed(final long blockNumber)
    {
        consumedBlock = blockNumber;
    }

    /** The last block that the consumer had whole. */
    long consumedBlock()
    {
        return consumedBlock;
    }

    int recordCount()
    {
        return records.size();
    }

    byte[] record(final int position)
    {
        return records.get(position);
    }

    /** The operating system has written everything. */
    void sync()
    {
        syncedCount = records.size();
        syncedBlock = consumedBlock;
    }

    /** The process died: the record that it was appending, if any, is there in part. */
    void onCrash()
    {
        if (!records.isEmpty() && random.isHit(0.5))
        {
            final byte[] torn = records.get(records.size() - 1);
            records.add(Arrays.copyOf(torn, random.between(0, torn.length - 1)));
            isTailTorn = true;
        }
        syncedCount = Math.min(syncedCount, records.size());
    }

    /** The machine lost its power: everything that was not yet written is gone, the first of it in part. */
    void onPowerCut()
    {
        consumedBlock = syncedBlock;
        final int kept = random.between(syncedCount, records.size());
        if (kept < records.size())
        {
            final byte[] torn = records.get(kept);
            records.subList(kept, records.size()).clear();
            records.add(Arrays.copyOf(torn, random.between(0, torn.length - 1)));
            isTailTorn = true;
        }
    }

    void cutTornTail()
    {
        if (isTailTorn)
        {
            records.remove(records.size() - 1);
            isTailTorn = false;
        }
        sync();
    }

    void full(final boolean isFull)
    {
        this.isFull = isFull;
    }

    void stall(final long untilNs)
    {
        stalledUntilNs = untilNs;
    }

    boolean isStalled()
    {
        return events.nowNs() < stalledUntilNs;
    }

    long usableBytes()
    {
        return isFull ? 0 : ROOM_BYTES;
    }
}
