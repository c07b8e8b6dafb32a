package io.fragcast.protocol.block;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.status.AtomicCounter;
import org.jspecify.annotations.Nullable;

/**
 * Offers deliveries to the consumer: one reused {@link Delivery}, filled from the slab. A refusal is remembered until
 * the consumer takes something. Knows the position of what was taken last, by a rule of its own, so that an event taken
 * twice or out of order is counted whatever the machines believe.
 */
final class BlockDelivery
{
    private final BlockConsumer consumer;
    private final UnsafeBuffer slab;
    private final long chainId;
    private final Delivery delivery = new Delivery();
    private final AtomicCounter fragsDelivered;
    private final AtomicCounter txsDelivered;
    private final AtomicCounter bytesDelivered;
    private final AtomicCounter duplicatesDelivered;
    private final UnsafeBuffer hashView = new UnsafeBuffer(0, 0);
    private BlockSignals signals = BlockSignals.NONE;
    private boolean isRefused;
    private boolean isAnyTaken;
    private int lastTerm;
    private long lastBlock;
    private long lastIncarnation;
    private long lastRank;

    BlockDelivery(final BlockConsumer consumer, final BodySlab slab, final long chainId, final Counters counters)
    {
        this.consumer = consumer;
        this.slab = slab.buffer();
        this.chainId = chainId;
        fragsDelivered = counters.get(FragcastCounter.FRAGS_DELIVERED);
        txsDelivered = counters.get(FragcastCounter.TXS_DELIVERED);
        bytesDelivered = counters.get(FragcastCounter.BYTES_DELIVERED);
        duplicatesDelivered = counters.get(FragcastCounter.DUPLICATES_DELIVERED);
    }

    /** Who is told of what happens. */
    void signals(final BlockSignals signals)
    {
        this.signals = signals;
    }

    /** A frag is whole. */
    void onVerified(final BlockAssembler attempt, final int seq)
    {
        signals.onSignal(
            BlockSignal.FRAG_VERIFIED,
            attempt.leaderTerm(),
            attempt.blockNumber(),
            attempt.incarnation(),
            seq,
            0,
            0,
            null);
    }

    /** Did the consumer refuse the last offer? */
    boolean isRefused()
    {
        return isRefused;
    }

    /** The run goes back to below what was delivered last; nothing was delivered of the heights from there on. */
    void onRetreat(final long blockNumber)
    {
        lastBlock = blockNumber - 1;
    }

    /** An event that a stored message caused, or none did (length 0). */
    boolean offer(
        final int kind,
        final BlockAssembler attempt,
        final int frameOffset,
        final int frameLength,
        final long publishTimeNs,
        final int hopCount,
        final int reason,
        final int missing)
    {
        identify(kind, attempt);
        delivery.frameOffset = 0 == frameLength ? 0 : frameOffset;
        delivery.frameLength = frameLength;
        delivery.publishTimeNs = publishTimeNs;
        delivery.hopCount = hopCount;
        delivery.reason = reason;
        delivery.missing = missing;
        delivery.isLast = false;
        delivery.txCount = 0;
        delivery.bodyOffset = 0;
        delivery.bodyLength = 0;

        return offer(attempt, null);
    }

    /** A Seal that names another root than the delivered transactions give: theirs goes as the body. */
    boolean offerWrongRoot(final BlockAssembler attempt, final AttemptFrames.Place seal, final byte[] root)
    {
        identify(Delivery.MISMATCHED, attempt);
        delivery.frameOffset = seal.offset;
        delivery.frameLength = seal.length;
        delivery.publishTimeNs = seal.publishTimeNs;
        delivery.hopCount = seal.hopCount;
        delivery.reason = MismatchReason.TRANSACTIONS_ROOT.ordinal();
        delivery.missing = 0;
        delivery.isLast = false;
        delivery.txCount = 0;
        hashView.wrap(root);
        delivery.bodyBuffer = hashView;
        delivery.bodyOffset = 0;
        delivery.bodyLength = root.length;

        return offer(attempt, root);
    }

    /** A frag, whole and checked. */
    boolean offerFrag(final BlockAssembler attempt, final FragAssembler frag)
    {
        identify(Delivery.FRAG, attempt);
        delivery.frameOffset = frag.headOffset();
        delivery.frameLength = frag.headLength();
        delivery.publishTimeNs = frag.publishTimeNs();
        delivery.hopCount = frag.hopCount();
        delivery.reason = 0;
        delivery.missing = 0;
        delivery.isLast = frag.isLast();
        delivery.txCount = frag.txCount();
        delivery.bodyOffset = frag.bodyOffset();
        delivery.bodyLength = frag.bodyLength();
        if (!offer(attempt, null))
        {
            return false;
        }
        fragsDelivered.incrementRelease();
        txsDelivered.getAndAddRelease(delivery.txCount);
        bytesDelivered.getAndAddRelease(delivery.bodyLength);

        return true;
    }

    /**
     * What was delivered is taken back down to the block that an attempt builds on: its hash goes as the body.
     *
     * @param attempt    delivered next.
     * @param parentHash that it builds on.
     * @param takenBack  VERIFIED blocks that are not before it.
     * @return false if refused.
     */
    boolean offerReorg(final BlockAssembler attempt, final byte[] parentHash, final int takenBack)
    {
        identify(Delivery.REORG, attempt);
        clear();
        delivery.missing = takenBack;
        hashView.wrap(parentHash);
        delivery.bodyBuffer = hashView;
        delivery.bodyLength = parentHash.length;

        return offer(attempt, parentHash);
    }

    /**
     * Something is said of a block that ended before; the order of attempts is not touched.
     *
     * @param kind   FINALIZED or SEAL_MISMATCHED.
     * @param blocks holding the block.
     * @param slot   of it.
     * @param hash   that goes as the body.
     * @return false if refused.
     */
    boolean offerAside(final int kind, final SealTable blocks, final int slot, final byte[] hash)
    {
        delivery.kind = kind;
        delivery.chainId = chainId;
        delivery.blockNumber = blocks.blockNumber(slot);
        delivery.incarnation = blocks.incarnation(slot);
        delivery.leaderTerm = blocks.leaderTerm(slot);
        delivery.seq = blocks.frags(slot);
        clear();
        delivery.frameBuffer = blocks.buffer();
        delivery.frameOffset = blocks.sealOffset(slot);
        delivery.frameLength = blocks.sealLength(slot);
        hashView.wrap(hash);
        delivery.bodyBuffer = hashView;
        delivery.bodyLength = hash.length;
        isRefused = !consumer.onDelivery(delivery);
        if (!isRefused)
        {
            signal(signalOf(kind), hash);
        }

        return !isRefused;
    }

    private void clear()
    {
        delivery.frameOffset = 0;
        delivery.frameLength = 0;
        delivery.publishTimeNs = 0;
        delivery.hopCount = 0;
        delivery.reason = 0;
        delivery.missing = 0;
        delivery.isLast = false;
        delivery.txCount = 0;
        delivery.bodyOffset = 0;
        delivery.bodyLength = 0;
    }

    private void identify(final int kind, final BlockAssembler attempt)
    {
        delivery.kind = kind;
        delivery.chainId = chainId;
        delivery.blockNumber = attempt.blockNumber();
        delivery.incarnation = attempt.incarnation();
        delivery.leaderTerm = attempt.leaderTerm();
        delivery.seq = attempt.nextSeq();
        delivery.frameBuffer = slab;
        delivery.bodyBuffer = slab;
    }

    private boolean offer(final BlockAssembler attempt, final byte @Nullable [] hash)
    {
        isRefused = !consumer.onDelivery(delivery);
        if (!isRefused)
        {
            onTaken(attempt);
            signal(signalOf(delivery.kind), hash);
            if (delivery.isLast)
            {
                signal(BlockSignal.LAST_FRAG, hash);
            }
        }

        return !isRefused;
    }

    private void onTaken(final BlockAssembler attempt)
    {
        final long rank = rankOf(delivery);
        final boolean isSameAttempt = delivery.blockNumber == lastBlock &&
            delivery.incarnation == lastIncarnation &&
            delivery.leaderTerm == lastTerm;
        final boolean isNext = !isAnyTaken || Delivery.REORG == delivery.kind && delivery.leaderTerm > lastTerm ||
            (isSameAttempt ? rank > lastRank : delivery.blockNumber > lastBlock ||
            delivery.blockNumber == lastBlock && attempt.outranks(lastTerm, lastIncarnation));
        if (!isNext)
        {
            duplicatesDelivered.incrementRelease();
        }
        isAnyTaken = true;
        lastTerm = delivery.leaderTerm;
        lastBlock = delivery.blockNumber;
        lastIncarnation = delivery.incarnation;
        lastRank = rank;
    }

    private void signal(final BlockSignal signal, final byte @Nullable [] hash)
    {
        signals.onSignal(
            signal,
            delivery.leaderTerm,
            delivery.blockNumber,
            delivery.incarnation,
            delivery.seq,
            delivery.reason,
            delivery.missing,
            hash);
    }

    private static BlockSignal signalOf(final int kind)
    {
        return switch (kind)
        {
            case Delivery.ENV -> BlockSignal.ENV_OPENED;
            case Delivery.FRAG -> BlockSignal.FRAG_DELIVERED;
            case Delivery.SEAL -> BlockSignal.SEALED;
            case Delivery.VERIFIED -> BlockSignal.VERIFIED;
            case Delivery.MISMATCHED -> BlockSignal.MISMATCHED;
            case Delivery.ABORTED -> BlockSignal.ABORTED;
            case Delivery.SUPERSEDED -> BlockSignal.SUPERSEDED;
            case Delivery.GAP -> BlockSignal.MISSED;
            case Delivery.REORG -> BlockSignal.REORG;
            case Delivery.FINALIZED -> BlockSignal.FINALIZED;
            case Delivery.SEAL_MISMATCHED -> BlockSignal.SEAL_MISMATCHED;
            default -> throw new IllegalStateException("no signal of a delivery of kind " + kind);
        };
    }

    /** Place of an event in its attempt: REORG, GAP, ENV, the frags by seq, SEAL, the terminal event. */
    private static long rankOf(final Delivery delivery)
    {
        return switch (delivery.kind)
        {
            case Delivery.REORG -> -2;
            case Delivery.GAP -> -1;
            case Delivery.ENV -> 0;
            case Delivery.FRAG -> 1L + delivery.seq;
            case Delivery.SEAL -> 1L << Integer.SIZE;
            default -> (1L << Integer.SIZE) + 1;
        };
    }
}
