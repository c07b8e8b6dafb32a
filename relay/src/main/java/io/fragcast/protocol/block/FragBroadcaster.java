package io.fragcast.protocol.block;

import io.fragcast.counter.Counters;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.Schedule;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
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
public final class FragBroadcaster
{
    /** From the first message of a term on, while nothing else is said: five lost in a row make half a second. */
    public static final long HEARTBEAT_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(100);
    /** After the last message of a burst, so that a lost tail shows at once. */
    public static final long BURST_HEARTBEAT_DELAY_NS = TimeUnit.MILLISECONDS.toNanos(1);

    /** 64 datagrams take a sender 160 us: the agent's other duties wait no longer. */
    private static final int FRAMES_PER_CYCLE = 64;
    /** {@code AbortReason.BUILDER} of the schema. */
    private static final int ABORT_BUILDER = 2;
    /** {@code AbortReason.RESTART} of the schema. */
    private static final int ABORT_RESTART = 3;
    /** {@code AbortReason.REOPENED} of the schema. */
    private static final int ABORT_REOPENED = 4;

    private enum Step
    {
        IDLE, ABORT_OPEN, LEADER_START, ENV, FRAG, SEAL, ABORT, LEADER_STOP, HEARTBEAT
    }

    private final Schedule schedule;
    private final byte[] publicKey;
    private final FragSender sender;
    private final BlockLimits limits;
    private final PublishedLog published;
    private final LeaderMemory memory;
    private final LeaderMessages messages;
    private final SignedHead head;
    private final FragHashes hashes;
    private final TieredSend send;
    private final UnsafeBuffer request;
    private final byte[] requestSealedHash = new byte[SignedHead.HASH_LENGTH];
    private final byte[] requestParentHash = new byte[SignedHead.HASH_LENGTH];

    private LeaderAttempt attempt = LeaderAttempt.NO_BLOCK;
    private @Nullable LeaderTerm term;
    private @Nullable LeaderTerm requestTerm;
    private int termNumber;
    private int nextSeq;
    private long attemptBytes;
    private boolean isLeftOpen;

    private Step step = Step.IDLE;
    private boolean isEncoded;
    private long nextHeartbeatNs;

    private long requestBlock;
    private int requestLength;
    private int requestTxCount;
    private int requestReason;
    private boolean isRequestLast;

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
        this.schedule = schedule;
        publicKey = signer.publicKey();
        this.sender = sender;
        this.limits = limits;
        messages = new LeaderMessages(schedule.chainId(), signer, sender, memory);
        head = messages.head();
        published = new PublishedLog(head, counters);
        this.memory = memory;
        termNumber = memory.termNumber;
        nextSeq = memory.nextSeq;
        isLeftOpen = LeaderAttempt.NO_BLOCK.ordinal() != memory.attemptState;
        hashes = new FragHashes(sender, limits.maxBodyLength());
        request = new UnsafeBuffer(ByteBuffer.allocateDirect(limits.maxBodyLength()));
        send = new TieredSend(sender, hashes, request, head);
    }

    /**
     * Who is told of what becomes of the blocks. Called before the first request.
     *
     * @param signals told of it on the broadcasting thread.
     */
    public void signals(final BlockSignals signals)
    {
        published.signals(signals);
    }

    /**
     * May a request be made?
     *
     * @return false while an earlier one is being sent, or an attempt of an earlier life is to be aborted.
     */
    public boolean isIdle()
    {
        return Step.IDLE == step && !isLeftOpen;
    }

    /**
     * The builder opens a block. What is open, this height or another, is aborted first.
     *
     * @param blockNumber      height.
     * @param buffer           holding the request.
     * @param parentHashOffset of 32 bytes.
     * @param fieldsOffset     of the Env's own fields as they are on the wire.
     * @param fieldsLength     of them, bytes.
     * @return what became of it.
     */
    public PublishVerdict onEnv(
        final long blockNumber,
        final DirectBuffer buffer,
        final int parentHashOffset,
        final int fieldsOffset,
        final int fieldsLength)
    {
        assert isIdle() : "a request during " + step;

        final LeaderTerm leader = schedule.termOfBlock(blockNumber);
        if (null == leader || !Arrays.equals(publicKey, leader.publicKey()) || leader.number() < termNumber)
        {
            return PublishVerdict.NOT_LEADER;
        }
        if (leader.number() == memory.sealedTermNumber && blockNumber <= memory.sealedBlock)
        {
            return PublishVerdict.ALREADY_SEALED;
        }
        if (!sender.isConnected())
        {
            return PublishVerdict.NOT_CONNECTED;
        }

        requestTerm = leader;
        requestBlock = blockNumber;
        buffer.getBytes(parentHashOffset, requestParentHash);
        request.putBytes(0, buffer, fieldsOffset, fieldsLength);
        if (LeaderAttempt.NO_BLOCK != attempt)
        {
            requestReason = head.blockNumber == blockNumber ? ABORT_REOPENED : ABORT_BUILDER;
            step(Step.ABORT_OPEN);
        }
        else
        {
            step(isTermStarted(leader) ? Step.ENV : Step.LEADER_START);
        }

        return PublishVerdict.ACCEPTED;
    }

    /**
     * The builder adds a frag to the open block.
     *
     * @param blockNumber height.
     * @param seq         from 0, each one more than the one before.
     * @param isLast      true in the last of the block.
     * @param txCount     transactions that the body says it holds.
     * @param buffer      holding the body, a FragBody message.
     * @param bodyOffset  of its first byte.
     * @param bodyLength  in bytes.
     * @return what became of it.
     */
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
        if (nextSeq >= limits.maxFragsPerBlock() ||
            txCount > limits.maxTxsPerFrag() ||
            bodyLength > limits.maxBodyLength() ||
            attemptBytes + bodyLength > limits.attemptBytes())
        {
            return PublishVerdict.TOO_LARGE;
        }
        if (!FragBodyReader.isValid(buffer, bodyOffset, bodyLength, txCount, limits.maxTxLength()))
        {
            return FragBodyReader.isValid(buffer, bodyOffset, bodyLength, txCount, bodyLength) ?
                PublishVerdict.TOO_LARGE : PublishVerdict.MALFORMED;
        }
        if (!sender.isConnected())
        {
            return PublishVerdict.NOT_CONNECTED;
        }

        request.putBytes(0, buffer, bodyOffset, bodyLength);
        requestLength = bodyLength;
        hashes.compute(request, 0, bodyLength);
        requestTxCount = txCount;
        isRequestLast = isLast;
        step(Step.FRAG);

        return PublishVerdict.ACCEPTED;
    }

    /**
     * The builder closes the open block.
     *
     * @param blockNumber      height.
     * @param totalFrags       frags of the block.
     * @param buffer           holding the request.
     * @param parentHashOffset of 32 bytes; must be the Env's.
     * @param blockHashOffset  of 32 bytes.
     * @param fieldsOffset     of the Seal's own fields as they are on the wire.
     * @param fieldsLength     of them, bytes.
     * @return what became of it.
     */
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
        buffer.getBytes(parentHashOffset, requestParentHash);
        if (nextSeq != totalFrags || !Arrays.equals(head.parentHash, requestParentHash))
        {
            return PublishVerdict.MALFORMED;
        }
        if (!sender.isConnected())
        {
            return PublishVerdict.NOT_CONNECTED;
        }

        buffer.getBytes(blockHashOffset, requestSealedHash);
        request.putBytes(0, buffer, fieldsOffset, fieldsLength);
        step(Step.SEAL);

        return PublishVerdict.ACCEPTED;
    }

    /**
     * The builder, or the node on its way down, gives the open block up.
     *
     * @param blockNumber height.
     * @param reason      code of the AbortReason.
     * @return what became of it.
     */
    public PublishVerdict onAbort(final long blockNumber, final int reason)
    {
        assert isIdle() : "a request during " + step;

        if (LeaderAttempt.NO_BLOCK == attempt || head.blockNumber != blockNumber)
        {
            return refuseUnopened(blockNumber);
        }

        requestReason = reason;
        step(Step.ABORT);

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
        if (Step.IDLE == step && !isStepDue(nowNs))
        {
            return 0;
        }

        int work = 0;
        while (Step.IDLE != step && work < FRAMES_PER_CYCLE && sender.isReady())
        {
            if (!isEncoded)
            {
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
                requestReason = ABORT_RESTART;
                step(Step.ABORT);
            }
        }
        else if (null != term && nextHeartbeatNs - nowNs <= 0)
        {
            step(Step.HEARTBEAT);
        }

        return Step.IDLE != step;
    }

    private void encode(final long epochNs)
    {
        switch (step)
        {
            case ABORT_OPEN, ABORT -> messages.abort(nextSeq, requestReason, epochNs);
            case LEADER_START -> messages.leaderStart(requireTerm(requestTerm), requestParentHash, epochNs);
            case ENV -> messages.env(termNumber, requestBlock, requestParentHash, request, epochNs);
            case FRAG -> messages.frag(
                nextSeq, isRequestLast, requestTxCount, hashes, request, requestLength, epochNs);
            case SEAL -> messages.seal(nextSeq, request, requestSealedHash, epochNs);
            case LEADER_STOP -> messages.leaderStop(epochNs);
            case HEARTBEAT -> messages.heartbeat(epochNs);
            default -> throw new IllegalStateException("nothing to encode in " + step);
        }
        remember();
        if (Step.FRAG == step)
        {
            send.startFrag(requestLength);
        }
        else
        {
            // A beat that nobody has room for is not worth waiting with: the next one says the same.
            send.start(Step.HEARTBEAT == step);
        }
    }

    /** Before it is sent: what was signed once is never signed otherwise, whatever happens to this process. */
    private void remember()
    {
        if (Step.SEAL == step)
        {
            memory.sealedTermNumber = termNumber;
            memory.sealedBlock = head.blockNumber;
        }
        memory.attemptState = attemptAfterStep().ordinal();
        memory.nextSeq = nextSeqAfterStep();
        memory.store();
    }

    private LeaderAttempt attemptAfterStep()
    {
        return switch (step)
        {
            case ENV -> LeaderAttempt.OPEN;
            case FRAG -> isRequestLast ? LeaderAttempt.COMPLETE : LeaderAttempt.OPEN;
            case ABORT_OPEN, SEAL, ABORT -> LeaderAttempt.NO_BLOCK;
            case IDLE, LEADER_START, LEADER_STOP, HEARTBEAT -> attempt;
        };
    }

    private int nextSeqAfterStep()
    {
        return Step.ENV == step ? 0 : Step.FRAG == step ? nextSeq + 1 : nextSeq;
    }

    private void complete(final long nowNs)
    {
        attempt = attemptAfterStep();
        nextSeq = nextSeqAfterStep();
        nextHeartbeatNs = nowNs + (Step.HEARTBEAT == step ? HEARTBEAT_INTERVAL_NS : BURST_HEARTBEAT_DELAY_NS);
        onSent();
        step(switch (step)
        {
            case ABORT_OPEN -> isTermStarted(requireTerm(requestTerm)) ? Step.ENV : Step.LEADER_START;
            case LEADER_START ->
            {
                term = requestTerm;
                termNumber = requireTerm(requestTerm).number();
                yield Step.ENV;
            }
            case ENV ->
            {
                attemptBytes = 0;
                yield Step.IDLE;
            }
            case FRAG ->
            {
                attemptBytes += requestLength;
                yield Step.IDLE;
            }
            case SEAL -> requireTerm(term).lastBlock() == memory.sealedBlock ? Step.LEADER_STOP : Step.IDLE;
            case LEADER_STOP ->
            {
                term = null;
                yield Step.IDLE;
            }
            case IDLE, ABORT, HEARTBEAT -> Step.IDLE;
        });
    }

    private void onSent()
    {
        switch (step)
        {
            case ENV -> published.onEnv();
            case FRAG -> published.onFrag(nextSeq - 1, isRequestLast, requestLength);
            case SEAL -> published.onSeal(nextSeq);
            case ABORT_OPEN, ABORT -> published.onAbort(nextSeq, requestReason);
            case HEARTBEAT -> published.onHeartbeat();
            default ->
            {
                // The start and the stop of a term show in the terms.
            }
        }
    }

    private void step(final Step next)
    {
        step = next;
        isEncoded = false;
    }

    private PublishVerdict refuseUnopened(final long blockNumber)
    {
        return memory.sealedTermNumber == termNumber && blockNumber <= memory.sealedBlock ?
            PublishVerdict.ALREADY_SEALED : PublishVerdict.NO_OPEN_BLOCK;
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
