package io.fragcast.protocol.sync;

import io.fragcast.protocol.repair.FrameName;
import io.fragcast.protocol.repair.FramePart;
import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.Arrays;

/**
 * Some heights that are fetched together: what of them has come, and how far they were handed on.
 * <pre>
 *   start        pushed         fetched                   stop
 *     | handed on  | whole, waiting | coming, or to be asked for |
 *
 *   record: 0 length i32 | 4 part i32 | 8 term i32 | 12 seq i32 | 16 pieces i32 | 20 frags i32 | 24 incarnation i64
 *           32 frame, padded to 8
 * </pre>
 * A height is fetched when its holder said that it has sent all it has of it; each comes from one holder alone.
 */
final class HeldRange
{
    /** Heights of one range: at some 30 KB a block half a MiB, so that a slow holder holds up little. */
    static final int MAX_HEIGHTS = 16;
    /** Nobody is asked for it now. */
    static final int NO_HOLDER = -1;

    private static final int LENGTH_OFFSET = 0;
    private static final int PART_OFFSET = 4;
    private static final int TERM_OFFSET = 8;
    private static final int SEQ_OFFSET = 12;
    private static final int PIECES_OFFSET = 16;
    private static final int FRAGS_OFFSET = 20;
    private static final int INCARNATION_OFFSET = 24;
    private static final int FRAME_OFFSET = 32;
    /** What fragCount says of an Abort. */
    static final int NO_SEAL = -1;
    private static final int INITIAL_SEGMENTS = 8;
    private static final FramePart[] PARTS = FramePart.values();

    private final SegmentPool pool;
    private final long[] starts = new long[MAX_HEIGHTS + 1];
    private final int[] holders = new int[MAX_HEIGHTS];
    private int[] segments = new int[INITIAL_SEGMENTS];
    private int[] fills = new int[INITIAL_SEGMENTS];
    private int firstSegment;
    private int segmentCount;
    private int startedHeights;

    long start;
    long stop;
    long fetched;
    long pushed;
    /** Who is asked for it now. */
    int holder = NO_HOLDER;
    /** Those that did not have height {@link #fetched}. */
    long askedHolders;
    boolean wasAsked;
    private long lackedBlock;
    private long lackingHolders;

    HeldRange(final SegmentPool pool)
    {
        this.pool = pool;
    }

    void open(final long start, final long stop)
    {
        assert start < stop && stop - start <= MAX_HEIGHTS : start + ".." + stop;

        this.start = start;
        this.stop = stop;
        fetched = start;
        pushed = start;
        holder = NO_HOLDER;
        askAll();
        wasAsked = false;
        firstSegment = 0;
        segmentCount = 0;
        startedHeights = 0;
    }

    /** Gives back everything. */
    void close()
    {
        releaseTo(segmentCount);
        segmentCount = 0;
        firstSegment = 0;
    }

    /** Is anything of it here? */
    boolean isHolding()
    {
        return firstSegment < segmentCount;
    }

    boolean isFetched()
    {
        return fetched == stop;
    }

    boolean isPushed()
    {
        return pushed == stop;
    }

    /** May a frame of a height come now? They come in the order of their heights. */
    boolean isExpected(final long blockNumber)
    {
        return fetched <= blockNumber && blockNumber < stop && blockNumber - start >= startedHeights - 1;
    }

    /**
     * Keeps a frame.
     *
     * @return false if there is no room.
     */
    boolean add(final FrameName name, final DirectBuffer buffer, final int offset, final int length)
    {
        final int recordLength = BitUtil.align(FRAME_OFFSET + length, Long.BYTES);
        if (firstSegment == segmentCount ||
            fills[segmentCount - 1] + recordLength > SegmentPool.SEGMENT_LENGTH)
        {
            final int segment = pool.take();
            if (SegmentPool.NONE == segment)
            {
                return false;
            }
            if (segments.length == segmentCount)
            {
                segments = Arrays.copyOf(segments, 2 * segmentCount);
                fills = Arrays.copyOf(fills, 2 * segmentCount);
            }
            segments[segmentCount] = segment;
            fills[segmentCount] = 0;
            segmentCount++;
        }
        startHeights(name.blockNumber);

        final UnsafeBuffer target = pool.buffer(segments[segmentCount - 1]);
        final int at = fills[segmentCount - 1];
        target.putInt(at + LENGTH_OFFSET, length);
        target.putInt(at + PART_OFFSET, name.part.ordinal());
        target.putInt(at + TERM_OFFSET, name.leaderTerm);
        target.putInt(at + SEQ_OFFSET, name.seq);
        target.putInt(at + PIECES_OFFSET, name.pageCount + name.chunkCount);
        target.putInt(at + FRAGS_OFFSET, name.isSeal ? name.fragCount : NO_SEAL);
        target.putLong(at + INCARNATION_OFFSET, name.incarnation);
        target.putBytes(at + FRAME_OFFSET, buffer, offset, length);
        fills[segmentCount - 1] += recordLength;

        return true;
    }

    /** Everything below a height has come, from one holder. */
    void onFetched(final long nextBlock, final int from)
    {
        final long next = Math.min(nextBlock, stop);
        if (next <= fetched)
        {
            return;
        }
        startHeights(next);
        for (long height = fetched; height < next; height++)
        {
            holders[(int)(height - start)] = from;
        }
        fetched = next;
        askedHolders = 0;
    }

    /** Who sent a height that is fetched. */
    int holderOf(final long blockNumber)
    {
        return holders[(int)(blockNumber - start)];
    }

    /** The lowest height above one of which its holder sent anything; else the end of what is fetched. */
    long nextHeldAbove(final long blockNumber)
    {
        long height = blockNumber + 1;
        while (height < fetched && holderOf(height) == holderOf(blockNumber) &&
            positionOf(height) == positionOf(height + 1))
        {
            height++;
        }

        return height;
    }

    /** A height is not whole as a holder sent it: those are asked that did not send it so. */
    void onLacked(final long blockNumber, final int by)
    {
        lackingHolders = (lackedBlock == blockNumber ? lackingHolders : 0) | 1L << by;
        lackedBlock = blockNumber;
        askedHolders = lackingHolders;
    }

    /** A holder that did not have height {@link #fetched} may be asked for it. */
    void ask(final int anew)
    {
        askedHolders &= ~(1L << anew);
        lackingHolders &= ~(1L << anew);
    }

    /** Everybody may be asked for height {@link #fetched}. */
    void askAll()
    {
        askedHolders = 0;
        lackingHolders = 0;
    }

    /** Lets go of a height and all above: they are to be fetched again. */
    void discardFrom(final long blockNumber)
    {
        assert pushed <= blockNumber && blockNumber <= stop : blockNumber + " of " + start + ".." + stop;

        final int height = (int)(blockNumber - start);
        if (height < startedHeights)
        {
            final long position = starts[height];
            final int kept = segmentOf(position) + (0 == offsetOf(position) ? 0 : 1);
            for (int i = Math.max(kept, firstSegment); i < segmentCount; i++)
            {
                pool.release(segments[i]);
            }
            segmentCount = Math.max(firstSegment, Math.min(segmentCount, kept));
            if (segmentOf(position) < segmentCount && segmentOf(position) >= firstSegment)
            {
                fills[segmentOf(position)] = offsetOf(position);
            }
            startedHeights = height;
        }
        fetched = Math.min(fetched, blockNumber);
    }

    /** Heights below were handed on, or are not needed any more. */
    void onPushed(final long nextBlock)
    {
        pushed = Math.min(stop, Math.max(pushed, nextBlock));
        if (fetched < pushed)
        {
            onFetched(pushed, NO_HOLDER);
        }
        releaseTo(Math.min(segmentCount, segmentOf(positionOf(pushed))));
    }

    /** Where the records of a height that is fetched begin, and those of the height before end. */
    long positionOf(final long blockNumber)
    {
        final int height = (int)(blockNumber - start);

        return settle(height < startedHeights ? starts[height] : end());
    }

    /** The record after another. */
    long next(final long position)
    {
        final int segment = segmentOf(position);
        final int offset = offsetOf(position);
        final int length = pool.buffer(segments[segment]).getInt(offset + LENGTH_OFFSET);

        return settle(position(segment, offset + BitUtil.align(FRAME_OFFSET + length, Long.BYTES)));
    }

    DirectBuffer buffer(final long position)
    {
        return pool.buffer(segments[segmentOf(position)]);
    }

    int frameOffset(final long position)
    {
        return offsetOf(position) + FRAME_OFFSET;
    }

    int frameLength(final long position)
    {
        return intAt(position, LENGTH_OFFSET);
    }

    FramePart part(final long position)
    {
        return PARTS[intAt(position, PART_OFFSET)];
    }

    int leaderTerm(final long position)
    {
        return intAt(position, TERM_OFFSET);
    }

    long incarnation(final long position)
    {
        return buffer(position).getLong(offsetOf(position) + INCARNATION_OFFSET);
    }

    int seq(final long position)
    {
        return intAt(position, SEQ_OFFSET);
    }

    /** FRAG: pages and chunks that go with it. */
    int pieceCount(final long position)
    {
        return intAt(position, PIECES_OFFSET);
    }

    /** END: frags that a Seal counts, or {@link #NO_SEAL}. */
    int fragCount(final long position)
    {
        return intAt(position, FRAGS_OFFSET);
    }

    private int intAt(final long position, final int field)
    {
        return buffer(position).getInt(offsetOf(position) + field);
    }

    /** The heights up to one begin at the end of what is here. */
    private void startHeights(final long blockNumber)
    {
        while (startedHeights <= blockNumber - start)
        {
            starts[startedHeights++] = end();
        }
    }

    private long end()
    {
        return firstSegment == segmentCount ?
            position(segmentCount, 0) : position(segmentCount - 1, fills[segmentCount - 1]);
    }

    /** The end of a segment is the beginning of the next, if there is one. */
    private long settle(final long position)
    {
        final int segment = segmentOf(position);

        return segment < segmentCount - 1 && offsetOf(position) == fills[segment] ?
            position(segment + 1, 0) : position;
    }

    private void releaseTo(final int segment)
    {
        for (; firstSegment < segment; firstSegment++)
        {
            pool.release(segments[firstSegment]);
        }
    }

    private static long position(final int segment, final int offset)
    {
        return (long)segment << Integer.SIZE | offset;
    }

    private static int segmentOf(final long position)
    {
        return (int)(position >>> Integer.SIZE);
    }

    private static int offsetOf(final long position)
    {
        return (int)position;
    }
}
