package io.fragcast.protocol.sync;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.repair.FrameArchive;
import io.fragcast.protocol.repair.FrameName;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.status.AtomicCounter;
import org.jspecify.annotations.Nullable;

import java.util.function.LongSupplier;

/**
 * Has ranges of heights sent by the holders, several at once, one a holder; what one does not bring in time, or has
 * not, is asked of the next. Credit is given as long as there is room for what it brings; the height that all others
 * wait for takes the room of the last if it must.
 */
final class RangeFetcher
{
    /** Bytes of a chunk: some 190 frames, so that credit is fine enough for the budget. */
    static final int CHUNK_BYTES = 256 << 10;
    /** Chunks that a holder may have coming: a MiB, 80 ms of a 100 Mbit/s line. */
    static final int CHUNKS_AHEAD = 4;
    /** No holder has anything above. */
    static final long NOBODY = Long.MAX_VALUE;
    /** Segments for each holder that are not promised to anybody: what is coming when the others are taken. */
    private static final int RESERVE_SEGMENTS = 4;

    private final FrameNamer namer;
    private final StreamLeecher[] leechers;
    private final RangeList ranges;
    private final FrameName name = new FrameName();
    private final AtomicCounter bytes;
    private final AtomicCounter ignored;
    private final AtomicCounter timeouts;
    private final AtomicCounter reassigned;
    private boolean isAnyUsable;

    RangeFetcher(
        final long chainId,
        final StreamSender sender,
        final FrameNamer namer,
        final LongSupplier ids,
        final RangeList ranges,
        final Counters counters)
    {
        if (sender.holderCount() > Long.SIZE)
        {
            throw new IllegalArgumentException(sender.holderCount() + " holders: at most " + Long.SIZE);
        }
        this.namer = namer;
        this.ranges = ranges;
        leechers = new StreamLeecher[sender.holderCount()];
        for (int i = 0; i < leechers.length; i++)
        {
            leechers[i] = new StreamLeecher(i, sender, chainId, ids);
        }
        bytes = counters.get(FragcastCounter.CATCH_UP_BYTES);
        ignored = counters.get(FragcastCounter.CATCH_UP_IGNORED);
        timeouts = counters.get(FragcastCounter.CATCH_UP_TIMEOUTS);
        reassigned = counters.get(FragcastCounter.CATCH_UP_REASSIGNED);
    }

    int holderCount()
    {
        return leechers.length;
    }

    StreamLeecher holder(final int index)
    {
        return leechers[index];
    }

    /** Is there a holder that answers, and may be asked? */
    boolean isAnyUsable()
    {
        return isAnyUsable;
    }

    /** Links, tokens, and sessions that are overdue. */
    int keep(final long nowNs)
    {
        int workCount = 0;
        isAnyUsable = false;
        for (final StreamLeecher leecher : leechers)
        {
            workCount += leecher.keep(nowNs);
            if (leecher.isOverdue(nowNs))
            {
                timeouts.incrementRelease();
                leecher.penalise(nowNs);
                workCount++;
            }
            isAnyUsable |= leecher.isUsable(nowNs);
        }

        return workCount;
    }

    /** Ends all sessions; what is whole stays. */
    void stopAll()
    {
        for (final StreamLeecher leecher : leechers)
        {
            leecher.stop();
        }
    }

    /** A holder sent what does not hold: nothing of it is handed on. */
    void onBroken(final int holder, final long nowNs)
    {
        leechers[holder].penalise(nowNs);
        for (int i = 0; i < ranges.size(); i++)
        {
            final HeldRange range = ranges.get(i);
            for (long height = range.pushed; height < range.fetched; height++)
            {
                if (holder == range.holderOf(height))
                {
                    discard(range, height);
                    break;
                }
            }
        }
    }

    void onFrame(
        final int holder, final DirectBuffer buffer, final int offset, final int length, final long nowNs)
    {
        final StreamLeecher leecher = leechers[holder];
        final HeldRange range = leecher.range();
        if (null == range || !namer.tryName(buffer, offset, length, name) || !range.isExpected(name.blockNumber))
        {
            ignored.incrementRelease();
            return;
        }

        leecher.onFrame(nowNs);
        bytes.getAndAddRelease(length);
        while (!range.add(name, buffer, offset, length))
        {
            if (!evictAfter(range))
            {
                // No height that large can be taken here.
                ignored.incrementRelease();
                leecher.stop();
                range.askedHolders |= bit(leecher);
                return;
            }
        }
    }

    void onChunk(final int holder, final StreamChunk chunk, final long nowNs)
    {
        final StreamLeecher leecher = leechers[holder];
        final long newestBefore = leecher.newestBlock;
        final boolean isOfSession = leecher.onChunk(chunk, nowNs);
        onNewest(leecher, newestBefore);
        final HeldRange range = leecher.range();
        if (!isOfSession || null == range)
        {
            if (0 < chunk.items)
            {
                ignored.incrementRelease();
            }
            return;
        }

        final boolean isSent = switch (chunk.state)
        {
            case OPEN, DONE -> true;
            case UNPROVED, UNKNOWN, UNAVAILABLE, FAULT, NOT_HAVE -> false;
        };
        if (isSent)
        {
            onEndOfChunk(leecher, range, chunk, nowNs);
        }
        else if (StreamState.UNAVAILABLE == chunk.state || StreamState.FAULT == chunk.state)
        {
            leecher.penalise(nowNs);
        }
        else
        {
            // The session was lost: what is whole stays, the rest is asked for again.
            leecher.stop();
        }
    }

    /**
     * Gives ranges to holders that have nothing to do, and credit to the others.
     *
     * @param from  first height that is missing.
     * @param stop  height up to which ranges are begun; 0: none is.
     * @param nowNs monotonic nanoseconds.
     * @return ranges and credits given.
     */
    int fetch(final long from, final long stop, final long nowNs)
    {
        return assign(from, stop, nowNs) + grant(nowNs);
    }

    private int assign(final long from, final long stop, final long nowNs)
    {
        int assigned = 0;
        for (final StreamLeecher leecher : leechers)
        {
            if (!leecher.isIdle(nowNs))
            {
                continue;
            }
            final HeldRange range = rangeFor(leecher, from, stop);
            if (null != range && leecher.open(range, CHUNKS_AHEAD, nowNs))
            {
                if (range.wasAsked)
                {
                    reassigned.incrementRelease();
                }
                range.wasAsked = true;
                assigned++;
            }
        }

        return assigned;
    }

    private @Nullable HeldRange rangeFor(final StreamLeecher leecher, final long from, final long stop)
    {
        for (int i = 0; i < ranges.size(); i++)
        {
            final HeldRange range = ranges.get(i);
            if (HeldRange.NO_HOLDER == range.holder && !range.isFetched() && 0 == (range.askedHolders & bit(leecher)))
            {
                if (mayHave(leecher, range.fetched))
                {
                    return range;
                }
                range.askedHolders |= bit(leecher);
            }
        }

        final long start = ranges.isEmpty() ? from : ranges.last().stop;
        if (ranges.isFull() || start >= stop || ranges.pool().freeCount() < reserve())
        {
            return null;
        }
        final HeldRange range = ranges.append(start, Math.min(stop, start + HeldRange.MAX_HEIGHTS));
        if (mayHave(leecher, start))
        {
            return range;
        }
        range.askedHolders |= bit(leecher);

        return null;
    }

    /** Credit, as long as there is room; what is needed next has it in any case. */
    private int grant(final long nowNs)
    {
        int granted = 0;
        for (final StreamLeecher leecher : leechers)
        {
            final HeldRange range = leecher.range();
            while (null != range && leecher.isStreaming() && leecher.coming() < CHUNKS_AHEAD &&
                (ranges.pool().freeCount() >= reserve() || 0 == leecher.coming() && ranges.isNeededNext(range)) &&
                leecher.grant(nowNs))
            {
                granted++;
            }
        }

        return granted;
    }

    /** Heights of a range below another are not needed any more. */
    void skip(final HeldRange range, final long to)
    {
        if (to > range.fetched)
        {
            stopSessionOf(range);
        }
        range.onPushed(to);
    }

    /** A height came without its Seal, or with something missing: another is asked, and who does so often is left. */
    void onIncomplete(final HeldRange range, final long nowNs)
    {
        final int holder = range.holderOf(range.pushed);
        leechers[holder].onLacked(range.pushed, range.nextHeldAbove(range.pushed));
        discard(range, range.pushed);
        range.onLacked(range.pushed, holder);
        if (leechers[holder].onEmpty() && isAnyOtherUsable(holder, nowNs))
        {
            leechers[holder].penalise(nowNs);
        }
    }

    /** A height of a range, and all above, are to be fetched again. */
    void discard(final HeldRange range, final long from)
    {
        stopSessionOf(range);
        range.discardFrom(from);
    }

    void removeFront()
    {
        stopSessionOf(ranges.front());
        ranges.removeFront();
    }

    /** Heights before all others are to be fetched; the last range gives way if there is no room. */
    void prepend(final long start, final long stop)
    {
        if (ranges.isFull())
        {
            removeLast();
        }
        ranges.prepend(start, stop);
    }

    void closeAll()
    {
        while (!ranges.isEmpty())
        {
            removeLast();
        }
    }

    /** Was every holder that may be asked asked for the next height of a range? */
    boolean isAskedOfAll(final HeldRange range, final long nowNs)
    {
        for (final StreamLeecher leecher : leechers)
        {
            if (leecher.isUsable(nowNs) && 0 == (range.askedHolders & bit(leecher)))
            {
                return false;
            }
        }

        return true;
    }

    /** Heights are given up that nobody has: nobody is left alone for having lacked them. */
    void onGivenUp()
    {
        for (final StreamLeecher leecher : leechers)
        {
            leecher.onGivenUp();
        }
    }

    /** The lowest height above one that a holder says it has, or may have; {@link #NOBODY}: none has anything above. */
    long nextHeldAbove(final long blockNumber, final long nowNs)
    {
        long next = NOBODY;
        for (final StreamLeecher leecher : leechers)
        {
            if (leecher.isUsable(nowNs) && FrameArchive.NO_BLOCK != leecher.newestBlock &&
                leecher.newestBlock > blockNumber)
            {
                next = Math.min(next, leecher.mayHaveAbove(blockNumber));
            }
        }

        return next;
    }

    private boolean isAnyOtherUsable(final int holder, final long nowNs)
    {
        for (final StreamLeecher leecher : leechers)
        {
            if (leecher.index != holder && leecher.isUsable(nowNs))
            {
                return true;
            }
        }

        return false;
    }

    private void stopSessionOf(final HeldRange range)
    {
        if (HeldRange.NO_HOLDER != range.holder)
        {
            leechers[range.holder].stop();
        }
    }

    /** Makes room for a range by letting go of the last behind it; false if there is none. */
    private boolean evictAfter(final HeldRange range)
    {
        final HeldRange last = ranges.lastHoldingAfter(range);
        if (null == last)
        {
            return false;
        }
        stopSessionOf(last);
        last.discardFrom(last.pushed);

        return true;
    }

    private void removeLast()
    {
        stopSessionOf(ranges.last());
        ranges.removeLast();
    }

    private int reserve()
    {
        return Math.min(ranges.pool().capacity() / 2, RESERVE_SEGMENTS * (1 + leechers.length));
    }

    private static boolean mayHave(final StreamLeecher leecher, final long blockNumber)
    {
        return FrameArchive.NO_BLOCK != leecher.newestBlock &&
            leecher.oldestBlock <= blockNumber && blockNumber <= leecher.newestBlock;
    }

    private void onEndOfChunk(
        final StreamLeecher leecher, final HeldRange range, final StreamChunk chunk, final long nowNs)
    {
        if (!leecher.isNext(chunk))
        {
            // A chunk was lost: what is whole stays, the rest is asked for again.
            leecher.stop();
        }
        else if (!leecher.isWhole(chunk))
        {
            // Frames were lost, or were none of the range: asked for elsewhere.
            ignored.incrementRelease();
            leecher.stop();
            range.askedHolders |= bit(leecher);
        }
        else if (StreamState.OPEN == chunk.state && 0 == chunk.items)
        {
            // It would go on like that for ever.
            ignored.incrementRelease();
            leecher.penalise(nowNs);
        }
        else
        {
            onItems(leecher, range, chunk, nowNs);
        }
    }

    private void onItems(
        final StreamLeecher leecher, final HeldRange range, final StreamChunk chunk, final long nowNs)
    {
        range.onFetched(chunk.nextBlock, leecher.index);
        if (StreamState.DONE != chunk.state)
        {
            return;
        }
        final boolean isBoast =
            !range.isFetched() && FrameArchive.NO_BLOCK != chunk.newestBlock && chunk.nextBlock <= chunk.newestBlock;
        if (!range.isFetched())
        {
            range.askedHolders |= bit(leecher);
        }
        leecher.onOver();
        if (isBoast)
        {
            // It says that it has more, and sends no more.
            ignored.incrementRelease();
            leecher.penalise(nowNs);
        }
    }

    /** What a holder lacked while it waited for it itself may be asked of it again. */
    private void onNewest(final StreamLeecher leecher, final long newestBefore)
    {
        for (int i = 0; newestBefore < leecher.newestBlock && i < ranges.size(); i++)
        {
            final HeldRange range = ranges.get(i);
            if (newestBefore <= range.fetched && range.fetched <= leecher.newestBlock)
            {
                range.ask(leecher.index);
            }
        }
    }

    private static long bit(final StreamLeecher leecher)
    {
        return 1L << leecher.index;
    }
}
