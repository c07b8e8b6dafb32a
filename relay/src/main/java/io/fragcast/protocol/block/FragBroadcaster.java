package io.fragcast.protocol.block;

import io.fragcast.counter.Counters;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.Leadership;
import io.fragcast.protocol.leader.Schedule;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * Leads the terms of a schedule that name its signer's key: checks what the builder asks for, numbers, chains, hashes
 * and signs it, and sends it, next leaders first.
 * <pre>
 *                 onEnv                 onFrag, isLast              onSeal
 *   NO_BLOCK ──────────────▶ OPEN ──────────────────────▶ COMPLETE ────────▶ NO_BLOCK
 *      ▲                     │  ▲ onFrag                     │
 *      │                     ├──┘                            │
 *      └────── onAbort ──────┴───────────────────────────────┘     onEnv here: Abort, then a new attempt
 * </pre>
 * A request taken becomes a run of steps, each one message. Each step goes to one tier of sinks after the other; a frag
 * goes as its header, then each page with its chunks, and the second tier waits until the transport has put the whole
 * frag on the network for the first. Whatever pushes back, {@link #doWork} goes on from the very frame. While
 * {@link #isIdle()} is false no request may be made; the caller keeps it, and so pushes back on the builder.
 * <p>
 * A Heartbeat follows 1 ms after a burst and every 100 ms. Used by one thread; allocates only what signing does.
 */
public final class FragBroadcaster implements BuilderRequests
{
    /** From the first message of a term on, while nothing else is said: five lost in a row make half a second. */
    public static final long HEARTBEAT_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(100);
    /** After the last message of a burst, so that a lost tail shows at once. */
    public static final long BURST_HEARTBEAT_DELAY_NS = TimeUnit.MILLISECONDS.toNanos(1);

    /** Frames in one call: 64 datagrams take a sender 160 us, and the agent's other duties wait no longer. */
    public static final int FRAMES_PER_CYCLE = 64;

    private final Leadership leadership;
    private final FragSender sender;
    private final PublishedLog published;
    private final LeaderMemory memory;
    private final LeaderMessages messages;
    private final SignedHead head;
    private final FragHashes hashes;
    private final TieredSend send;
    private final BuilderRequest request;

    private LeaderAttempt attempt = LeaderAttempt.NO_BLOCK;
    private @Nullable LeaderTerm term;
    private int termNumber;
    private int nextSeq;
    private long attemptBytes;
    private boolean isLeftOpen;

    private LeaderStep step = LeaderStep.IDLE;
    private boolean isEncoded;
    private long nextHeartbeatNs;

    private @Nullable FollowedRun run;

    /**
     * A leader.
     *
     * @param schedule who leads which block.
     * @param signer   of the leader's relay key.
     * @param sender   takes the messages.
     * @param limits   of the network.
     * @param counters of the node.
     * @param memory   of this leader's earlier life; an attempt that it left open is aborted first of all.
     */
    public FragBroadcaster(
        final Schedule schedule,
        final MessageSigner signer,
        final FragSender sender,
        final BlockLimits limits,
        final Counters counters,
        final LeaderMemory memory)
    {
        leadership = new Leadership(schedule, signer.publicKey(), counters);
        this.sender = sender;
        messages = new LeaderMessages(schedule.chainId(), signer, sender, memory);
        head = messages.head();
        published = new PublishedLog(head, counters);
        this.memory = memory;
        termNumber = memory.termNumber;
        nextSeq = memory.nextSeq;
        isLeftOpen = LeaderAttempt.NO_BLOCK.ordinal() != memory.attemptState;
        hashes = new FragHashes(sender, limits.maxBodyLength());
        request = new BuilderRequest(limits);
        send = new TieredSend(sender, hashes, request.bytes, head);
    }

    /**
     * Called before the first request.
     *
     * @param signals told of what becomes of the blocks, on this thread.
     */
    public void signals(final BlockSignals signals)
    {
        published.signals(signals);
    }

    /**
     * Called before the first request.
     *
     * @param followed the run that the node follows while others lead; asked on this thread.
     */
    public void follow(final FollowedRun followed)
    {
        run = followed;
        messages.follow(followed);
    }

    /**
     * The schedule was replaced. What went to another ends unsaid, beats too: they would pass for a leader that lives.
     *
     * @param newer from now on.
     */
    public void onSchedule(final Schedule newer)
    {
        leadership.onSchedule(newer);
        final LeaderTerm now = null == term ? null : newer.termNumbered(term.number());
        if (LeaderAttempt.NO_BLOCK != attempt && !isLed(head.blockNumber, termNumber) ||
            request.isEnv && !isLed(request.blockNumber, requireTerm(request.term).number()))
        {
            drop();
        }
        final long block = LeaderAttempt.NO_BLOCK == attempt ? leadership.nextBlock() : head.blockNumber;
        term = null != now && isLed(block, now.number()) ? now : null;
    }

    /** {@return does this node lead where the run is, or ahead of what it knows of the run?} */
    public boolean isLeading()
    {
        return leadership.isLeading(request.isEnv ? request.term : term);
    }

    @Override
    public boolean isIdle()
    {
        return LeaderStep.IDLE == step && !isLeftOpen;
    }

    @Override
    public PublishVerdict onEnv(
        final long blockNumber,
        final DirectBuffer buffer,
        final int parentHashOffset,
        final int fieldsOffset,
        final int fieldsLength)
    {
        assert isIdle() : "a request during " + step;

        final LeaderTerm leader = leadership.termOf(blockNumber);
        if (null == leader || leader.number() < termNumber)
        {
            return PublishVerdict.NOT_LEADER;
        }
        if (memory.isSealed(leader.number(), blockNumber))
        {
            return PublishVerdict.ALREADY_SEALED;
        }
        if (!sender.isConnected())
        {
            return PublishVerdict.NOT_CONNECTED;
        }

        if (null == run)
        {
            leadership.onRun(blockNumber, leader.number());
        }
        request.term = leader;
        request.blockNumber = blockNumber;
        request.isEnv = true;
        buffer.getBytes(parentHashOffset, request.parentHash);
        request.bytes.putBytes(0, buffer, fieldsOffset, fieldsLength);
        if (LeaderAttempt.NO_BLOCK != attempt)
        {
            request.reason = head.blockNumber == blockNumber ?
                LeaderMessages.ABORT_REOPENED : LeaderMessages.ABORT_BUILDER;
            step(LeaderStep.ABORT_OPEN);
        }
        else
        {
            step(isTermStarted(leader) ? LeaderStep.ENV : LeaderStep.LEADER_START);
        }

        return PublishVerdict.ACCEPTED;
    }

    @Override
    public PublishVerdict onFrag(
        final long blockNumber,
        final long seq,
        final boolean isLast,
        final int txCount,
        final DirectBuffer buffer,
        final int bodyOffset,
        final int bodyLength)
    {
        assert isIdle() : "a request during " + step;

        if (LeaderAttempt.NO_BLOCK == attempt || head.blockNumber != blockNumber)
        {
            return refuseUnopened(blockNumber);
        }
        if (LeaderAttempt.COMPLETE == attempt || nextSeq != seq)
        {
            return PublishVerdict.OUT_OF_ORDER;
        }
        final PublishVerdict verdict =
            request.check(nextSeq, attemptBytes, txCount, buffer, bodyOffset, bodyLength);
        if (PublishVerdict.ACCEPTED != verdict)
        {
            return verdict;
        }
        if (!sender.isConnected())
        {
            return PublishVerdict.NOT_CONNECTED;
        }

        request.bytes.putBytes(0, buffer, bodyOffset, bodyLength);
        request.length = bodyLength;
        hashes.compute(request.bytes, 0, bodyLength);
        request.txCount = txCount;
        request.isLast = isLast;
        step(LeaderStep.FRAG);

        return PublishVerdict.ACCEPTED;
    }

    @Override
    public PublishVerdict onSeal(
        final long blockNumber,
        final long totalFrags,
        final DirectBuffer buffer,
        final int parentHashOffset,
        final int blockHashOffset,
        final int fieldsOffset,
        final int fieldsLength)
    {
        assert isIdle() : "a request during " + step;

        if (LeaderAttempt.NO_BLOCK == attempt || head.blockNumber != blockNumber)
        {
            return refuseUnopened(blockNumber);
        }
        if (LeaderAttempt.COMPLETE != attempt)
        {
            return PublishVerdict.OUT_OF_ORDER;
        }
        buffer.getBytes(parentHashOffset, request.parentHash);
        if (nextSeq != totalFrags || !Arrays.equals(head.parentHash, request.parentHash))
        {
            return PublishVerdict.MALFORMED;
        }
        if (!sender.isConnected())
        {
            return PublishVerdict.NOT_CONNECTED;
        }

        buffer.getBytes(blockHashOffset, request.sealedHash);
        request.bytes.putBytes(0, buffer, fieldsOffset, fieldsLength);
        step(LeaderStep.SEAL);

        return PublishVerdict.ACCEPTED;
    }

    @Override
    public PublishVerdict onAbort(final long blockNumber, final int reason)
    {
        assert isIdle() : "a request during " + step;

        if (LeaderAttempt.NO_BLOCK == attempt || head.blockNumber != blockNumber)
        {
            return refuseUnopened(blockNumber);
        }

        request.reason = reason;
        step(LeaderStep.ABORT);

        return PublishVerdict.ACCEPTED;
    }

    /**
     * Goes on with what was taken, else keeps the heartbeat.
     *
     * @param nowNs   monotonic nanoseconds.
     * @param epochNs the same moment since the epoch.
     * @return frames sent, and 1 while datagrams of the next leaders are awaited.
     */
    public int doWork(final long nowNs, final long epochNs)
    {
        final FollowedRun followed = run;
        if (null != followed)
        {
            leadership.onRun(followed.nextBlock(), followed.leadingTerm());
        }
        if (LeaderStep.IDLE == step && !isStepDue(nowNs))
        {
            return 0;
        }

        int work = 0;
        while (LeaderStep.IDLE != step && work < FRAMES_PER_CYCLE && sender.isReady())
        {
            if (!isEncoded)
            {
                if (LeaderStep.ENV == step && messages.isSealAwaited(request.blockNumber, request.parentHash, nowNs))
                {
                    return work;
                }
                encode(epochNs);
                isEncoded = true;
            }
            if (!send.sendNext(nowNs))
            {
                return work + (send.isGated() ? 1 : 0);
            }
            work++;
            if (send.isDone())
            {
                complete(nowNs);
            }
        }

        return work;
    }

    /** What is to be said though nobody asks: an Abort of what an earlier life left open, a Heartbeat. */
    private boolean isStepDue(final long nowNs)
    {
        if (isLeftOpen)
        {
            if (sender.isConnected())
            {
                isLeftOpen = false;
                request.reason = LeaderMessages.ABORT_RESTART;
                step(LeaderStep.ABORT);
            }
        }
        else if (isStartDue())
        {
            request.term = leadership.leading();
            request.blockNumber = leadership.nextBlock();
            Arrays.fill(request.parentHash, (byte)0);
            step(LeaderStep.LEADER_START);
        }
        else if (null != term && nextHeartbeatNs - nowNs <= 0)
        {
            step(LeaderStep.HEARTBEAT);
        }

        return LeaderStep.IDLE != step;
    }

    /** The run, which may be behind us, is at a block of ours, of a term that goes on: all are to hear who leads. */
    private boolean isStartDue()
    {
        final LeaderTerm own = leadership.leading();

        return null != run && null != own && own.number() >= termNumber && !isTermStarted(own) &&
            !memory.isSealed(own.number(), own.lastBlock()) && sender.isConnected();
    }

    private void drop()
    {
        attempt = LeaderAttempt.NO_BLOCK;
        request.isEnv = false;
        step(LeaderStep.IDLE);
        remember();
        published.onDropped();
    }

    private void encode(final long epochNs)
    {
        switch (step)
        {
            case ABORT_OPEN, ABORT -> messages.abort(nextSeq, request.reason, epochNs);
            case LEADER_START -> messages.leaderStart(
                requireTerm(request.term), request.blockNumber, request.parentHash, epochNs);
            case ENV -> messages.env(termNumber, request.blockNumber, request.parentHash, request.bytes, epochNs);
            case FRAG -> messages.frag(
                nextSeq, request.isLast, request.txCount, hashes, request.bytes, request.length, epochNs);
            case SEAL -> messages.seal(nextSeq, request.bytes, request.sealedHash, epochNs);
            case LEADER_STOP -> messages.leaderStop(epochNs);
            case HEARTBEAT -> messages.heartbeat(epochNs);
            default -> throw new IllegalStateException("nothing to encode in " + step);
        }
        remember();
        if (LeaderStep.FRAG == step)
        {
            send.startFrag(request.length);
        }
        else
        {
            // A beat that nobody has room for is not worth waiting with: the next one says the same.
            send.start(LeaderStep.HEARTBEAT == step);
        }
    }

    /** Before it is sent: what was signed once is never signed otherwise, whatever happens to this process. */
    private void remember()
    {
        if (LeaderStep.SEAL == step)
        {
            memory.sealedTermNumber = termNumber;
            memory.sealedBlock = head.blockNumber;
        }
        memory.attemptState = step.attemptAfter(attempt, request.isLast).ordinal();
        memory.nextSeq = step.nextSeqAfter(nextSeq);
        memory.store();
    }

    private void complete(final long nowNs)
    {
        attempt = step.attemptAfter(attempt, request.isLast);
        nextSeq = step.nextSeqAfter(nextSeq);
        nextHeartbeatNs = nowNs + (LeaderStep.HEARTBEAT == step ? HEARTBEAT_INTERVAL_NS : BURST_HEARTBEAT_DELAY_NS);
        onSent();
        step(switch (step)
        {
            case ABORT_OPEN -> isTermStarted(requireTerm(request.term)) ? LeaderStep.ENV : LeaderStep.LEADER_START;
            case LEADER_START ->
            {
                term = request.term;
                termNumber = requireTerm(request.term).number();
                yield request.isEnv ? LeaderStep.ENV : LeaderStep.IDLE;
            }
            case ENV ->
            {
                attemptBytes = 0;
                request.isEnv = false;
                yield LeaderStep.IDLE;
            }
            case FRAG ->
            {
                attemptBytes += request.length;
                yield LeaderStep.IDLE;
            }
            case SEAL -> requireTerm(term).lastBlock() == memory.sealedBlock ? LeaderStep.LEADER_STOP : LeaderStep.IDLE;
            case LEADER_STOP ->
            {
                term = null;
                yield LeaderStep.IDLE;
            }
            case IDLE, ABORT, HEARTBEAT -> LeaderStep.IDLE;
        });
    }

    private void onSent()
    {
        switch (step)
        {
            case ENV -> published.onEnv();
            case FRAG -> published.onFrag(nextSeq - 1, request.isLast, request.length);
            case SEAL -> published.onSeal(nextSeq);
            case ABORT_OPEN, ABORT -> published.onAbort(nextSeq, request.reason);
            case HEARTBEAT -> published.onHeartbeat();
            default ->
            {
                // The start and the stop of a term show in the terms.
            }
        }
    }

    private void step(final LeaderStep next)
    {
        step = next;
        isEncoded = false;
    }

    private PublishVerdict refuseUnopened(final long blockNumber)
    {
        return memory.isSealed(termNumber, blockNumber) ? PublishVerdict.ALREADY_SEALED :
            null == leadership.termOf(blockNumber) ? PublishVerdict.NOT_LEADER : PublishVerdict.NO_OPEN_BLOCK;
    }

    /** Is the block this node's under that very term? The same key may have it under a later one. */
    private boolean isLed(final long blockNumber, final int number)
    {
        final LeaderTerm leader = leadership.termOf(blockNumber);

        return null != leader && number == leader.number();
    }

    private boolean isTermStarted(final LeaderTerm leader)
    {
        return null != term && term.number() == leader.number();
    }

    private static LeaderTerm requireTerm(final @Nullable LeaderTerm term)
    {
        return Objects.requireNonNull(term, "no term");
    }
}
