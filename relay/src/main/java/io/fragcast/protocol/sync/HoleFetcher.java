package io.fragcast.protocol.sync;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.repair.FrameName;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.status.AtomicCounter;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Asks holders for the heights that the journal lacks, long after they were delivered: height by height, of one holder
 * after another until it came whole, and only while the node is not behind. A sweep goes over all of them; what nobody
 * had is asked for again after a pause that doubles, and at once when something else is lacking.
 * <pre>
 *   RESTING ──lacking, due──▶ height ──session──▶ frames, chunks, credit ──DONE──▶ whole? ──▶ the next height
 *      ▲                        ▲                      │ late, forged      not ─┐               │
 *      │                        └──── the next holder ─┴────────────────────────┘               │
 *      └──────────────────────────── the last height is over ───────────────────────────────────┘
 * </pre>
 * Whether the journal is whole again the journal says. Pure: no IO, no clock. Used by one thread.
 */
public final class HoleFetcher
{
    /** Heights that are still open may be sealed by then. */
    static final long MIN_PAUSE_NS = TimeUnit.SECONDS.toNanos(5);
    /** A holder whose own hole is filled is found within minutes. */
    static final long MAX_PAUSE_NS = TimeUnit.MINUTES.toNanos(10);
    /** 512 KiB, once the chunk before is written down. */
    private static final int CHUNKS = 1;
    private static final long[] NOTHING = new long[0];

    private final HeightSession session;
    private final HoleConsumer consumer;
    private final FrameNamer namer;
    private final FrameName name = new FrameName();
    private final AtomicCounter fetched;
    private final AtomicCounter broken;
    private long[] lacking = NOTHING;
    private long[] sweep = NOTHING;
    private int position;
    private long askedHolders;
    private boolean isCreditDue;
    private boolean isScheduled;
    private long pauseNs = MIN_PAUSE_NS;
    private long dueNs;

    /**
     * A fetcher.
     *
     * @param chainId  EIP-155 chain id.
     * @param sender   of requests.
     * @param consumer takes what comes.
     * @param namer    of frames.
     * @param ids      random numbers, 64 bits each.
     * @param counters of the node.
     */
    public HoleFetcher(
        final long chainId,
        final StreamSender sender,
        final HoleConsumer consumer,
        final FrameNamer namer,
        final LongSupplier ids,
        final Counters counters)
    {
        this.consumer = consumer;
        this.namer = namer;
        session = new HeightSession(chainId, StreamKind.FRAGS, CHUNKS, sender, ids);
        fetched = counters.get(FragcastCounter.HOLE_FRAMES_FETCHED);
        broken = counters.get(FragcastCounter.HOLE_FETCHES_BROKEN);
    }

    /**
     * What the journal lacks now.
     *
     * @param heights ascending; kept. The same array again says that nothing has changed.
     */
    public void onLacking(final long[] heights)
    {
        if (lacking == heights)
        {
            return;
        }
        for (final long height : heights)
        {
            // What only became less is what the sweep before has filled.
            isScheduled &= 0 <= Arrays.binarySearch(lacking, height);
        }
        lacking = heights;
        pauseNs = MIN_PAUSE_NS;
        if (0 == heights.length)
        {
            consumer.onIdle();
        }
    }

    /**
     * A frame of a holder.
     *
     * @param from   number of the holder.
     * @param buffer holding it.
     * @param offset of its first byte.
     * @param length in bytes.
     * @param nowNs  monotonic nanoseconds.
     * @return true if it was for this.
     */
    public boolean onFrame(
        final int from, final DirectBuffer buffer, final int offset, final int length, final long nowNs)
    {
        if (!session.isWith(from) || !namer.tryName(buffer, offset, length, name) ||
            sweep[position] != name.blockNumber)
        {
            return false;
        }
        session.onProgress(nowNs);
        if (consumer.onFrame(from, buffer, offset, length))
        {
            fetched.incrementRelease();
        }
        else
        {
            broken.incrementRelease();
            session.penalise(nowNs);
            leave();
        }

        return true;
    }

    /**
     * A holder has ended a chunk, of this or of another session.
     *
     * @param from  number of the holder.
     * @param chunk valid during the call.
     * @param nowNs monotonic nanoseconds.
     * @return true if it was of a session of this.
     */
    public boolean onChunk(final int from, final StreamChunk chunk, final long nowNs)
    {
        final StreamState state = session.onChunk(from, chunk, nowNs);
        if (null == state)
        {
            return false;
        }

        switch (state)
        {
            case OPEN ->
            {
                isCreditDue = session.isNext(chunk) && 0 < chunk.items;
                if (!isCreditDue)
                {
                    leave();
                }
            }
            case DONE ->
            {
                leave();
                if (consumer.isWhole(nowNs))
                {
                    next(nowNs);
                }
            }
            // Its token is known now.
            case UNPROVED -> session.close();
            case FAULT ->
            {
                session.penalise(nowNs);
                leave();
            }
            // UNKNOWN, UNAVAILABLE, NOT_HAVE: it is of no use.
            default -> leave();
        }

        return true;
    }

    /**
     * Asks who is next.
     *
     * @param isAllowed does the node need its holders for nothing more urgent?
     * @param nowNs     monotonic nanoseconds.
     * @return work done.
     */
    public int doWork(final boolean isAllowed, final long nowNs)
    {
        if (session.isOpen())
        {
            return goOn(isAllowed, nowNs);
        }
        if (!isAllowed || !isSweeping() && !begin(nowNs) || !session.isAnyUsable(nowNs) || !consumer.isReady())
        {
            return 0;
        }

        final long height = sweep[position];
        if (Arrays.binarySearch(lacking, height) < 0)
        {
            next(nowNs);
            return 1;
        }
        final HeightSession.Asked asked = session.ask(height, askedHolders, nowNs);
        if (HeightSession.Asked.SENT == asked)
        {
            isCreditDue = false;
            consumer.onHeight(height);
        }
        else if (HeightSession.Asked.NOBODY == asked)
        {
            next(nowNs);
        }

        return HeightSession.Asked.NOT_TAKEN == asked ? 0 : 1;
    }

    /**
     * Are holders needed?
     *
     * @param nowNs monotonic nanoseconds.
     * @return false while nothing is lacking, and between two sweeps.
     */
    public boolean isBusy(final long nowNs)
    {
        return isSweeping() || isDue(nowNs);
    }

    private int goOn(final boolean isAllowed, final long nowNs)
    {
        if (!isAllowed)
        {
            // The same holder is asked again, later.
            session.close();
            return 1;
        }
        final boolean isReady = consumer.isReady();
        if (isCreditDue && !isReady)
        {
            // It waits for us.
            session.onProgress(nowNs);
        }
        if (session.isLost(nowNs))
        {
            leave();
            return 1;
        }
        if (isCreditDue && isReady && session.grant())
        {
            isCreditDue = false;
            session.onProgress(nowNs);
            return 1;
        }

        return 0;
    }

    private boolean isSweeping()
    {
        return position < sweep.length;
    }

    private boolean isDue(final long nowNs)
    {
        return 0 < lacking.length && (!isScheduled || nowNs - dueNs >= 0);
    }

    /** Begins a sweep, if one is due. */
    private boolean begin(final long nowNs)
    {
        if (!isDue(nowNs))
        {
            return false;
        }
        sweep = lacking;
        position = 0;
        askedHolders = 0;

        return true;
    }

    /** Another holder is asked next. */
    private void leave()
    {
        askedHolders |= session.bit();
        session.close();
    }

    private void next(final long nowNs)
    {
        position++;
        askedHolders = 0;
        if (!isSweeping())
        {
            isScheduled = true;
            dueNs = nowNs + pauseNs;
            pauseNs = Math.min(MAX_PAUSE_NS, 2 * pauseNs);
        }
    }
}
