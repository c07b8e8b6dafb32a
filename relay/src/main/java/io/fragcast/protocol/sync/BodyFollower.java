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
    /** Between two rounds over the holders: a leader's client tells its body within a second. */
    static final long ROUND_NS = TimeUnit.SECONDS.toNanos(1);
    /** Whoever could have it had it by then. */
    static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(60);
    /** 1 MiB under way. */
    private static final int CHUNKS = 2;

    private final HeightSession session;
    private final BodyConsumer consumer;
    private final SealedBody check = new SealedBody();
    private final ExpandableArrayBuffer body = new ExpandableArrayBuffer();
    private final Wanted[] wanted = new Wanted[MAX_WANTED];
    private final AtomicCounter wantedCounter;
    private final AtomicCounter fetched;
    private final AtomicCounter forged;
    private final AtomicCounter givenUp;
    private int current;
    private int turn;
    private int bodyLength;
    private int received;

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
        this.consumer = consumer;
        session = new HeightSession(chainId, StreamKind.BODIES, CHUNKS, sender, ids);
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
        if (!session.isWith(from) || part.blockNumber != wanted[current].block.number)
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
        session.onProgress(nowNs);
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
        final StreamState state = session.onChunk(from, chunk, nowNs);
        if (null == state)
        {
            return false;
        }

        switch (state)
        {
            case OPEN ->
            {
                if (!session.isNext(chunk) || received >= bodyLength || !session.grant())
                {
                    leave(nowNs);
                }
            }
            case DONE -> onDone(nowNs);
            // Its token is known now.
            case UNPROVED -> session.close();
            case FAULT -> penalise(nowNs);
            // UNKNOWN, UNAVAILABLE, NOT_HAVE: it is of no use.
            default -> leave(nowNs);
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
        if (session.isOpen())
        {
            if (!session.isLost(nowNs))
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
        final HeightSession.Asked asked = session.ask(each.block.number, each.askedHolders, nowNs);
        if (HeightSession.Asked.SENT == asked)
        {
            current = number;
            received = 0;
            bodyLength = 0;
        }
        else if (HeightSession.Asked.NOBODY == asked)
        {
            each.askedHolders = 0;
            each.dueNs = nowNs + ROUND_NS;
        }

        return HeightSession.Asked.SENT == asked;
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
            session.close();
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
        session.penalise(nowNs);
        leave(nowNs);
    }

    /** Another holder is asked next. */
    private void leave(final long nowNs)
    {
        wanted[current].askedHolders |= session.bit();
        wanted[current].dueNs = nowNs;
        session.close();
    }
}
