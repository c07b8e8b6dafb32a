package io.fragcast.protocol.sync;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.block.SealedBlock;
import io.fragcast.protocol.block.SealedBody;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.status.AtomicCounter;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Asks holders for the bodies of sealed blocks that cannot be rebuilt here: frags of them are missing, or the leader
 * sealed others. The header is here already, signed by the leader, so whoever has the body may give it: its roots say
 * whether it is right. One body is under way at a time, from one holder.
 * <pre>
 *   WAITING ──due──▶ ASKED of the next holder ──parts, chunks, credit──▶ whole ──roots right──▶ handed on
 *      ▲                  │ NOT_HAVE, late, forged: the next ───────────────┘ wrong: charged, the next
 *      └── all asked: again after a pause, for a minute, then given up
 * </pre>
 * Pure: no IO, no clock. Used by one thread; allocates nothing but room for a body longer than any before.
 */
public final class BodyFollower
{
    /** Bodies wanted at once; a leader that seals more of other blocks than it streamed is the operator's case. */
    static final int MAX_WANTED = 8;
    /** No progress for so long: 512 KiB are under way for milliseconds. */
    static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(2);
    /** Between two rounds over the holders: a leader's client tells its body within a second. */
    static final long ROUND_NS = TimeUnit.SECONDS.toNanos(1);
    /** Whoever could have it had it by then. */
    static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(60);
    /** A holder that gave what does not hold is asked again after so long. */
    static final long PENALTY_NS = TimeUnit.SECONDS.toNanos(60);
    /** 1 MiB under way. */
    private static final int CHUNKS = 2;
    /** Holders are kept as bits. */
    private static final int MAX_HOLDERS = Long.SIZE;
    private static final long NO_SESSION = 0;
    private static final int NOBODY = -1;

    private final StreamSender sender;
    private final BodyConsumer consumer;
    private final LongSupplier ids;
    private final StreamRequest request = new StreamRequest();
    private final SealedBody check = new SealedBody();
    private final ExpandableArrayBuffer body = new ExpandableArrayBuffer();
    private final Wanted[] wanted = new Wanted[MAX_WANTED];
    private final Source[] sources;
    private final AtomicCounter wantedCounter;
    private final AtomicCounter fetched;
    private final AtomicCounter forged;
    private final AtomicCounter givenUp;
    private int holder = NOBODY;
    private int current;
    private int turn;
    private long sessionId = NO_SESSION;
    private int nextChunk;
    private int bodyLength;
    private int received;
    private long progressNs;

    /** One body. */
    private static final class Wanted
    {
        private final SealedBlock block = new SealedBlock();
        private boolean isLive;
        private boolean isPlaced;
        private long askedHolders;
        private long dueNs;
        private long giveUpNs;
    }

    /** One holder. */
    private static final class Source
    {
        private long token;
        private boolean isPenalised;
        private long penaltyEndNs;
    }

    /**
     * A follower.
     *
     * @param chainId  EIP-155 chain id.
     * @param sender   of requests.
     * @param consumer takes what is whole.
     * @param ids      random numbers, 64 bits each.
     * @param counters of the node.
     */
    public BodyFollower(
        final long chainId,
        final StreamSender sender,
        final BodyConsumer consumer,
        final LongSupplier ids,
        final Counters counters)
    {
        this.sender = sender;
        this.consumer = consumer;
        this.ids = ids;
        request.chainId = chainId;
        request.kind = StreamKind.BODIES;
        request.maxItems = SeederLimits.MAX_ITEMS;
        request.maxBytes = SeederLimits.MAX_BYTES;
        request.maxChunks = CHUNKS;
        sources = new Source[Math.min(MAX_HOLDERS, sender.holderCount())];
        Arrays.setAll(sources, (i) -> new Source());
        Arrays.setAll(wanted, (i) -> new Wanted());
        wantedCounter = counters.get(FragcastCounter.BODIES_WANTED);
        fetched = counters.get(FragcastCounter.BODIES_FETCHED);
        forged = counters.get(FragcastCounter.BODIES_FORGED);
        givenUp = counters.get(FragcastCounter.BODIES_GIVEN_UP);
    }

    /**
     * A body is wanted.
     *
     * @param block whose header its leader signed; copied.
     */
    public void onWanted(final SealedBlock block)
    {
        Wanted free = null;
        for (final Wanted each : wanted)
        {
            if (each.isLive && Arrays.equals(each.block.hash, block.hash))
            {
                return;
            }
            free = each.isLive ? free : each;
        }
        wantedCounter.incrementRelease();
        if (null == free)
        {
            givenUp.incrementRelease();
            return;
        }
        free.block.set(block);
        free.isLive = true;
        free.isPlaced = false;
        free.askedHolders = 0;
    }

    /**
     * A part of a body.
     *
     * @param from  number of the holder.
     * @param part  valid during the call.
     * @param nowNs monotonic nanoseconds.
     */
    public void onPart(final int from, final BodyPart part, final long nowNs)
    {
        if (holder != from || part.blockNumber != wanted[current].block.number)
        {
            return;
        }
        // What is under way of a session that was stopped begins elsewhere.
        if (part.position != received || 0 < received && part.bodyLength != bodyLength ||
            !Arrays.equals(part.blockHash, wanted[current].block.hash))
        {
            leave(nowNs);
            return;
        }
        progressNs = nowNs;
        bodyLength = part.bodyLength;
        body.putBytes(received, part.buffer, part.offset, part.length);
        received += part.length;
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
        if (from < sources.length)
        {
            sources[from].token = chunk.token;
        }
        if (holder != from || NO_SESSION == sessionId || chunk.sessionId != sessionId)
        {
            return false;
        }

        progressNs = nowNs;
        if (StreamState.OPEN == chunk.state)
        {
            if (chunk.index != nextChunk++ || received >= bodyLength || !sender.sendCredit(holder, sessionId, 1))
            {
                leave(nowNs);
            }
        }
        else
        {
            sessionId = NO_SESSION;
            onOver(chunk.state, nowNs);
        }

        return true;
    }

    /**
     * Asks who is next.
     *
     * @param nowNs monotonic nanoseconds.
     * @return work done.
     */
    public int doWork(final long nowNs)
    {
        if (NOBODY != holder)
        {
            if (sender.isConnected(holder) && nowNs - progressNs < TIMEOUT_NS)
            {
                return 0;
            }
            leave(nowNs);
            return 1;
        }

        for (int i = 0; i < MAX_WANTED; i++)
        {
            turn = (turn + 1) % MAX_WANTED;
            if (wanted[turn].isLive && ask(turn, nowNs))
            {
                return 1;
            }
        }

        return 0;
    }

    /**
     * Are bodies wanted?
     *
     * @return true while any is.
     */
    public boolean isBusy()
    {
        for (final Wanted each : wanted)
        {
            if (each.isLive)
            {
                return true;
            }
        }

        return false;
    }

    private boolean ask(final int number, final long nowNs)
    {
        final Wanted each = wanted[number];
        if (!each.isPlaced)
        {
            each.isPlaced = true;
            each.dueNs = nowNs;
            each.giveUpNs = nowNs + PATIENCE_NS;
        }
        if (nowNs - each.giveUpNs >= 0)
        {
            each.isLive = false;
            givenUp.incrementRelease();
            return true;
        }
        if (nowNs - each.dueNs < 0)
        {
            return false;
        }
        for (int i = 0; i < sources.length; i++)
        {
            if (0 == (each.askedHolders & 1L << i) && isUsable(i, nowNs))
            {
                return send(number, i, nowNs);
            }
        }
        each.askedHolders = 0;
        each.dueNs = nowNs + ROUND_NS;

        return false;
    }

    private boolean isUsable(final int number, final long nowNs)
    {
        final Source source = sources[number];
        source.isPenalised &= nowNs - source.penaltyEndNs < 0;

        return !source.isPenalised && sender.isConnected(number);
    }

    private boolean send(final int number, final int to, final long nowNs)
    {
        do
        {
            request.sessionId = ids.getAsLong();
        }
        while (NO_SESSION == request.sessionId);
        request.token = sources[to].token;
        request.startBlock = wanted[number].block.number;
        request.stopBlock = request.startBlock + 1;
        if (!sender.sendRequest(to, request))
        {
            return false;
        }
        holder = to;
        current = number;
        sessionId = request.sessionId;
        nextChunk = 0;
        received = 0;
        bodyLength = 0;
        progressNs = nowNs;

        return true;
    }

    private void onOver(final StreamState state, final long nowNs)
    {
        if (StreamState.DONE == state)
        {
            onDone(nowNs);
        }
        else if (StreamState.UNPROVED == state)
        {
            // Its token is known now.
            holder = NOBODY;
        }
        else if (StreamState.FAULT == state)
        {
            penalise(nowNs);
        }
        else
        {
            leave(nowNs);
        }
    }

    private void onDone(final long nowNs)
    {
        final Wanted each = wanted[current];
        if (0 == received || received != bodyLength)
        {
            leave(nowNs);
        }
        else if (check.isOf(each.block, body, 0, received))
        {
            holder = NOBODY;
            each.isLive = false;
            consumer.onWholeBlock(each.block, body, 0, received);
            fetched.incrementRelease();
        }
        else
        {
            forged.incrementRelease();
            penalise(nowNs);
        }
    }

    private void penalise(final long nowNs)
    {
        sources[holder].isPenalised = true;
        sources[holder].penaltyEndNs = nowNs + PENALTY_NS;
        leave(nowNs);
    }

    /** Another holder is asked next. */
    private void leave(final long nowNs)
    {
        if (NO_SESSION != sessionId && sender.isConnected(holder))
        {
            sender.sendStop(holder, sessionId);
        }
        wanted[current].askedHolders |= 1L << holder;
        wanted[current].dueNs = nowNs;
        sessionId = NO_SESSION;
        holder = NOBODY;
    }
}
