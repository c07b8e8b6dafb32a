package io.fragcast.protocol.sync;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * A session over one height, with one holder after another, one at a time: for whoever asks for little and seldom.
 * <pre>
 *   CLOSED ──ask──▶ OPEN ──items, chunks, credit──▶ over ──close──▶ CLOSED
 *                    └──── penalise: not asked again for a while ────▲
 * </pre>
 * The token of each holder is learnt of whatever chunk comes. Used by one thread; allocates nothing after construction.
 */
final class HeightSession
{
    /** No progress for so long: 512 KiB are under way for milliseconds. */
    static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(2);
    /** A holder that gave what does not hold is asked again after so long. */
    static final long PENALTY_NS = TimeUnit.SECONDS.toNanos(60);
    /** Holders are kept as bits. */
    private static final int MAX_HOLDERS = Long.SIZE;
    private static final long NO_SESSION = 0;
    private static final int NOBODY = -1;

    /** What became of a question. */
    enum Asked
    {
        /** It is under way. */
        SENT,
        /** The link did not take it: ask again. */
        NOT_TAKEN,
        /** There is nobody left to ask. */
        NOBODY
    }

    private final StreamSender sender;
    private final LongSupplier ids;
    private final StreamRequest request = new StreamRequest();
    private final long[] tokens;
    private final boolean[] isPenalised;
    private final long[] penaltyEndNs;
    /** Did it ask for its token just now? */
    private final boolean[] isProving;
    private int holder = NOBODY;
    private long sessionId = NO_SESSION;
    private boolean isOver;
    private int nextChunk;
    private long progressNs;

    HeightSession(
        final long chainId, final StreamKind kind, final int chunks, final StreamSender sender, final LongSupplier ids)
    {
        this.sender = sender;
        this.ids = ids;
        request.chainId = chainId;
        request.kind = kind;
        request.maxItems = SeederLimits.MAX_ITEMS;
        request.maxBytes = SeederLimits.MAX_BYTES;
        request.maxChunks = chunks;
        final int holders = Math.min(MAX_HOLDERS, sender.holderCount());
        tokens = new long[holders];
        isPenalised = new boolean[holders];
        penaltyEndNs = new long[holders];
        isProving = new boolean[holders];
    }

    boolean isOpen()
    {
        return NOBODY != holder;
    }

    boolean isWith(final int from)
    {
        return holder == from;
    }

    /** Of the holder that it is open with. */
    long bit()
    {
        return 1L << holder;
    }

    boolean isAnyUsable(final long nowNs)
    {
        for (int i = 0; i < tokens.length; i++)
        {
            if (isUsable(i, nowNs))
            {
                return true;
            }
        }

        return false;
    }

    /** Asks the first who can be asked and was not. */
    Asked ask(final long height, final long askedHolders, final long nowNs)
    {
        assert !isOpen() : "a session is open with holder " + holder;

        for (int i = 0; i < tokens.length; i++)
        {
            if (0 == (askedHolders & 1L << i) && isUsable(i, nowNs))
            {
                return send(i, height, nowNs) ? Asked.SENT : Asked.NOT_TAKEN;
            }
        }

        return Asked.NOBODY;
    }

    /** Something of the session came, or is waited for here. */
    void onProgress(final long nowNs)
    {
        progressNs = nowNs;
    }

    /** A chunk of any session: how this one stands after it; null if it is of another. */
    @Nullable StreamState onChunk(final int from, final StreamChunk chunk, final long nowNs)
    {
        if (from < tokens.length)
        {
            tokens[from] = chunk.token;
        }
        if (!isWith(from) || chunk.sessionId != sessionId)
        {
            return null;
        }

        progressNs = nowNs;
        isOver = StreamState.OPEN != chunk.state;
        final boolean isFirstProof = !isProving[from];
        isProving[from] = StreamState.UNPROVED == chunk.state && isFirstProof;

        // Whoever never takes the token that it gave itself is like one who has nothing.
        return StreamState.UNPROVED == chunk.state && !isFirstProof ? StreamState.UNKNOWN : chunk.state;
    }

    /** Is a chunk the next? What follows a lost one is not whole. */
    boolean isNext(final StreamChunk chunk)
    {
        return chunk.index == nextChunk++;
    }

    /** Gives credit for one more chunk; false if the link does not take it. */
    boolean grant()
    {
        return sender.sendCredit(holder, sessionId, 1);
    }

    boolean isLost(final long nowNs)
    {
        return !sender.isConnected(holder) || nowNs - progressNs >= TIMEOUT_NS;
    }

    /** What the holder does not hear it ends itself, to make room for the next. */
    void close()
    {
        if (!isOver && sender.isConnected(holder))
        {
            sender.sendStop(holder, sessionId);
        }
        sessionId = NO_SESSION;
        holder = NOBODY;
    }

    void penalise(final long nowNs)
    {
        isPenalised[holder] = true;
        penaltyEndNs[holder] = nowNs + PENALTY_NS;
    }

    private boolean isUsable(final int number, final long nowNs)
    {
        isPenalised[number] &= nowNs - penaltyEndNs[number] < 0;

        return !isPenalised[number] && sender.isConnected(number);
    }

    private boolean send(final int to, final long height, final long nowNs)
    {
        do
        {
            request.sessionId = ids.getAsLong();
        }
        while (NO_SESSION == request.sessionId);
        request.token = tokens[to];
        request.startBlock = height;
        request.stopBlock = height + 1;
        if (!sender.sendRequest(to, request))
        {
            return false;
        }
        holder = to;
        sessionId = request.sessionId;
        isOver = false;
        nextChunk = 0;
        progressNs = nowNs;

        return true;
    }
}
