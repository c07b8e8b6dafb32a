package io.fragcast.protocol.sync;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.repair.FrameArchive;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.status.AtomicCounter;

import java.util.function.LongSupplier;

/**
 * Brings a node that is far behind back to the window of the block lane: whole heights from several holders at once, in
 * ranges, handed on in their order.
 * <pre>
 *   cursor      pushed                                                            target
 *     | in the ring | range: whole | range of holder B | range of holder A | not begun |
 * </pre>
 * Who is asked, and how far, follows from what holders claim; heights are given up only where the leader's own word
 * says that there is more, and nobody has them. What comes is checked by the consumer where live frames are checked,
 * with one signature a height; what does not hold there is charged to its holder by {@link #onBroken}.
 * <p>
 * Pure: no IO, no clock. Used by one thread.
 */
public final class CatchUp
{
    /** Heights handed on beyond the one to be finished: within the window of the block lane, wherever it stands. */
    static final int PUSH_AHEAD = HeldRange.MAX_HEIGHTS;
    /** A height that was handed on is finished sooner, unless the consumer says that it waits. */
    static final long STUCK_NS = 2_000_000_000L;
    /** What nobody had is asked for again after that. */
    static final long RETRY_NS = 1_000_000_000L;
    /** How long a run that has gone on waits for a holder that can be asked. */
    static final long PATIENCE_NS = 10_000_000_000L;
    private static final long NONE = -1;

    private final CatchUpConsumer consumer;
    private final RangeFetcher fetcher;
    private final RangeList ranges;
    private final ModeSwitch modes;
    private final HeightPusher pusher;
    private final AtomicCounter blocks;
    private final AtomicCounter incomplete;
    private final AtomicCounter broken;
    private final AtomicCounter givenUp;

    private boolean isPlaced;
    private long cursor;
    private long cursorNs;
    private long heardBlock;
    private int openSeq;
    private int leaderTerm = Integer.MIN_VALUE;
    private long target;
    private long pushedTo;
    private long givenUpTo;
    private long nobodyUntilNs;
    private boolean isNobodyWaited;
    /** Height that all lacked, and were asked for once more. */
    private long askedAgain = NONE;
    private long usableNs;
    private boolean isStarted;
    private SyncMode toldMode = SyncMode.LIVE;
    private long toldStop;

    /**
     * A machine that knows nothing of where the node is.
     *
     * @param chainId      EIP-155 chain id.
     * @param sender       leads to the holders.
     * @param consumer     takes what was fetched.
     * @param namer        of frames.
     * @param windowBlocks of the block lane.
     * @param maxFrags     of a block.
     * @param budgetBytes  most that is held of what was fetched; a whole block must fit.
     * @param ids          random numbers, 64 bits each.
     * @param counters     of the node.
     */
    public CatchUp(
        final long chainId,
        final StreamSender sender,
        final CatchUpConsumer consumer,
        final FrameNamer namer,
        final int windowBlocks,
        final int maxFrags,
        final long budgetBytes,
        final LongSupplier ids,
        final Counters counters)
    {
        this.consumer = consumer;
        ranges = new RangeList(new SegmentPool(budgetBytes));
        fetcher = new RangeFetcher(chainId, sender, namer, ids, ranges, counters);
        modes = new ModeSwitch(windowBlocks, counters.get(FragcastCounter.CATCH_UP_MODE));
        pusher = new HeightPusher(consumer, maxFrags);
        blocks = counters.get(FragcastCounter.CATCH_UP_BLOCKS);
        incomplete = counters.get(FragcastCounter.CATCH_UP_INCOMPLETE);
        broken = counters.get(FragcastCounter.CATCH_UP_BROKEN);
        givenUp = counters.get(FragcastCounter.CATCH_UP_GIVEN_UP);
    }

    /**
     * How far the node is.
     *
     * @param cursor      height to be finished now.
     * @param openSeq     frags of it that are there.
     * @param heardBlock  highest height that the leader has named.
     * @param isSuspended does whoever takes deliveries refuse them, so that nothing can be finished?
     * @param nowNs       monotonic nanoseconds.
     */
    public void onProgress(
        final long cursor, final int openSeq, final long heardBlock, final boolean isSuspended, final long nowNs)
    {
        if (!isPlaced || cursor != this.cursor || isSuspended)
        {
            cursorNs = nowNs;
        }
        isPlaced = true;
        this.cursor = cursor;
        this.openSeq = openSeq;
        this.heardBlock = heardBlock;
    }

    /**
     * What a holder says that it has.
     *
     * @param holder      number.
     * @param sealedBlock highest block whose Seal it accepted.
     * @param openBlock   block that is open there.
     * @param openSeq     frags of it there.
     */
    public void onStatus(final int holder, final long sealedBlock, final long openBlock, final int openSeq)
    {
        final StreamLeecher leecher = fetcher.holder(holder);
        leecher.sealedBlock = sealedBlock;
        leecher.openBlock = openBlock;
        leecher.openSeq = openSeq;
    }

    /**
     * The run goes on under a term: sessions of the terms before are over, and what still comes of them is for nobody.
     *
     * @param term number.
     */
    public void onLeaderTerm(final int term)
    {
        if (term > leaderTerm)
        {
            leaderTerm = term;
            fetcher.stopAll();
        }
    }

    /**
     * Something of a height did not hold.
     *
     * @param holder      that it came from.
     * @param blockNumber height.
     * @param nowNs       monotonic nanoseconds.
     */
    public void onBroken(final int holder, final long blockNumber, final long nowNs)
    {
        broken.incrementRelease();
        fetcher.onBroken(holder, nowNs);
        pusher.reset();
        if (cursor <= blockNumber && blockNumber < pushedTo)
        {
            rewind(nowNs);
        }
    }

    /**
     * A frame of a holder, on its bulk lane.
     *
     * @param holder number.
     * @param buffer holding it.
     * @param offset of its first byte.
     * @param length in bytes.
     * @param nowNs  monotonic nanoseconds.
     */
    public void onFrame(
        final int holder, final DirectBuffer buffer, final int offset, final int length, final long nowNs)
    {
        fetcher.onFrame(holder, buffer, offset, length, nowNs);
    }

    /**
     * A holder has ended a chunk; its frames came before.
     *
     * @param holder number.
     * @param chunk  valid during the call.
     * @param nowNs  monotonic nanoseconds.
     */
    public void onChunk(final int holder, final StreamChunk chunk, final long nowNs)
    {
        fetcher.onChunk(holder, chunk, nowNs);
    }

    /**
     * Keeps the holders, decides, hands on, asks.
     *
     * @param nowNs monotonic nanoseconds.
     * @return work done.
     */
    public int doWork(final long nowNs)
    {
        int workCount = fetcher.keep(nowNs);
        if (fetcher.isAnyUsable() || !isStarted || !isWanted())
        {
            isStarted = true;
            usableNs = nowNs;
        }
        if (!isPlaced)
        {
            return workCount;
        }

        decide(nowNs);
        final boolean isBegun = SyncMode.SEALED_CATCH_UP == modes.mode();
        workCount += push(nowNs) + fetcher.fetch(Math.max(cursor, givenUpTo), isBegun ? target : 0, nowNs);
        if (cursor < pushedTo && nowNs - cursorNs >= STUCK_NS)
        {
            incomplete.incrementRelease();
            rewind(nowNs);
        }
        lookForHope(nowNs);
        tell();

        return workCount;
    }

    /**
     * How the node comes by its blocks now.
     *
     * @return the mode.
     */
    public SyncMode mode()
    {
        return modes.mode();
    }

    /**
     * How far the node is.
     *
     * @return the next height of its run; 0 before it has said so.
     */
    public long cursor()
    {
        return isPlaced ? cursor : 0;
    }

    /**
     * Are the holders' links needed?
     *
     * @return false while nothing is fetched: they may be closed.
     */
    public boolean isWanted()
    {
        return SyncMode.SEALED_CATCH_UP == modes.mode() || !ranges.isEmpty();
    }

    /** The mode, from what the leader said, and what holders claim. */
    private void decide(final long nowNs)
    {
        boolean isSealedBehind = heardBlock > cursor;
        long furthest = heardBlock;
        for (int i = 0; i < fetcher.holderCount(); i++)
        {
            final StreamLeecher leecher = fetcher.holder(i);
            if (leecher.isPenalised(nowNs))
            {
                continue;
            }
            final boolean isAnyHeld = leecher.isHeard && FrameArchive.NO_BLOCK != leecher.newestBlock;
            final long sealed = Math.max(leecher.sealedBlock, isAnyHeld ? leecher.newestBlock - 1 : 0);
            final long open = Math.max(leecher.openBlock, isAnyHeld ? leecher.newestBlock : 0);
            final SyncDecision decision = SyncDecision.of(
                cursor - 1, cursor, openSeq, sealed, open, open == leecher.openBlock ? leecher.openSeq : 0);
            isSealedBehind |= SyncDecision.SEALED_BEHIND == decision;
            furthest = Math.max(furthest, sealed + 1);
        }
        target = furthest;
        final SyncMode before = modes.mode();
        modes.onBehind(
            cursor, furthest - cursor, isSealedBehind, heardBlock - cursor > modes.enterBlocks());
        if (SyncMode.LIVE == modes.mode() && SyncMode.LIVE != before)
        {
            fetcher.closeAll();
            pusher.reset();
        }
    }

    private int push(final long nowNs)
    {
        final long from = Math.max(cursor, givenUpTo);
        int pushed = 0;
        while (!ranges.isEmpty())
        {
            final HeldRange front = ranges.front();
            if (front.pushed < from)
            {
                fetcher.skip(front, from);
                pusher.reset();
            }
            if (front.isPushed())
            {
                fetcher.removeFront();
                isNobodyWaited = false;
                continue;
            }
            if (front.pushed - cursor >= PUSH_AHEAD || front.pushed == front.fetched)
            {
                return pushed;
            }
            final HeightPusher.Outcome outcome = pusher.push(front);
            if (HeightPusher.Outcome.PUSHED != outcome)
            {
                if (HeightPusher.Outcome.INCOMPLETE == outcome)
                {
                    onIncomplete(front, nowNs);
                }
                return pushed;
            }
            fetcher.holder(front.holderOf(front.pushed)).onGood();
            front.onPushed(front.pushed + 1);
            pushedTo = front.pushed;
            cursorNs = nowNs;
            blocks.incrementRelease();
            pushed++;
        }

        return pushed;
    }

    private void onIncomplete(final HeldRange front, final long nowNs)
    {
        incomplete.incrementRelease();
        fetcher.onIncomplete(front, nowNs);
        pusher.reset();
    }

    /** Heights that nobody has are given up, where the leader says that the run has gone on. */
    private void lookForHope(final long nowNs)
    {
        if (nowNs - usableNs >= PATIENCE_NS && heardBlock - cursor > modes.enterBlocks())
        {
            giveUp(heardBlock);
            return;
        }
        if (ranges.isEmpty() || !ranges.isNeededNext(ranges.front()) || HeldRange.NO_HOLDER != ranges.front().holder)
        {
            return;
        }

        final HeldRange front = ranges.front();
        if (fetcher.isAskedOfAll(front, nowNs))
        {
            onNobody(front, fetcher.nextHeldAbove(front.fetched, nowNs), nowNs);
        }
        else
        {
            isNobodyWaited = false;
        }
    }

    private void onNobody(final HeldRange front, final long next, final long nowNs)
    {
        if (!isNobodyWaited)
        {
            isNobodyWaited = true;
            nobodyUntilNs = nowNs + RETRY_NS;
        }
        else if (nowNs - nobodyUntilNs >= 0)
        {
            isNobodyWaited = false;
            final boolean isMissing = RangeFetcher.NOBODY != next && front.fetched < heardBlock;
            if (isMissing && front.fetched == askedAgain)
            {
                giveUp(Math.min(next, heardBlock));
            }
            else
            {
                // Whoever had not finished it when it was asked may have it by now.
                askedAgain = isMissing ? front.fetched : NONE;
                front.askAll();
            }
        }
    }

    private void giveUp(final long blockNumber)
    {
        final long from = Math.max(cursor, givenUpTo);
        if (from < blockNumber && consumer.onGivenUp(blockNumber))
        {
            givenUp.getAndAddRelease(blockNumber - from);
            givenUpTo = blockNumber;
            fetcher.onGivenUp();
        }
    }

    /** What was handed on and did not come out is fetched again. */
    private void rewind(final long nowNs)
    {
        final long end = ranges.isEmpty() ? pushedTo : ranges.front().pushed;
        final long start = Math.max(cursor, givenUpTo);
        cursorNs = nowNs;
        pushedTo = start;
        pusher.reset();
        if (end - start > HeldRange.MAX_HEIGHTS)
        {
            // The run was moved back: all begins anew.
            fetcher.closeAll();
        }
        else if (start < end)
        {
            fetcher.prepend(start, end);
        }
    }

    private void tell()
    {
        final long stop = switch (modes.mode())
        {
            case LIVE -> 0;
            case SEALED_CATCH_UP -> target;
            case OPEN_CATCH_UP -> ranges.isEmpty() ? 0 : ranges.last().stop;
        };
        if ((modes.mode() != toldMode || stop != toldStop) && consumer.onMode(modes.mode(), stop))
        {
            toldMode = modes.mode();
            toldStop = stop;
        }
    }
}
