package io.fragcast.protocol.block;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.block.AttemptFrames.Place;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One attempt at a block: takes its verified messages in whatever order they come and delivers them in their own:
 * Env, Frag 0..k, Seal, then one terminal event.
 * <pre>
 *   VACANT --any message--> HEADLESS --Env--> OPEN --last frag--> COMPLETE --Seal--> SEALED --it holds--> VERIFIED
 *                               |              |  |                                  |  ^
 *                               |              |  +--Seal, all its frags delivered---+--+  --it fails--> MISMATCHED
 *                               |              +--Abort----------------------------> ABORTED
 *                               |              +--newer attempt, or the run goes on-> SUPERSEDED
 *                               |              +--chain, body, equivocation--------> MISMATCHED
 *                               +--the run goes on: let go undelivered, its block reported missed
 * </pre>
 * What the consumer refuses is offered again by the next {@link #deliver()}; state changes only with what was taken.
 * A slot of the pool of {@link AttemptTable}; used by one thread.
 */
final class BlockAssembler
{
    /** What a call of {@link #deliver()} came to. */
    enum Progress
    {
        /** Everything that can be delivered has been; more frames are needed. */
        WAITING,
        /** The consumer refused; call again. */
        REFUSED,
        /** The terminal event was delivered. */
        ENDED
    }

    private final UnsafeBuffer slabBuffer;
    private final BlockLimits limits;
    private final BlockDelivery delivery;
    private final SealVerifier sealVerifier;
    private final Counters counters;
    private final AttemptFrames frames;
    private final FragAssembler frag;
    private final AttemptEvidence evidence;
    /** Digest of the last message delivered. */
    private final byte[] chainDigest = new byte[FrameDigest.DIGEST_LENGTH];

    private AttemptState state = AttemptState.VACANT;
    private MismatchReason mismatch = MismatchReason.NONE;
    private int leaderTerm;
    private long blockNumber;
    private long incarnation;
    private int nextSeq;
    private long envTimeNs;
    private long progressTimeNs;
    private boolean isEnvDelivered;
    private boolean isLastDelivered;
    private boolean isLinkBroken;
    private boolean isEquivocal;
    private boolean isAbandoned;
    private boolean isRefused;

    BlockAssembler(
        final BodySlab slab,
        final BlockLimits limits,
        final BlockDelivery delivery,
        final SealVerifier sealVerifier,
        final Counters counters)
    {
        slabBuffer = slab.buffer();
        this.limits = limits;
        this.delivery = delivery;
        this.sealVerifier = sealVerifier;
        this.counters = counters;
        frames = new AttemptFrames(slab, limits);
        frag = new FragAssembler(slab);
        evidence = new AttemptEvidence(limits.maxFragsPerBlock());
    }

    /** Takes the slot for an attempt. */
    void open(final int leaderTerm, final long blockNumber, final long incarnation, final long nowNs)
    {
        this.leaderTerm = leaderTerm;
        this.blockNumber = blockNumber;
        this.incarnation = incarnation;
        mismatch = MismatchReason.NONE;
        nextSeq = 0;
        evidence.clear(nowNs);
        isEnvDelivered = false;
        isLastDelivered = false;
        isLinkBroken = false;
        isEquivocal = false;
        isAbandoned = false;
        state(AttemptState.HEADLESS);
    }

    /** Gives the slot back, and everything in the slab. */
    void vacate()
    {
        sealVerifier.onVacated(this);
        frames.clear();
        state(AttemptState.VACANT);
    }

    /**
     * Keeps a verified message whose place is empty.
     *
     * @param frame  to keep.
     * @param digest of it.
     * @param nowNs  monotonic nanoseconds.
     * @return false if there is no room for it.
     */
    boolean store(final SignedFrame frame, final byte[] digest, final long nowNs)
    {
        if (!frames.store(frame, digest))
        {
            return false;
        }

        progressTimeNs = nowNs;
        if (FrameKind.ENV == frame.kind)
        {
            envTimeNs = nowNs;
            System.arraycopy(digest, 0, chainDigest, 0, chainDigest.length);
            counters.get(FragcastCounter.ATTEMPTS_OPENED).incrementRelease();
            state(AttemptState.OPEN);
        }
        else if (FrameKind.FRAG == frame.kind && frame.isLast)
        {
            counters.get(FragcastCounter.FRAMES_OUT_OF_STATE).getAndAddRelease(frames.cutAfterLast());
        }

        return true;
    }

    /** A piece of one of its frags was stored. */
    void onPiece(final long nowNs)
    {
        progressTimeNs = nowNs;
    }

    /** One of its frags is whole now. */
    void onWhole(final int seq)
    {
        delivery.onVerified(this, seq);
    }

    /** The leader signed two messages for one place of it: it ends MISMATCHED. */
    void onEquivocation()
    {
        isEquivocal = true;
    }

    /** Its Env does not build on the block before: it ends MISMATCHED. */
    void onBrokenLink()
    {
        isLinkBroken = true;
    }

    /** A newer attempt at its height takes its place. */
    void supersede()
    {
        state(AttemptState.SUPERSEDED);
    }

    /** The run goes on above its height. */
    void abandon()
    {
        isAbandoned = true;
        state(AttemptState.SUPERSEDED);
    }

    /**
     * Delivers what can be delivered.
     *
     * @return how far it came.
     */
    Progress deliver()
    {
        isRefused = false;
        while (!state.isTerminal())
        {
            final boolean isStep = switch (state)
            {
                case OPEN -> isEnvDelivered ? stepOpen() : stepEnv();
                case COMPLETE -> stepComplete();
                case SEALED -> stepSealed();
                case VACANT, HEADLESS, VERIFIED, ABORTED, SUPERSEDED, MISMATCHED -> false;
            };
            if (!isStep)
            {
                return isRefused ? Progress.REFUSED : Progress.WAITING;
            }
        }

        return offerTerminal() ? Progress.ENDED : Progress.REFUSED;
    }

    /** Frags below the highest known one that are not delivered and not whole. */
    int missingFrags()
    {
        int end = Math.max(Math.max(frames.highestSeq, frames.lastSeq) + 1, evidence.namedFrags());
        if (frames.seal.isTaken() && AttemptFrames.NULL_SEQ == frames.lastSeq)
        {
            end = Math.max(end, (int)Math.min(frames.totalFrags, limits.maxFragsPerBlock()));
        }
        int missing = 0;
        for (int seq = nextSeq; seq < end; seq++)
        {
            missing += isWhole(seq) ? 0 : 1;
        }

        return missing;
    }

    AttemptState state()
    {
        return state;
    }

    AttemptFrames frames()
    {
        return frames;
    }

    AttemptEvidence evidence()
    {
        return evidence;
    }

    int leaderTerm()
    {
        return leaderTerm;
    }

    long blockNumber()
    {
        return blockNumber;
    }

    long incarnation()
    {
        return incarnation;
    }

    /** Frags delivered; seq of the next. */
    int nextSeq()
    {
        return nextSeq;
    }

    byte[] chainDigest()
    {
        return chainDigest;
    }

    /** Was the frag with isLast delivered, or are there none? */
    boolean isLastDelivered()
    {
        return isLastDelivered || 0 == nextSeq;
    }

    boolean isEnvHeld()
    {
        return frames.env.isTaken();
    }

    boolean isEnvDelivered()
    {
        return isEnvDelivered;
    }

    boolean isSealHeld()
    {
        return frames.seal.isTaken();
    }

    boolean isEquivocal()
    {
        return isEquivocal;
    }

    boolean isAbandoned()
    {
        return isAbandoned;
    }

    /** When the Env came. */
    long envTimeNs()
    {
        return envTimeNs;
    }

    /** When anything of it last came. */
    long progressTimeNs()
    {
        return progressTimeNs;
    }

    /** Does it stand above another attempt at its height? Higher term first, then higher incarnation. */
    boolean outranks(final int otherTerm, final long otherIncarnation)
    {
        return leaderTerm != otherTerm ?
            leaderTerm > otherTerm : Long.compareUnsigned(incarnation, otherIncarnation) > 0;
    }

    private boolean stepEnv()
    {
        isEnvDelivered = offer(Delivery.ENV, frames.env, 0, 0);
        if (isEnvDelivered)
        {
            sealVerifier.onEnv(this);
        }

        return isEnvDelivered;
    }

    private boolean stepOpen()
    {
        if (isEquivocal)
        {
            return mismatch(MismatchReason.EQUIVOCATION);
        }
        if (isLinkBroken)
        {
            return mismatch(MismatchReason.CHAIN);
        }
        if (isWhole(nextSeq))
        {
            return stepFrag();
        }
        if (frames.abort.isTaken())
        {
            return state(AttemptState.ABORTED);
        }

        return isSealHeld() && nextSeq >= frames.totalFrags && 0 <= frames.totalFrags && stepSeal();
    }

    private boolean stepFrag()
    {
        frag.wrap(frames.fragRecord(nextSeq));
        final int previousDigestOffset = frag.headOffset() + SignedFrame.PREVIOUS_DIGEST_OFFSET;
        for (int i = 0; i < chainDigest.length; i++)
        {
            if (chainDigest[i] != slabBuffer.getByte(previousDigestOffset + i))
            {
                return mismatch(MismatchReason.CHAIN);
            }
        }
        if (!FragBodyReader.isValid(
            slabBuffer, frag.bodyOffset(), frag.bodyLength(), frag.txCount(), limits.maxTxLength()))
        {
            return mismatch(MismatchReason.BODY);
        }
        if (!delivery.offerFrag(this, frag))
        {
            isRefused = true;
            return false;
        }

        slabBuffer.getBytes(frag.digestOffset(), chainDigest);
        nextSeq++;
        if (frag.isLast())
        {
            isLastDelivered = true;
            state(AttemptState.COMPLETE);
        }

        return true;
    }

    private boolean stepComplete()
    {
        if (isEquivocal)
        {
            return mismatch(MismatchReason.EQUIVOCATION);
        }
        if (frames.abort.isTaken())
        {
            return state(AttemptState.ABORTED);
        }

        return isSealHeld() && stepSeal();
    }

    private boolean stepSeal()
    {
        return offer(Delivery.SEAL, frames.seal, 0, 0) && state(AttemptState.SEALED);
    }

    private boolean stepSealed()
    {
        if (isEquivocal)
        {
            return mismatch(MismatchReason.EQUIVOCATION);
        }

        final MismatchReason reason = sealVerifier.verify(this);

        return MismatchReason.NONE == reason ? state(AttemptState.VERIFIED) : mismatch(reason);
    }

    private boolean offerTerminal()
    {
        return switch (state)
        {
            case VERIFIED -> offer(Delivery.VERIFIED, frames.seal, 0, 0);
            case MISMATCHED -> offerMismatched();
            case ABORTED -> offer(Delivery.ABORTED, frames.abort, frames.abortReason, 0);
            case SUPERSEDED -> offer(Delivery.SUPERSEDED, frames.none, 0, missingFrags());
            case VACANT, HEADLESS, OPEN, COMPLETE, SEALED -> throw new IllegalStateException(state + " ends nothing");
        };
    }

    private boolean offerMismatched()
    {
        if (MismatchReason.TRANSACTIONS_ROOT == mismatch)
        {
            isRefused = !delivery.offerWrongRoot(this, frames.seal, sealVerifier.root());

            return !isRefused;
        }

        return offer(Delivery.MISMATCHED, isSealHeld() ? frames.seal : frames.none, mismatch.ordinal(), 0);
    }

    private boolean offer(final int kind, final Place cause, final int reason, final int missing)
    {
        final boolean isTaken = delivery.offer(
            kind, this, cause.offset, cause.length, cause.publishTimeNs, cause.hopCount, reason, missing);
        isRefused = !isTaken;

        return isTaken;
    }

    private boolean isWhole(final int seq)
    {
        final int record = frames.fragRecord(seq);

        return BodySlab.NULL_OFFSET != record && frag.wrap(record).isComplete();
    }

    private boolean mismatch(final MismatchReason reason)
    {
        mismatch = reason;

        return state(AttemptState.MISMATCHED);
    }

    /** The only assignment of the state. */
    private boolean state(final AttemptState newState)
    {
        assert isLegal(state, newState) : "no way from " + state + " to " + newState;

        state = newState;
        final FragcastCounter counter = switch (newState)
        {
            case VERIFIED -> FragcastCounter.BLOCKS_VERIFIED;
            case ABORTED -> FragcastCounter.BLOCKS_ABORTED;
            case SUPERSEDED -> FragcastCounter.BLOCKS_SUPERSEDED;
            case MISMATCHED -> FragcastCounter.BLOCKS_MISMATCHED;
            case VACANT, HEADLESS, OPEN, COMPLETE, SEALED -> null;
        };
        if (null != counter)
        {
            counters.get(counter).incrementRelease();
        }

        return true;
    }

    private static boolean isLegal(final AttemptState from, final AttemptState to)
    {
        return switch (to)
        {
            case VACANT -> true;
            case HEADLESS -> AttemptState.VACANT == from;
            case OPEN -> AttemptState.HEADLESS == from;
            case COMPLETE -> AttemptState.OPEN == from;
            case SEALED -> AttemptState.OPEN == from || AttemptState.COMPLETE == from;
            case VERIFIED -> AttemptState.SEALED == from;
            case ABORTED -> AttemptState.OPEN == from || AttemptState.COMPLETE == from;
            case SUPERSEDED, MISMATCHED -> AttemptState.VACANT != from && !from.isTerminal();
        };
    }
}
