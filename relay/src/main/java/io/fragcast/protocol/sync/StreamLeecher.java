package io.fragcast.protocol.sync;

import org.jspecify.annotations.Nullable;

import java.util.function.LongSupplier;

/**
 * What is known of one holder, and its session, if there is one: a range of heights that it sends.
 * <pre>
 *   CLOSED ──link open──▶ UNPROVED ──answer──▶ IDLE ──range──▶ STREAMING ──done──▶ IDLE
 *      ◀──────────────────── link lost ─────────┴────────────────┤
 *                            ▲──────────────── stopped ──────────┘
 * </pre>
 * The round trip is measured by asking for an empty range, each second while there is no session: the answer says what
 * the holder has, too. After a session that was stopped the answer shows that nothing more of it will come.
 */
final class StreamLeecher
{
    private enum State
    {
        /** The link is not open. */
        CLOSED,
        /** Its token is not known, or something of a session that was stopped may still come. */
        UNPROVED,
        /** It has nothing to do. */
        IDLE,
        /** It sends a range. */
        STREAMING
    }

    /** What a holder has is asked for as often as it tells it on the control lane. */
    static final long PING_INTERVAL_NS = 1_000_000_000L;
    /** No session may be silent for less: a holder that others ask too has its turn in between. */
    static final long MIN_TIMEOUT_NS = 200_000_000L;
    /** Nor for longer. */
    static final long MAX_TIMEOUT_NS = 5_000_000_000L;
    /** What broke, or was refused, is not asked for sooner; doubled each time. */
    static final long MIN_PENALTY_NS = 1_000_000_000L;
    /** Nor later. */
    static final long MAX_PENALTY_NS = 60_000_000_000L;
    /** A journal has a hole now and then, and it may go through two heights. */
    private static final int MAX_EMPTY_HEIGHTS = 3;
    /** RTTs that a holder may be silent for in mid-session. */
    private static final int TIMEOUT_RTTS = 8;
    /** No session. */
    private static final long NO_SESSION = 0;

    final int index;
    private final StreamSender sender;
    private final LongSupplier ids;
    private final StreamRequest request = new StreamRequest();
    private State state = State.CLOSED;
    private @Nullable HeldRange range;
    private long sessionId = NO_SESSION;
    private long stoppedId = NO_SESSION;
    private int nextIndex;
    private int received;
    private int emptyHeights;
    private int coming;
    private long progressNs;
    private long pingId = NO_SESSION;
    private long pingSentNs;
    private boolean isPinged;
    private long srttNs;
    private boolean isRttKnown;
    private long penaltyNs = MIN_PENALTY_NS;
    private long penaltyEndNs;
    private boolean isPenalised;
    private long lackedFrom;
    private long lackedTo;

    long token;
    long oldestBlock;
    long newestBlock;
    long sealedBlock;
    long openBlock;
    int openSeq;
    boolean isHeard;

    StreamLeecher(final int index, final StreamSender sender, final long chainId, final LongSupplier ids)
    {
        this.index = index;
        this.sender = sender;
        this.ids = ids;
        request.chainId = chainId;
        request.maxItems = SeederLimits.MAX_ITEMS;
        request.maxBytes = RangeFetcher.CHUNK_BYTES;
    }

    @Nullable HeldRange range()
    {
        return range;
    }

    boolean isStreaming()
    {
        return State.STREAMING == state;
    }

    /** Is what it claims, and has, left aside for a while? */
    boolean isPenalised(final long nowNs)
    {
        if (isPenalised && nowNs - penaltyEndNs >= 0)
        {
            isPenalised = false;
        }

        return isPenalised;
    }

    /** Does it answer, and may it be asked? */
    boolean isUsable(final long nowNs)
    {
        return !isPenalised(nowNs) && (State.IDLE == state || State.STREAMING == state);
    }

    boolean isIdle(final long nowNs)
    {
        return State.IDLE == state && isUsable(nowNs);
    }

    /** Link, token, and what the holder has. */
    int keep(final long nowNs)
    {
        if (!sender.isConnected(index))
        {
            close();
            return 0;
        }
        if (State.CLOSED == state)
        {
            state = State.UNPROVED;
            isPinged = false;
        }
        if (NO_SESSION != stoppedId)
        {
            if (!sender.sendStop(index, stoppedId))
            {
                return 0;
            }
            stoppedId = NO_SESSION;
        }
        final boolean isDue = State.UNPROVED == state ?
            nowNs - pingSentNs >= MIN_TIMEOUT_NS : State.IDLE == state && nowNs - pingSentNs >= PING_INTERVAL_NS;
        if (isPinged && !isDue)
        {
            return 0;
        }
        if (!send(0, 0, 1))
        {
            return 0;
        }
        pingId = request.sessionId;
        pingSentNs = nowNs;
        isPinged = true;

        return 1;
    }

    /** Asks for what is left of a range. */
    boolean open(final HeldRange range, final int chunks, final long nowNs)
    {
        assert State.IDLE == state : state + " has a session";

        if (!send(range.fetched, range.stop, chunks))
        {
            return false;
        }
        this.range = range;
        range.holder = index;
        sessionId = request.sessionId;
        nextIndex = 0;
        received = 0;
        coming = chunks;
        progressNs = nowNs;
        state = State.STREAMING;

        return true;
    }

    /** Something of its session came. */
    void onFrame(final long nowNs)
    {
        received++;
        progressNs = nowNs;
    }

    /** Its word on what it has; false if the chunk is none of the session. */
    boolean onChunk(final StreamChunk chunk, final long nowNs)
    {
        if (State.CLOSED == state)
        {
            return false;
        }
        token = chunk.token;
        oldestBlock = chunk.oldestBlock;
        newestBlock = chunk.newestBlock;
        isHeard = true;
        if (NO_SESSION != pingId && chunk.sessionId == pingId)
        {
            onRtt(nowNs - pingSentNs);
            pingId = NO_SESSION;
            state = State.UNPROVED == state ? State.IDLE : state;
        }
        if (State.STREAMING != state || chunk.sessionId != sessionId)
        {
            return false;
        }
        progressNs = nowNs;

        return true;
    }

    /** Is a chunk the next of the session? What follows a lost one is not whole. */
    boolean isNext(final StreamChunk chunk)
    {
        if (chunk.index != nextIndex)
        {
            return false;
        }
        nextIndex++;
        coming--;

        return true;
    }

    /** Did everything come that a chunk counts? */
    boolean isWhole(final StreamChunk chunk)
    {
        final boolean isWhole = chunk.items == received;
        received = 0;

        return isWhole;
    }

    /** Chunks that may still come. */
    int coming()
    {
        return coming;
    }

    /** Gives credit for one more chunk. */
    boolean grant(final long nowNs)
    {
        if (!sender.sendCredit(index, sessionId, 1))
        {
            return false;
        }
        if (0 == coming)
        {
            progressNs = nowNs;
        }
        coming++;

        return true;
    }

    boolean isOverdue(final long nowNs)
    {
        return State.STREAMING == state && 0 < coming && nowNs - progressNs >= timeoutNs();
    }

    /** The session is over at the holder. */
    void onOver()
    {
        release();
        state = State.IDLE;
    }

    /** Ends the session, if there is one; what is under way of it comes to nobody. */
    void stop()
    {
        if (State.STREAMING == state)
        {
            stoppedId = sessionId;
            release();
            state = State.UNPROVED;
            isPinged = false;
        }
    }

    /** It broke a rule, or did not answer. */
    void penalise(final long nowNs)
    {
        stop();
        isPenalised = true;
        penaltyEndNs = nowNs + penaltyNs;
        penaltyNs = Math.min(MAX_PENALTY_NS, 2 * penaltyNs);
    }

    /** A height that it sent was good. */
    void onGood()
    {
        emptyHeights = 0;
        penaltyNs = MIN_PENALTY_NS;
    }

    /** It was asked for some heights, and sent nothing whole of the first, nor anything of the others. */
    void onLacked(final long from, final long to)
    {
        lackedFrom = from;
        lackedTo = to;
    }

    /** The lowest height above one that it says it has, or may have. */
    long mayHaveAbove(final long blockNumber)
    {
        final long next = Math.max(oldestBlock, blockNumber + 1);

        return lackedFrom <= next && next < lackedTo ? lackedTo : next;
    }

    /** What it lacked nobody had. */
    void onGivenUp()
    {
        emptyHeights = 0;
    }

    /** A height that it sent was not whole; true if that was once too often. */
    boolean onEmpty()
    {
        emptyHeights++;
        if (emptyHeights < MAX_EMPTY_HEIGHTS)
        {
            return false;
        }
        emptyHeights = 0;

        return true;
    }

    long timeoutNs()
    {
        return Math.min(MAX_TIMEOUT_NS, Math.max(MIN_TIMEOUT_NS, TIMEOUT_RTTS * srttNs));
    }

    private void close()
    {
        if (State.CLOSED != state)
        {
            release();
            state = State.CLOSED;
            token = 0;
            pingId = NO_SESSION;
            stoppedId = NO_SESSION;
            isHeard = false;
        }
    }

    private void release()
    {
        final HeldRange released = range;
        if (null != released)
        {
            released.holder = HeldRange.NO_HOLDER;
            released.discardFrom(released.fetched);
            range = null;
        }
        sessionId = NO_SESSION;
        coming = 0;
    }

    private boolean send(final long start, final long stop, final int chunks)
    {
        do
        {
            request.sessionId = ids.getAsLong();
        }
        while (NO_SESSION == request.sessionId);
        request.token = token;
        request.startBlock = start;
        request.stopBlock = stop;
        request.maxChunks = chunks;

        return sender.sendRequest(index, request);
    }

    private void onRtt(final long sampleNs)
    {
        srttNs = isRttKnown ? srttNs + (sampleNs - srttNs) / 8 : sampleNs;
        isRttKnown = true;
    }
}
