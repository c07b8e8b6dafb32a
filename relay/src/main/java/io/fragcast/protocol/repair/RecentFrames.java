package io.fragcast.protocol.repair;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.status.AtomicCounter;

/**
 * The frames accepted last, by name: an off-heap log that overwrites its oldest, and an index over it.
 * <pre>
 *              head                          tail          positions only grow; offset = position and (length - 1)
 *    ... free  [name|frame][name|frame] ...  free ...
 *                  ^   ^
 *    index  [ ][ ][x][ ][x][ ]...                          open addressing, linear probing, at most half full
 *    {@link RecentAttempts}                                what follows from what came: counts, what may be lacking
 * </pre>
 * A record leaves the index before it is overwritten. What is not found at a height that is not whole here the archive
 * may have; what is not found at a whole one was never accepted.
 * <p>
 * Full: log, index, or table of attempts: the oldest frames go, counted. Used by one thread; allocates nothing after
 * construction. Positions hold until the next frame is stored.
 */
public final class RecentFrames
{
    /** 64 heights, the window of a node, at about 1 MiB each. */
    public static final int DEFAULT_LENGTH = 64 << 20;

    /** Some blocks of a demo; takes a frame of the largest datagram 16 times. */
    public static final int MIN_LENGTH = 1 << 20;

    /** A log of which one frame takes more is of no use. */
    private static final int MAX_FRAME_FRACTION = 8;

    /** Nothing is known by that name. */
    public static final long NOT_FOUND = -1;

    /** Half the length of the commonest frame, a full chunk at the default MTU, so that hardly ever the index fills. */
    private static final int LOG_BYTES_PER_ENTRY = 512;

    private static final int LENGTH_OFFSET = 0;
    private static final int HASH_OFFSET = 4;
    private static final int BLOCK_NUMBER_OFFSET = 8;
    private static final int INCARNATION_OFFSET = 16;
    private static final int LEADER_TERM_OFFSET = 24;
    private static final int SEQ_OFFSET = 28;
    private static final int INDEX_OFFSET = 32;
    private static final int PART_OFFSET = 36;
    private static final int ATTEMPT_OFFSET = 38;
    private static final int PAGE_COUNT_OFFSET = 40;
    private static final int CHUNK_COUNT_OFFSET = 44;
    private static final int RECORD_HEADER_LENGTH = 48;
    private static final int PADDING = -1;
    private static final FramePart[] PARTS = FramePart.values();
    private static final long GOLDEN_RATIO = 0x9E37_79B9_7F4A_7C15L;

    private final UnsafeBuffer log;
    private final int logMask;
    private final int maxFrameLength;
    private final long[] index;
    private final int indexMask;
    private final int maxEntries;
    private final AtomicCounter evicted;
    private final RecentAttempts attempts = new RecentAttempts();
    private final FrameName read = new FrameName();
    private long head;
    private long tail;
    private int entries;

    /**
     * A memory, empty, its pages touched.
     *
     * @param length   bytes of the log, a power of two of at least {@link #MIN_LENGTH}.
     * @param counters of the node.
     */
    public RecentFrames(final int length, final Counters counters)
    {
        if (length < MIN_LENGTH || !BitUtil.isPowerOfTwo(length))
        {
            throw new IllegalArgumentException(
                "repair memory " + length + ": a power of two of at least " + MIN_LENGTH);
        }

        log = new UnsafeBuffer(BufferUtil.allocateDirectAligned(length, BitUtil.CACHE_LINE_LENGTH));
        logMask = length - 1;
        maxFrameLength = length / MAX_FRAME_FRACTION;
        index = new long[2 * length / LOG_BYTES_PER_ENTRY];
        indexMask = index.length - 1;
        maxEntries = index.length / 2;
        evicted = counters.get(FragcastCounter.REPAIR_MEMORY_EVICTED);
    }

    /**
     * Stores an accepted frame, unless it is here.
     *
     * @param name   of the frame.
     * @param buffer holding it.
     * @param offset of its first byte.
     * @param length in bytes.
     * @return false if a frame of that name is here already, or it is too long for the log.
     */
    public boolean onFrame(final FrameName name, final DirectBuffer buffer, final int offset, final int length)
    {
        if (length > maxFrameLength || NOT_FOUND != find(name))
        {
            return false;
        }

        final int recordLength = BitUtil.align(RECORD_HEADER_LENGTH + length, Long.BYTES);
        final int toEnd = log.capacity() - ((int)tail & logMask);
        final int padding = recordLength > toEnd ? toEnd : 0;
        while (tail + padding + recordLength - head > log.capacity() || maxEntries == entries)
        {
            evictOldest();
        }
        int attempt = attempts.begin(name);
        while (RecentAttempts.NO_ATTEMPT == attempt)
        {
            evictOldest();
            attempt = attempts.begin(name);
        }
        if (padding > 0)
        {
            log.putInt(((int)tail & logMask) + LENGTH_OFFSET, PADDING);
            tail += padding;
        }

        write(name, attempt, buffer, offset, length);
        insert(tail);
        tail += recordLength;
        attempts.onStored(name, attempt);

        return true;
    }

    /**
     * Frames were accepted that never came here: nothing that is open is whole any more.
     */
    public void onHole()
    {
        attempts.cutAll();
    }

    /**
     * Looks a frame up.
     *
     * @param part        of the attempt.
     * @param leaderTerm  of the attempt.
     * @param blockNumber of the attempt.
     * @param incarnation of the attempt.
     * @param seq         of the frag; 0 for ENV and END.
     * @param pieceIndex  of the page or chunk; else 0.
     * @return its position, or {@link #NOT_FOUND}.
     */
    public long find(
        final FramePart part,
        final int leaderTerm,
        final long blockNumber,
        final long incarnation,
        final int seq,
        final int pieceIndex)
    {
        final int hash = hash(part.ordinal(), leaderTerm, blockNumber, incarnation, seq, pieceIndex);
        for (int i = hash & indexMask; 0 != index[i]; i = i + 1 & indexMask)
        {
            final int record = (int)(index[i] - 1) & logMask;
            if (hash == log.getInt(record + HASH_OFFSET) &&
                blockNumber == log.getLong(record + BLOCK_NUMBER_OFFSET) &&
                incarnation == log.getLong(record + INCARNATION_OFFSET) &&
                leaderTerm == log.getInt(record + LEADER_TERM_OFFSET) &&
                seq == log.getInt(record + SEQ_OFFSET) &&
                pieceIndex == log.getInt(record + INDEX_OFFSET) &&
                part.ordinal() == log.getByte(record + PART_OFFSET))
            {
                return index[i] - 1;
            }
        }

        return NOT_FOUND;
    }

    /**
     * Looks a frame up.
     *
     * @param name of the frame.
     * @return its position, or {@link #NOT_FOUND}.
     */
    public long find(final FrameName name)
    {
        return find(
            name.part, name.leaderTerm, name.blockNumber, name.incarnation, name.seq, name.index);
    }

    /**
     * Where the frames are.
     *
     * @return the log.
     */
    public DirectBuffer buffer()
    {
        return log;
    }

    /**
     * First byte of a frame.
     *
     * @param position of the frame.
     * @return offset in {@link #buffer()}.
     */
    public int frameOffset(final long position)
    {
        return ((int)position & logMask) + RECORD_HEADER_LENGTH;
    }

    /**
     * Length of a frame.
     *
     * @param position of the frame.
     * @return bytes.
     */
    public int frameLength(final long position)
    {
        return log.getInt(((int)position & logMask) + LENGTH_OFFSET);
    }

    /**
     * Pages that go with the header of a frag.
     *
     * @param position of the header.
     * @return count.
     */
    public int pageCount(final long position)
    {
        return log.getInt(((int)position & logMask) + PAGE_COUNT_OFFSET);
    }

    /**
     * Chunks that go with the header of a frag.
     *
     * @param position of the header.
     * @return count; 0 where the body is inline.
     */
    public int chunkCount(final long position)
    {
        return log.getInt(((int)position & logMask) + CHUNK_COUNT_OFFSET);
    }

    /**
     * Is all here that was accepted at a height?
     *
     * @param blockNumber the height.
     * @return false if something may have been accepted that is not here.
     */
    public boolean isWhole(final long blockNumber)
    {
        return attempts.isWhole(blockNumber);
    }

    /**
     * Lowest height of which something is here.
     *
     * @return the height, or {@link FrameArchive#NO_BLOCK}.
     */
    public long oldestBlock()
    {
        return attempts.oldestBlock();
    }

    /**
     * What is known of the attempts.
     *
     * @return the attempts with a frame here.
     */
    RecentAttempts attempts()
    {
        return attempts;
    }

    /**
     * Hands over the frames of some heights, in the order in which they came, a few at a time.
     *
     * @param position    to go on from; 0 at first.
     * @param fromBlock   lowest height.
     * @param toBlock     highest height.
     * @param recordLimit at most so many frames are looked at.
     * @param consumer    takes them; where it does not, it is offered the frame again.
     * @return position to go on from, or {@link #NOT_FOUND} at the end.
     */
    public long read(
        final long position,
        final long fromBlock,
        final long toBlock,
        final int recordLimit,
        final FrameArchive.Consumer consumer)
    {
        long at = Math.max(position, head);
        for (int i = 0; i < recordLimit && at < tail; i++)
        {
            final int record = (int)at & logMask;
            final int frameLength = log.getInt(record + LENGTH_OFFSET);
            if (PADDING == frameLength)
            {
                at += log.capacity() - record;
                continue;
            }
            final long blockNumber = log.getLong(record + BLOCK_NUMBER_OFFSET);
            if (Long.compareUnsigned(blockNumber, fromBlock) >= 0 && Long.compareUnsigned(blockNumber, toBlock) <= 0)
            {
                nameOf(record);
                if (!consumer.onFrame(read, log, record + RECORD_HEADER_LENGTH, frameLength))
                {
                    return at;
                }
            }
            at += BitUtil.align(RECORD_HEADER_LENGTH + frameLength, Long.BYTES);
        }

        return at < tail ? at : NOT_FOUND;
    }

    /**
     * Frames that are here.
     *
     * @return count.
     */
    public int size()
    {
        return entries;
    }

    private void nameOf(final int record)
    {
        read.set(
            PARTS[log.getByte(record + PART_OFFSET)],
            log.getInt(record + LEADER_TERM_OFFSET),
            log.getLong(record + BLOCK_NUMBER_OFFSET),
            log.getLong(record + INCARNATION_OFFSET),
            log.getInt(record + SEQ_OFFSET),
            log.getInt(record + INDEX_OFFSET));
        read.pageCount = log.getInt(record + PAGE_COUNT_OFFSET);
        read.chunkCount = log.getInt(record + CHUNK_COUNT_OFFSET);
    }

    private void write(
        final FrameName name, final int attempt, final DirectBuffer buffer, final int offset, final int length)
    {
        final int record = (int)tail & logMask;
        log.putInt(record + LENGTH_OFFSET, length);
        log.putInt(record + HASH_OFFSET, hash(
            name.part.ordinal(), name.leaderTerm, name.blockNumber, name.incarnation, name.seq, name.index));
        log.putLong(record + BLOCK_NUMBER_OFFSET, name.blockNumber);
        log.putLong(record + INCARNATION_OFFSET, name.incarnation);
        log.putInt(record + LEADER_TERM_OFFSET, name.leaderTerm);
        log.putInt(record + SEQ_OFFSET, name.seq);
        log.putInt(record + INDEX_OFFSET, name.index);
        log.putByte(record + PART_OFFSET, (byte)name.part.ordinal());
        log.putShort(record + ATTEMPT_OFFSET, (short)attempt);
        log.putInt(record + PAGE_COUNT_OFFSET, name.pageCount);
        log.putInt(record + CHUNK_COUNT_OFFSET, name.chunkCount);
        log.putBytes(record + RECORD_HEADER_LENGTH, buffer, offset, length);
    }

    private void evictOldest()
    {
        assert head < tail : "nothing is left to evict, head " + head;

        final int record = (int)head & logMask;
        final int frameLength = log.getInt(record + LENGTH_OFFSET);
        if (PADDING == frameLength)
        {
            head += log.capacity() - record;
            return;
        }

        remove(head);
        head += BitUtil.align(RECORD_HEADER_LENGTH + frameLength, Long.BYTES);
        attempts.onEvicted(log.getShort(record + ATTEMPT_OFFSET));
        evicted.incrementRelease();
    }

    private void insert(final long position)
    {
        int i = hashAt(position) & indexMask;
        while (0 != index[i])
        {
            i = i + 1 & indexMask;
        }
        index[i] = position + 1;
        entries++;
    }

    /** Takes an entry out and closes the gap in its chain, so that no search ends too early. */
    private void remove(final long position)
    {
        int gap = hashAt(position) & indexMask;
        while (position + 1 != index[gap])
        {
            assert 0 != index[gap] : "position " + position + " is not in the index";
            gap = gap + 1 & indexMask;
        }

        for (int i = gap + 1 & indexMask; 0 != index[i]; i = i + 1 & indexMask)
        {
            final int home = hashAt(index[i] - 1) & indexMask;
            // Distance from home to where it stands, against that to the gap: may it move there?
            if ((i - home & indexMask) >= (i - gap & indexMask))
            {
                index[gap] = index[i];
                gap = i;
            }
        }
        index[gap] = 0;
        entries--;
    }

    private int hashAt(final long position)
    {
        return log.getInt(((int)position & logMask) + HASH_OFFSET);
    }

    private static int hash(
        final int part,
        final int leaderTerm,
        final long blockNumber,
        final long incarnation,
        final int seq,
        final int index)
    {
        long hash = (blockNumber ^ Long.rotateLeft(incarnation, 20) ^ (long)leaderTerm << 40) * GOLDEN_RATIO;
        hash = (hash ^ ((long)seq << 32 | index & 0xFFFF_FFFFL)) * GOLDEN_RATIO;
        hash = (hash ^ hash >>> 29 ^ part) * GOLDEN_RATIO;

        return (int)(hash >>> 32);
    }
}
