package io.fragcast.protocol.repair;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import org.agrona.concurrent.status.AtomicCounter;
import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.function.LongSupplier;

/**
 * Answers those who ask for what they lost: with the frames as they were accepted, from memory, and from the archive
 * where they are older; then with a result that says what was found, what is missing, and whether it was cut short.
 * <pre>
 *   onWant, onRange ──▶ [ 3 requests ] per requester ──▶ doWork: a turn for each, round and round ──▶ AnswerSender
 *                          a 4th: BUSY at once                                 memory, then archive
 * </pre>
 * Limits: {@link #MAX_REQUESTERS} at a time, the next is told BUSY; {@link Requester#MAX_REQUESTS} waiting for each;
 * bytes as {@link AnswerLimits} says. Before a requester has shown by its token that answers reach it, it gets the
 * result alone, 92 bytes for a request of at least 44: less than three out for one in.
 * <p>
 * Used by one thread; allocates nothing after construction.
 */
public final class RepairServer
{
    /** DESIGN §4.1; 64 x 32 frames a duty cycle are 2.8 MB. */
    public static final int MAX_REQUESTERS = 64;

    /** Heights of one range: the window of a node. */
    public static final int MAX_RANGE_HEIGHTS = 64;

    /** Requesters that share what may be read of the archive in one duty cycle. */
    private static final int ARCHIVE_TURNS = 4;

    /** All heights are over: of a node that waits for nothing. */
    public static final long NONE_OPEN = Long.MAX_VALUE;

    private static final int NO_SLOT = -1;

    private final long chainId;
    private final HeldFrames held;
    private final AnswerSender sender;
    private final AnswerLimits limits;
    private final LongSupplier tokens;
    private final Requester[] slots;
    private final boolean[] isSlotTaken;
    private final int[] slotOfLink;
    private final WantResult busy = new WantResult();
    private final AnswerObserver observer = new Observer();
    private final AtomicCounter requestCounter;
    private final AtomicCounter frameCounter;
    private final AtomicCounter byteCounter;
    private final AtomicCounter busyCounter;
    private final AtomicCounter refusedCounter;
    private final AtomicCounter unprovedCounter;
    private final AtomicCounter truncatedCounter;
    private final AtomicCounter notFounder;
    private final AtomicCounter archiveReadCounter;
    private final AtomicCounter droppedCounter;
    private int firstSlot;
    private long openBlock = NONE_OPEN;

    /**
     * A server.
     *
     * @param chainId   that is served.
     * @param linkCount links that requests may come by.
     * @param memory    of recent frames; filled by the same thread.
     * @param archive   of older ones.
     * @param sender    of the answers.
     * @param limits    of the answers.
     * @param tokens    random numbers, 64 bits each.
     * @param counters  of the node.
     */
    public RepairServer(
        final long chainId,
        final int linkCount,
        final RecentFrames memory,
        final FrameArchive archive,
        final AnswerSender sender,
        final AnswerLimits limits,
        final LongSupplier tokens,
        final Counters counters)
    {
        this.chainId = chainId;
        held = new HeldFrames(memory, archive);
        this.sender = sender;
        this.limits = limits;
        this.tokens = tokens;
        busy.state = AnswerState.BUSY;
        slots = new Requester[Math.min(linkCount, MAX_REQUESTERS)];
        for (int i = 0; i < slots.length; i++)
        {
            slots[i] = new Requester(memory, archive, sender, limits);
        }
        isSlotTaken = new boolean[slots.length];
        slotOfLink = new int[linkCount];
        Arrays.fill(slotOfLink, NO_SLOT);
        requestCounter = counters.get(FragcastCounter.REPAIR_REQUESTS);
        frameCounter = counters.get(FragcastCounter.REPAIR_FRAMES_SERVED);
        byteCounter = counters.get(FragcastCounter.REPAIR_BYTES_SERVED);
        busyCounter = counters.get(FragcastCounter.REPAIR_BUSY);
        refusedCounter = counters.get(FragcastCounter.REPAIR_REFUSED);
        unprovedCounter = counters.get(FragcastCounter.REPAIR_UNPROVED);
        truncatedCounter = counters.get(FragcastCounter.REPAIR_TRUNCATED);
        notFounder = counters.get(FragcastCounter.REPAIR_MISSING);
        archiveReadCounter = counters.get(FragcastCounter.REPAIR_ARCHIVE_READS);
        droppedCounter = counters.get(FragcastCounter.REPAIR_ANSWERS_DROPPED);
    }

    /**
     * How far the node is itself; memory holds all that it accepted of lower heights.
     *
     * @param blockNumber height that it is to finish now; {@link #NONE_OPEN} if it waits for nothing.
     */
    public void onOpenBlock(final long blockNumber)
    {
        openBlock = blockNumber;
    }

    /**
     * A request for holes.
     *
     * @param link      that it came by.
     * @param requestId of the request.
     * @param chainId   that it is about.
     * @param token     that it names.
     * @param maxBytes  most bytes of frames in answer.
     * @param holes     what is missing; copied.
     */
    public void onWant(
        final int link,
        final long requestId,
        final long chainId,
        final long token,
        final long maxBytes,
        final HoleList holes)
    {
        final Requester requester = requester(link);
        final HeldRequest request = enqueue(requester, link, requestId);
        if (null != request && null != requester)
        {
            request.want(verdict(requester, chainId, token, true), requestId, maxBytes, holes);
        }
    }

    /**
     * A request for all there is at some heights.
     *
     * @param link      that it came by.
     * @param requestId of the request.
     * @param chainId   that it is about.
     * @param token     that it names.
     * @param maxBytes  most bytes of frames in answer.
     * @param fromBlock first height.
     * @param toBlock   last height.
     * @param fromSeq   first seq of the first height; 0: with its Env.
     */
    public void onRange(
        final int link,
        final long requestId,
        final long chainId,
        final long token,
        final long maxBytes,
        final long fromBlock,
        final long toBlock,
        final int fromSeq)
    {
        final Requester requester = requester(link);
        final HeldRequest request = enqueue(requester, link, requestId);
        if (null != request && null != requester)
        {
            final boolean isRange = Long.compareUnsigned(fromBlock, toBlock) <= 0 &&
                Long.compareUnsigned(toBlock - fromBlock, MAX_RANGE_HEIGHTS) < 0;
            request.range(
                verdict(requester, chainId, token, isRange),
                requestId,
                maxBytes,
                fromBlock,
                isRange ? (int)(toBlock - fromBlock) + 1 : 0,
                fromSeq);
        }
    }

    /**
     * A link is gone: what it asked for is forgotten, its place is free, and it gets another token when it is back.
     *
     * @param link number.
     */
    public void onDisconnected(final int link)
    {
        final int slot = slotOfLink[link];
        if (NO_SLOT != slot)
        {
            isSlotTaken[slot] = false;
            slotOfLink[link] = NO_SLOT;
        }
    }

    /**
     * Gives each requester its turn.
     *
     * @param nowNs monotonic nanoseconds.
     * @return work done.
     */
    public int doWork(final long nowNs)
    {
        final int slotCount = slots.length;
        if (0 == slotCount)
        {
            return 0;
        }

        int workCount = 0;
        int archiveRecords = limits.archiveRecords();
        for (int i = 0; i < slotCount; i++)
        {
            final int slot = (firstSlot + i) % slotCount;
            if (isSlotTaken[slot])
            {
                final long readsBefore = archiveReadCounter.getPlain();
                final int share = Math.min(archiveRecords, Math.max(1, limits.archiveRecords() / ARCHIVE_TURNS));
                workCount += slots[slot].turn(nowNs, share, observer);
                archiveRecords -= readsBefore == archiveReadCounter.getPlain() ? 0 : share;
            }
        }
        firstSlot = (firstSlot + 1) % slotCount;

        return workCount;
    }

    private @Nullable HeldRequest enqueue(final @Nullable Requester requester, final int link, final long requestId)
    {
        requestCounter.incrementRelease();
        final HeldRequest request = null == requester ? null : requester.enqueue();
        if (null == request)
        {
            busyCounter.incrementRelease();
            observer.complete(busy, requestId, null == requester ? 0 : requester.token());
            if (!sender.sendResult(link, busy))
            {
                droppedCounter.incrementRelease();
            }
        }

        return request;
    }

    /** The place of a link, taken if there is one; null: all are taken. */
    private @Nullable Requester requester(final int link)
    {
        int slot = slotOfLink[link];
        if (NO_SLOT == slot)
        {
            slot = 0;
            while (slot < slots.length && isSlotTaken[slot])
            {
                slot++;
            }
            if (slots.length == slot)
            {
                return null;
            }
            isSlotTaken[slot] = true;
            slotOfLink[link] = slot;
            slots[slot].assign(link, newToken());
        }

        return slots[slot];
    }

    /** 0 says "none yet" on the wire. */
    private long newToken()
    {
        long token;
        do
        {
            token = tokens.getAsLong();
        }
        while (0 == token);

        return token;
    }

    private AnswerState verdict(
        final Requester requester, final long chainId, final long token, final boolean isAnswerable)
    {
        if (this.chainId != chainId || !isAnswerable)
        {
            return AnswerState.REFUSED;
        }

        return requester.token() == token ? AnswerState.COMPLETE : AnswerState.UNPROVED;
    }

    private final class Observer implements AnswerObserver
    {
        @Override
        public void onArchiveRead()
        {
            archiveReadCounter.incrementRelease();
        }

        @Override
        public boolean isOpen(final long blockNumber)
        {
            return Long.compareUnsigned(blockNumber, openBlock) >= 0;
        }

        @Override
        public void complete(final WantResult result, final long requestId, final long token)
        {
            result.requestId = requestId;
            result.token = token;
            held.tellNewest(result);
            result.oldestBlock = held.oldestBlock();
            if (FrameArchive.NO_BLOCK == result.oldestBlock)
            {
                result.oldestBlock = result.newestBlock;
            }
        }

        @Override
        public void onAnswered(final WantResult result)
        {
            frameCounter.getAndAddRelease(result.found);
            byteCounter.getAndAddRelease(result.sentBytes);
            notFounder.getAndAddRelease(result.notFound);
            switch (result.state)
            {
                case TRUNCATED -> truncatedCounter.incrementRelease();
                case REFUSED -> refusedCounter.incrementRelease();
                case UNPROVED -> unprovedCounter.incrementRelease();
                default ->
                {
                    // Complete ones are those of the requests that are in no other counter; busy ones are never queued.
                }
            }
        }
    }
}
