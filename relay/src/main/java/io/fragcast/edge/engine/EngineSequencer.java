package io.fragcast.edge.engine;

import io.fragcast.BlockEvent;
import io.fragcast.counter.Counters;
import io.fragcast.edge.engine.EngineAnswer.Outcome;
import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.Objects;

/**
 * Hands verified blocks to an execution client that discards its open block at any error, and otherwise only by a good
 * Seal. What the client has is taken from the client: whenever that is not certain it is asked for its head, and the
 * first waiting attempt whose parent it has is sent from its Env. At most one request is under way.
 * <pre>
 *              it has the parent          taken
 *   SEEKING ─────────────────▶ OPENING ──────────▶ OPEN ── frags, in order ──▶ SEALING
 *     ▲  ▲                    ▲  ▲    │ a block      │  ended otherwise:         │ taken
 *     │  │ quiet time         │  └────┘ was open:    │  nothing more of it       │
 *     │ SETTLING   next Env,  │    the same again    ▼                           │
 *     │  ▲         its parent └───────────────── READY ◀─────────────────────────┘
 *     │  │         is known
 *     │  └── no answer, to any of them
 *     └───── any other error
 * </pre>
 * An attempt that ended otherwise than VERIFIED leaves its block open in the client: the next Env discards it, and is
 * sent again. A block at or below the client's head is never sent: its Seal would set the head back. Pure: no clock, no
 * IO. Used by one thread.
 */
final class EngineSequencer
{
    private enum State
    {
        /** What the client has is not known. */
        SEEKING,
        /** The client has what the next block builds on, as far as is known. */
        READY,
        /** The Env of the current attempt is under way. */
        OPENING,
        /** The client has opened the current attempt. */
        OPEN,
        /** The Seal of the current attempt is under way. */
        SEALING,
        /** A request that was not answered may reach the client yet. */
        SETTLING
    }

    /** Losses of one block in mid-way after which it is not sent again: twice may be chance. */
    static final int MAX_RESTARTS = 3;

    private static final long NULL_REQUEST = 0;

    private final EnginePort port;
    private final EngineTiming timing;
    private final AttemptQueue queue;
    private final EngineCounts counts;
    private State state = State.SEEKING;
    /** Being sent; while seeking, the one whose parent is asked for. */
    private @Nullable BlockAttempt current;
    /** The client may have a block open: of an earlier life of this node, or of an attempt that ended otherwise. */
    private boolean mayBeOpen = true;
    /** The Env under way was sent before, and discarded what was open. */
    private boolean isEnvRepeated;
    private byte[] knownHash = EngineMessage.NO_HASH;
    private byte[] headHash = EngineMessage.NO_HASH;
    private long lastRequestId = NULL_REQUEST;
    private long pendingId = NULL_REQUEST;
    private long deadlineNs;
    private long resumeNs;
    private long backoffNs;
    private long lastAnswerNs;

    /**
     * A machine that knows nothing of its client yet.
     *
     * @param port           to the client.
     * @param timing         of requests.
     * @param maxQueueLength bytes that may wait; two attempts of the largest size are needed.
     * @param nowNs          monotonic nanoseconds.
     * @param counters       of the node.
     */
    EngineSequencer(
        final EnginePort port,
        final EngineTiming timing,
        final long maxQueueLength,
        final long nowNs,
        final Counters counters)
    {
        this.port = port;
        this.timing = timing;
        queue = new AttemptQueue(maxQueueLength);
        counts = new EngineCounts(counters);
        resumeNs = nowNs;
        lastAnswerNs = nowNs;
        backoffNs = timing.pollIntervalNs();
    }

    /** An attempt opened. */
    void onEnv(final EngineMessage env)
    {
        queue.open(env);
        onQueued();
    }

    /** A frag, or the seal, of the attempt that opened last. */
    void onMessage(final EngineMessage message)
    {
        queue.add(message);
        onQueued();
    }

    /** The attempt that opened last has ended. */
    void onEnd(final BlockEvent.Kind terminal)
    {
        final BlockAttempt newest = queue.newest();
        if (null != newest)
        {
            newest.end(BlockEvent.Kind.VERIFIED == terminal);
        }
    }

    /** What waits from this height on is of a branch that lost: it is not sent, though it was verified. */
    void onReorg(final long blockNumber)
    {
        queue.giveUpFrom(blockNumber);
        counts.reorgs.incrementRelease();
        updateCounts();
    }

    /**
     * Does what is due.
     *
     * @param nowNs monotonic nanoseconds.
     * @return 0 if there was nothing to do.
     */
    int doWork(final long nowNs)
    {
        if (NULL_REQUEST != pendingId)
        {
            if (nowNs - deadlineNs < 0)
            {
                return 0;
            }
            counts.timeouts.incrementRelease();
            pendingId = NULL_REQUEST;
            onUnknown(nowNs);
            return 1;
        }

        final boolean isWork = switch (state)
        {
            case SEEKING -> seek(nowNs);
            case READY -> begin(nowNs);
            case OPEN -> proceed(nowNs);
            case SETTLING -> settle(nowNs);
            case OPENING, SEALING -> throw new IllegalStateException(state + " without a request");
        };

        return isWork ? 1 : 0;
    }

    /**
     * A request was answered.
     *
     * @param requestId of the request.
     * @param answer    to it.
     * @param nowNs     monotonic nanoseconds.
     */
    void onAnswer(final long requestId, final EngineAnswer answer, final long nowNs)
    {
        if (requestId != pendingId)
        {
            // It was taken for lost, and what to do then was begun.
            return;
        }
        pendingId = NULL_REQUEST;

        switch (answer.outcome())
        {
            case OK ->
            {
                lastAnswerNs = nowNs;
                backoffNs = timing.pollIntervalNs();
                onTaken(answer, nowNs);
            }
            case REFUSED, UNREAD -> onRefused(answer, nowNs);
            case SHUT_OUT -> onShutOut(nowNs);
            default -> onUnknown(nowNs);
        }
    }

    private void onQueued()
    {
        queue.shrink(current);
        updateCounts();
    }

    private void updateCounts()
    {
        counts.blocksSkipped.getAndAddRelease(queue.takeSkipped());
        counts.queueBytes.setRelease(queue.length());
    }

    private boolean seek(final long nowNs)
    {
        if (nowNs - resumeNs < 0 || null == queue.first())
        {
            return false;
        }
        current = null;
        ask(EngineMethod.HEAD, null, EngineMessage.NO_HASH, nowNs);

        return true;
    }

    private boolean settle(final long nowNs)
    {
        if (nowNs - resumeNs < 0)
        {
            return false;
        }
        state = State.SEEKING;

        return true;
    }

    private boolean begin(final long nowNs)
    {
        final BlockAttempt next = queue.first();
        if (null == next)
        {
            return false;
        }

        // A block that is over already is late: the client may have it from elsewhere by now.
        if (Arrays.equals(knownHash, next.parentHash()) &&
            !next.isVerified() &&
            nowNs - lastAnswerNs < timing.maxIdleNs())
        {
            open(next, nowNs);
        }
        else
        {
            seekFrom(nowNs);
        }

        return true;
    }

    private void open(final BlockAttempt attempt, final long nowNs)
    {
        queue.giveUpBefore(attempt);
        updateCounts();
        attempt.rewind();
        current = attempt;
        isEnvRepeated = false;
        state = State.OPENING;
        ask(EngineMethod.ENV, attempt.env(), EngineMessage.NO_HASH, nowNs);
    }

    private boolean proceed(final long nowNs)
    {
        final BlockAttempt attempt = Objects.requireNonNull(current);
        if (!attempt.isLive())
        {
            current = null;
            state = State.READY;
            return true;
        }

        final EngineMessage next = attempt.next();
        if (null == next)
        {
            return false;
        }
        if (EngineMethod.SEAL == next.method())
        {
            state = State.SEALING;
        }
        ask(next.method(), next, EngineMessage.NO_HASH, nowNs);

        return true;
    }

    private void ask(
        final EngineMethod method, final @Nullable EngineMessage message, final byte[] hash, final long nowNs)
    {
        pendingId = ++lastRequestId;
        deadlineNs = nowNs + timing.requestTimeoutNs();
        if (!method.isQuery())
        {
            counts.sent.incrementRelease();
        }
        port.ask(pendingId, method, message, hash);
    }

    private void onTaken(final EngineAnswer answer, final long nowNs)
    {
        switch (state)
        {
            case SEEKING -> onFound(answer, nowNs);
            case OPENING ->
            {
                counts.taken.incrementRelease();
                knownHash = Objects.requireNonNull(current).parentHash();
                mayBeOpen = true;
                state = State.OPEN;
            }
            case OPEN ->
            {
                counts.taken.incrementRelease();
                Objects.requireNonNull(current).onFragTaken();
            }
            case SEALING -> onSealed();
            default -> throw new IllegalStateException("an answer while " + state);
        }
    }

    private void onSealed()
    {
        final BlockAttempt attempt = Objects.requireNonNull(current);
        counts.taken.incrementRelease();
        counts.blocksSealed.incrementRelease();
        knownHash = attempt.blockHash();
        mayBeOpen = false;
        current = null;
        queue.remove(attempt);
        updateCounts();
        state = State.READY;
    }

    /** The client told its head, or whether it has the parent of the current attempt. */
    private void onFound(final EngineAnswer answer, final long nowNs)
    {
        final BlockAttempt asked = current;
        if (null == asked)
        {
            headHash = answer.hash();
            queue.giveUpTo(answer.number(), headHash);
            updateCounts();
            choose(queue.first(), nowNs);
        }
        else if (0 == answer.number())
        {
            choose(queue.after(asked), nowNs);
        }
        else if (asked.isLive())
        {
            open(asked, nowNs);
        }
        else
        {
            seekFrom(nowNs);
        }
    }

    private void choose(final @Nullable BlockAttempt from, final long nowNs)
    {
        BlockAttempt attempt = from;
        while (null != attempt && queue.isChained(attempt))
        {
            attempt = queue.after(attempt);
        }

        current = attempt;
        if (null == queue.first())
        {
            knownHash = headHash;
            state = State.READY;
        }
        else if (null == attempt)
        {
            seekFrom(nowNs + timing.pollIntervalNs());
        }
        else if (Arrays.equals(headHash, attempt.parentHash()))
        {
            open(attempt, nowNs);
        }
        else
        {
            ask(EngineMethod.BLOCK, null, attempt.parentHash(), nowNs);
        }
    }

    private void onRefused(final EngineAnswer answer, final long nowNs)
    {
        final boolean isRead = Outcome.REFUSED == answer.outcome();
        final EngineRefusal refusal = isRead ? EngineRefusal.of(answer.text()) : EngineRefusal.OTHER;
        if (State.SEEKING != state)
        {
            counts.refused.incrementRelease();
        }

        switch (state)
        {
            case SEEKING -> backOff(nowNs);
            case OPENING -> onEnvRefused(refusal, isRead, nowNs);
            case OPEN, SEALING ->
            {
                final boolean wasOpen =
                    EngineRefusal.FRAG_WITHOUT_BLOCK != refusal && EngineRefusal.SEAL_WITHOUT_BLOCK != refusal;
                if (wasOpen && isRead)
                {
                    counts.resetUnexpected.incrementRelease();
                }
                mayBeOpen = !isRead;
                leave(wasOpen, nowNs);
            }
            default -> throw new IllegalStateException("an answer while " + state);
        }
    }

    private void onEnvRefused(final EngineRefusal refusal, final boolean isRead, final long nowNs)
    {
        final BlockAttempt attempt = Objects.requireNonNull(current);
        if (EngineRefusal.BLOCK_OPEN != refusal)
        {
            mayBeOpen = mayBeOpen && !isRead;
            if (EngineRefusal.NO_PARENT == refusal)
            {
                seekFrom(nowNs + timing.pollIntervalNs());
            }
            else
            {
                leave(true, nowNs);
            }
            return;
        }

        if (mayBeOpen && !isEnvRepeated)
        {
            counts.resetDeliberate.incrementRelease();
            mayBeOpen = false;
            knownHash = attempt.parentHash();
            if (attempt.isLive())
            {
                isEnvRepeated = true;
                ask(EngineMethod.ENV, attempt.env(), EngineMessage.NO_HASH, nowNs);
            }
            else
            {
                current = null;
                state = State.READY;
            }
        }
        else
        {
            // Nothing of ours was open: somebody else feeds the same client.
            counts.resetUnexpected.incrementRelease();
            leave(false, nowNs);
        }
    }

    private void onShutOut(final long nowNs)
    {
        counts.unreachable.incrementRelease();
        backOff(nowNs);
    }

    private void onUnknown(final long nowNs)
    {
        if (State.SEEKING == state)
        {
            backOff(nowNs);
            return;
        }

        mayBeOpen = true;
        leave(false, nowNs);
        resumeNs = deadlineNs + timing.requestTimeoutNs();
        state = State.SETTLING;
    }

    /** The current attempt cannot go on where it is: it is sent anew, or never again. */
    private void leave(final boolean isRefusedForGood, final long nowNs)
    {
        final BlockAttempt attempt = Objects.requireNonNull(current);
        if (isRefusedForGood || attempt.onRestart() > MAX_RESTARTS)
        {
            queue.giveUp(attempt);
            updateCounts();
        }
        seekFrom(nowNs);
    }

    private void backOff(final long nowNs)
    {
        seekFrom(nowNs + backoffNs);
        backoffNs = Math.min(2 * backoffNs, timing.maxBackoffNs());
    }

    private void seekFrom(final long whenNs)
    {
        current = null;
        resumeNs = whenNs;
        state = State.SEEKING;
    }
}
