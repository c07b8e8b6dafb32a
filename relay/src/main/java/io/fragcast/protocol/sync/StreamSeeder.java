package io.fragcast.protocol.sync;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.repair.FrameArchive;
import io.fragcast.protocol.repair.HeldItems;
import org.agrona.concurrent.status.AtomicCounter;
import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Gives whole heights to those who catch up: three sessions a requester, each in chunks against credit.
 * <pre>
 *   onRequest ──▶ sessions of the requester ──▶ doWork: a turn for each requester, round and round ──▶ ChunkSender
 *   onCredit        a 4th ends the oldest other        a chunk to its end, then the next session
 *   onStop
 * </pre>
 * What is still to be sent lies where it is kept, nothing is buffered, so a requester that does not read holds up its
 * own sessions alone. All together get {@link SeederLimits#bytesPerSecond}. Before a requester has shown by its token
 * that answers reach it, it gets a StreamChunk without items, 76 bytes for 64. Used by one thread; allocates nothing
 * after construction.
 */
public final class StreamSeeder
{
    /** The rate is kept over so long: a turn of 32 frames for each of 64 requesters is 2.8 MB. */
    private static final long BURST_NS = TimeUnit.MILLISECONDS.toNanos(100);

    private final long chainId;
    private final @Nullable HeldItems[] frames;
    private final ChunkSender sender;
    private final SeederLimits limits;
    private final LongSupplier tokens;
    private final StreamSession[][] sessions;
    private final long[] linkTokens;
    private final int[] turns;
    private final StreamChunk reply = new StreamChunk();
    private final AtomicCounter opened;
    private final AtomicCounter pruned;
    private final AtomicCounter faults;
    private final AtomicCounter refused;
    private final AtomicCounter bytes;
    private final AtomicCounter dropped;
    private int firstLink;
    private long openedCount;
    private long allowanceBytes;
    private long refilledAtNs;
    private boolean isRefilled;

    /**
     * A seeder.
     *
     * @param chainId   that is served.
     * @param linkCount links that requests may come by.
     * @param frames    what is given, by the ordinal of its {@link StreamKind}; null: none of that kind.
     * @param namer     of frames.
     * @param sender    of the answers.
     * @param limits    of the answers.
     * @param tokens    random numbers, 64 bits each.
     * @param counters  of the node.
     */
    public StreamSeeder(
        final long chainId,
        final int linkCount,
        final @Nullable HeldItems[] frames,
        final FrameNamer namer,
        final ChunkSender sender,
        final SeederLimits limits,
        final LongSupplier tokens,
        final Counters counters)
    {
        this.chainId = chainId;
        this.frames = Arrays.copyOf(frames, StreamKind.values().length);
        this.sender = sender;
        this.limits = limits;
        this.tokens = tokens;
        sessions = new StreamSession[linkCount][];
        for (int i = 0; i < linkCount; i++)
        {
            sessions[i] = new StreamSession[SeederLimits.MAX_SESSIONS];
            for (int j = 0; j < SeederLimits.MAX_SESSIONS; j++)
            {
                sessions[i][j] = new StreamSession(sender, namer, this.frames);
            }
        }
        linkTokens = new long[linkCount];
        turns = new int[linkCount];
        opened = counters.get(FragcastCounter.STREAMS_OPENED);
        pruned = counters.get(FragcastCounter.STREAMS_PRUNED);
        faults = counters.get(FragcastCounter.STREAM_FAULTS);
        refused = counters.get(FragcastCounter.STREAMS_REFUSED);
        bytes = counters.get(FragcastCounter.STREAM_BYTES_SENT);
        dropped = counters.get(FragcastCounter.STREAM_REPLIES_DROPPED);
    }

    /**
     * How far the node is itself; memory holds all that it accepted of lower heights.
     *
     * @param blockNumber height that it is to finish now.
     */
    public void onOpenBlock(final long blockNumber)
    {
        for (final HeldItems held : frames)
        {
            if (null != held)
            {
                held.onOpenBlock(blockNumber);
            }
        }
    }

    /**
     * A session is asked for, or asked to go on.
     *
     * @param link    that it came by.
     * @param request valid during the call.
     */
    public void onRequest(final int link, final StreamRequest request)
    {
        if (chainId != request.chainId || null == frames[request.kind.ordinal()])
        {
            refused.incrementRelease();
            reply(link, request.sessionId, StreamState.UNAVAILABLE);
            return;
        }
        if (token(link) != request.token)
        {
            refused.incrementRelease();
            reply(link, request.sessionId, StreamState.UNPROVED);
            return;
        }

        final StreamSession live = find(link, request.sessionId);
        if (!isWithinLimits(request) ||
            null != live && (live.startBlock() != request.startBlock || !live.addCredit(request.maxChunks)))
        {
            onFault(link, request.sessionId);
        }
        else if (null == live)
        {
            openedCount++;
            opened.incrementRelease();
            room(link).open(link, token(link), request, openedCount);
        }
    }

    /**
     * A session may go on.
     *
     * @param link      that it came by.
     * @param sessionId of the session.
     * @param chunks    that it may send besides.
     */
    public void onCredit(final int link, final long sessionId, final int chunks)
    {
        final StreamSession live = find(link, sessionId);
        if (null == live)
        {
            reply(link, sessionId, StreamState.UNKNOWN);
        }
        else if (chunks < 1 || chunks > SeederLimits.MAX_CHUNKS || !live.addCredit(chunks))
        {
            onFault(link, sessionId);
        }
    }

    /**
     * A session is not wanted any more.
     *
     * @param link      that it came by.
     * @param sessionId of the session.
     */
    public void onStop(final int link, final long sessionId)
    {
        final StreamSession live = find(link, sessionId);
        if (null != live)
        {
            live.close();
        }
    }

    /**
     * A link is gone: its sessions are forgotten, and it gets another token when it is back.
     *
     * @param link number.
     */
    public void onDisconnected(final int link)
    {
        closeAll(link);
        linkTokens[link] = 0;
    }

    /**
     * Gives each requester its turn.
     *
     * @param nowNs monotonic nanoseconds.
     * @return work done.
     */
    public int doWork(final long nowNs)
    {
        refill(nowNs);
        int workCount = 0;
        final int linkCount = sessions.length;
        for (int i = 0; i < linkCount && 0 < allowanceBytes; i++)
        {
            workCount += turn((firstLink + i) % linkCount, nowNs);
        }
        firstLink = 0 == linkCount ? 0 : (firstLink + 1) % linkCount;

        return workCount;
    }

    private int turn(final int link, final long nowNs)
    {
        final StreamSession session = next(link);
        if (null == session)
        {
            return 0;
        }
        final int sent = session.turn(nowNs);
        allowanceBytes -= sent;
        bytes.getAndAddRelease(sent);

        return 1;
    }

    /** The session whose chunk is begun; else the next that has credit. */
    private @Nullable StreamSession next(final int link)
    {
        final StreamSession current = sessions[link][turns[link]];
        if (current.isDue() && current.isInChunk())
        {
            return current;
        }
        for (int i = 1; i <= SeederLimits.MAX_SESSIONS; i++)
        {
            final int turn = (turns[link] + i) % SeederLimits.MAX_SESSIONS;
            if (sessions[link][turn].isDue())
            {
                turns[link] = turn;
                return sessions[link][turn];
            }
        }

        return null;
    }

    private @Nullable StreamSession find(final int link, final long sessionId)
    {
        for (final StreamSession session : sessions[link])
        {
            if (session.isLive() && sessionId == session.id())
            {
                return session;
            }
        }

        return null;
    }

    /** A place for one more session: a free one, else that of the oldest. */
    private StreamSession room(final int link)
    {
        StreamSession oldest = sessions[link][0];
        for (final StreamSession session : sessions[link])
        {
            if (!session.isLive())
            {
                return session;
            }
            if (session.openedAt() < oldest.openedAt())
            {
                oldest = session;
            }
        }
        pruned.incrementRelease();
        reply(link, oldest.id(), StreamState.UNKNOWN);

        return oldest;
    }

    private void onFault(final int link, final long sessionId)
    {
        faults.incrementRelease();
        closeAll(link);
        reply(link, sessionId, StreamState.FAULT);
    }

    private void closeAll(final int link)
    {
        for (final StreamSession session : sessions[link])
        {
            session.close();
        }
    }

    private void reply(final int link, final long sessionId, final StreamState state)
    {
        final HeldItems held = frames[StreamKind.FRAGS.ordinal()];
        reply.sessionId = sessionId;
        reply.token = token(link);
        reply.oldestBlock = null == held ? FrameArchive.NO_BLOCK : held.oldestBlock();
        reply.newestBlock = null == held ? FrameArchive.NO_BLOCK : held.newestBlock();
        reply.state = state;
        if (!sender.sendChunk(link, reply))
        {
            dropped.incrementRelease();
        }
    }

    /** 0 says "none yet" on the wire. */
    private long token(final int link)
    {
        while (0 == linkTokens[link])
        {
            linkTokens[link] = tokens.getAsLong();
        }

        return linkTokens[link];
    }

    private void refill(final long nowNs)
    {
        final long elapsedNs = isRefilled ? Math.min(BURST_NS, nowNs - refilledAtNs) : BURST_NS;
        isRefilled = true;
        final long most = Math.max(1, limits.bytesPerSecond() * BURST_NS / TimeUnit.SECONDS.toNanos(1));
        final long gained = limits.bytesPerSecond() * elapsedNs / TimeUnit.SECONDS.toNanos(1);
        if (0 < gained)
        {
            refilledAtNs = nowNs;
            allowanceBytes = Math.min(most, allowanceBytes + gained);
        }
    }

    private static boolean isWithinLimits(final StreamRequest request)
    {
        final long heights = request.stopBlock - request.startBlock;

        return Long.compareUnsigned(request.startBlock, request.stopBlock) <= 0 &&
            Long.compareUnsigned(heights, SeederLimits.MAX_HEIGHTS) <= 0 &&
            1 <= request.maxItems && request.maxItems <= SeederLimits.MAX_ITEMS &&
            1 <= request.maxBytes && request.maxBytes <= SeederLimits.MAX_BYTES &&
            1 <= request.maxChunks && request.maxChunks <= SeederLimits.MAX_CHUNKS;
    }
}
