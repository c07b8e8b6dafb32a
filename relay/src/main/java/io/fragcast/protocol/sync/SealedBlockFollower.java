package io.fragcast.protocol.sync;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.block.BlockLimits;
import io.fragcast.protocol.block.SealedBlock;
import io.fragcast.protocol.repair.FrameArchive;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.status.AtomicCounter;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * Asks every holder for the SealedBlocks of what was verified here: a session of each, over what it has not yet given
 * of the last {@link #WINDOW_BLOCKS} heights, again after {@link #INTERVAL_NS}. What comes is checked here, and handed
 * on once a height; what is not taken is asked for again. The sealed block of a height is there when the leader's
 * execution client has it, so there is no telling a holder that has none from one that has none yet.
 * <pre>
 *   UNPROVED ──a chunk, of whatever session: its token──▶ RESTING ──due, and behind──▶ ASKED ──the chunk──▶ RESTING
 *      ▲────────────────────── link lost ────────────────────┴────────────────────────────┘ └─late: asked anew
 * </pre>
 * Used by one thread; allocates nothing after construction.
 */
public final class SealedBlockFollower
{
    /** What is looked for: a Seal farther down is not held against anything. */
    static final int WINDOW_BLOCKS = BlockLimits.WINDOW_BLOCKS;
    /** Five looks in a block of a second: a mismatch is known long before the next. */
    static final long INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(200);
    /** A chunk of 64 headers is under way for milliseconds. */
    static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(1);
    /** A holder that gave what does not hold is asked again after so long. */
    static final long PENALTY_NS = TimeUnit.SECONDS.toNanos(60);
    /** No session. */
    private static final long NO_SESSION = 0;

    private final StreamSender sender;
    private final SealedBlockReader reader;
    private final Predicate<SealedBlock> taker;
    private final LongSupplier ids;
    private final StreamRequest request = new StreamRequest();
    private final SealedBlock block = new SealedBlock();
    private final Source[] sources;
    private final long[] taken = new long[WINDOW_BLOCKS];
    private final AtomicCounter fetched;
    private final AtomicCounter forged;
    private long cursor;

    /** One holder. */
    private static final class Source
    {
        private boolean isProved;
        private long token;
        private long sessionId;
        /** Everything below was given, or is not looked for any more. */
        private long from;
        private long dueNs;
        private boolean isScheduled;
    }

    /**
     * A follower.
     *
     * @param chainId  EIP-155 chain id.
     * @param sender   of requests.
     * @param reader   of what comes.
     * @param taker    takes a block, valid during the call; false to be offered it again.
     * @param ids      random numbers, 64 bits each.
     * @param counters of the node.
     */
    public SealedBlockFollower(
        final long chainId,
        final StreamSender sender,
        final SealedBlockReader reader,
        final Predicate<SealedBlock> taker,
        final LongSupplier ids,
        final Counters counters)
    {
        this.sender = sender;
        this.reader = reader;
        this.taker = taker;
        this.ids = ids;
        request.chainId = chainId;
        request.kind = StreamKind.SEALED_BLOCKS;
        request.maxItems = WINDOW_BLOCKS;
        request.maxBytes = SeederLimits.MAX_BYTES;
        request.maxChunks = 1;
        sources = new Source[sender.holderCount()];
        Arrays.setAll(sources, (i) -> new Source());
        Arrays.fill(taken, FrameArchive.NO_BLOCK);
        fetched = counters.get(FragcastCounter.SEALED_BLOCKS_FETCHED);
        forged = counters.get(FragcastCounter.SEALED_BLOCKS_FORGED);
    }

    /**
     * A SealedBlock message of a holder.
     *
     * @param holder number.
     * @param buffer holding it.
     * @param offset of its first byte.
     * @param length in bytes.
     * @param nowNs  monotonic nanoseconds.
     */
    public void onSealedBlock(
        final int holder, final DirectBuffer buffer, final int offset, final int length, final long nowNs)
    {
        final Source source = sources[holder];
        if (NO_SESSION == source.sessionId)
        {
            return;
        }
        if (!reader.tryRead(buffer, offset, length, block))
        {
            forged.incrementRelease();
            stop(holder, source);
            rest(source, nowNs + PENALTY_NS);
            return;
        }

        final long number = block.number;
        if (number < source.from || number >= cursor)
        {
            return;
        }
        final int slot = (int)number & WINDOW_BLOCKS - 1;
        if (number != taken[slot])
        {
            if (!taker.test(block))
            {
                stop(holder, source);
                rest(source, nowNs + INTERVAL_NS);
                return;
            }
            taken[slot] = number;
            fetched.incrementRelease();
        }
        source.from = number + 1;
    }

    /**
     * A holder has ended a chunk, of this or of another session.
     *
     * @param holder number.
     * @param chunk  valid during the call.
     * @param nowNs  monotonic nanoseconds.
     * @return true if it was of a session of this.
     */
    public boolean onChunk(final int holder, final StreamChunk chunk, final long nowNs)
    {
        final Source source = sources[holder];
        source.token = chunk.token;
        source.isProved = true;
        if (NO_SESSION == source.sessionId || chunk.sessionId != source.sessionId)
        {
            return false;
        }

        final long wait = switch (chunk.state)
        {
            case OPEN, DONE, UNKNOWN, NOT_HAVE -> INTERVAL_NS;
            case UNPROVED -> 0;
            case UNAVAILABLE, FAULT -> PENALTY_NS;
        };
        if (StreamState.OPEN == chunk.state)
        {
            stop(holder, source);
        }
        rest(source, nowNs + wait);

        return true;
    }

    /**
     * Asks who is due.
     *
     * @param verifiedTo block after the last that was verified here.
     * @param nowNs      monotonic nanoseconds.
     * @return requests sent.
     */
    public int doWork(final long verifiedTo, final long nowNs)
    {
        cursor = verifiedTo;
        int workCount = 0;
        for (int i = 0; i < sources.length; i++)
        {
            workCount += keep(i, sources[i], nowNs);
        }

        return workCount;
    }

    private int keep(final int holder, final Source source, final long nowNs)
    {
        if (!sender.isConnected(holder))
        {
            source.isProved = false;
            source.isScheduled = false;
            source.sessionId = NO_SESSION;
            return 0;
        }
        source.from = Math.max(source.from, cursor - WINDOW_BLOCKS);
        if (source.from >= cursor || source.isScheduled && nowNs - source.dueNs < 0)
        {
            return 0;
        }
        stop(holder, source);

        return ask(holder, source, nowNs);
    }

    /** Before its token is known a holder is asked all the same: the answer gives it. */
    private int ask(final int holder, final Source source, final long nowNs)
    {
        do
        {
            request.sessionId = ids.getAsLong();
        }
        while (NO_SESSION == request.sessionId);
        request.token = source.isProved ? source.token : 0;
        request.startBlock = source.from;
        request.stopBlock = cursor;
        if (!sender.sendRequest(holder, request))
        {
            return 0;
        }
        source.sessionId = request.sessionId;
        source.isScheduled = true;
        source.dueNs = nowNs + TIMEOUT_NS;

        return 1;
    }

    /** What the holder does not hear it ends itself, to make room for the next. */
    private void stop(final int holder, final Source source)
    {
        if (NO_SESSION != source.sessionId)
        {
            sender.sendStop(holder, source.sessionId);
            source.sessionId = NO_SESSION;
        }
    }

    private static void rest(final Source source, final long dueNs)
    {
        source.sessionId = NO_SESSION;
        source.isScheduled = true;
        source.dueNs = dueNs;
    }
}
