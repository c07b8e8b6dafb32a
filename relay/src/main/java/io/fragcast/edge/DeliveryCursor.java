package io.fragcast.edge;

import io.fragcast.BlockEvent;
import io.fragcast.codecs.BlockEventEncoder;
import io.fragcast.codecs.BlockEventKind;
import io.fragcast.codecs.MessageHeaderEncoder;
import org.agrona.MutableDirectBuffer;

/**
 * How far a consumer is: an attempt, and a place within it. What comes again after a restart is known by it, and an
 * attempt that a restart cut off is known to need an end: the next life of the node may never hear of it again.
 * <pre>
 *   first life    ENV FRAG 0 FRAG 1 |                     cut off
 *   second life   ENV FRAG 0 FRAG 1 FRAG 2 ...            the same attempt: goes on behind FRAG 1
 *             or  ENV (a later attempt or block) ...      SUPERSEDED of the first goes before it
 * </pre>
 * Used by one thread.
 */
public final class DeliveryCursor
{
    /** Length of the event that ends an attempt cut off. */
    public static final int SUPERSEDED_LENGTH = MessageHeaderEncoder.ENCODED_LENGTH + BlockEventEncoder.BLOCK_LENGTH +
        BlockEventEncoder.frameHeaderLength() + BlockEventEncoder.bodyHeaderLength();

    private static final long RANK_REORG = -2;
    private static final long RANK_GAP = -1;
    private static final long RANK_ENV = 0;
    /** Above every seq, which is a u32. */
    private static final long RANK_SEAL = 1L << Integer.SIZE;
    private static final long RANK_TERMINAL = RANK_SEAL + 1;

    private boolean isPlaced;
    private long chainId;
    private int leaderTerm;
    private long blockNumber;
    private long incarnation;
    private int fragsTaken;
    private long rank;
    private boolean isBlockOver;

    /**
     * The consumer took an event. What is said aside, of a block that ended before, moves nothing.
     *
     * @param event that it took.
     */
    public void onTaken(final BlockEvent event)
    {
        if (!event.kind().isAside())
        {
            place(
                event.chainId(),
                event.leaderTerm(),
                event.blockNumber(),
                event.incarnation(),
                event.kind(),
                event.seq());
        }
    }

    /**
     * The consumer is here.
     *
     * @param chainId     of the last event taken.
     * @param leaderTerm  of it.
     * @param blockNumber of it.
     * @param incarnation of it.
     * @param kind        of it, none that is said aside.
     * @param seq         of it.
     */
    public void place(
        final long chainId,
        final int leaderTerm,
        final long blockNumber,
        final long incarnation,
        final BlockEvent.Kind kind,
        final int seq)
    {
        isPlaced = true;
        this.chainId = chainId;
        this.leaderTerm = leaderTerm;
        this.blockNumber = blockNumber;
        this.incarnation = incarnation;
        fragsTaken = BlockEvent.Kind.FRAG == kind ? seq + 1 : seq;
        rank = rankOf(kind, seq);
        isBlockOver = BlockEvent.Kind.VERIFIED == kind || BlockEvent.Kind.MISMATCHED == kind;
    }

    /**
     * Was anything taken?
     *
     * @return true once it was.
     */
    public boolean isPlaced()
    {
        return isPlaced;
    }

    /**
     * Does an event come again? Known at the height of the last one: of its attempt by the place in it, of an attempt
     * that it had taken the place of.
     *
     * @param event offered.
     * @return true if the consumer took it, or has gone on without it.
     */
    public boolean isPast(final BlockEvent event)
    {
        if (!isPlaced || event.kind().isAside() || event.chainId() != chainId || event.blockNumber() != blockNumber)
        {
            return false;
        }
        if (event.leaderTerm() != leaderTerm)
        {
            return event.leaderTerm() < leaderTerm;
        }

        final int order = Long.compareUnsigned(event.incarnation(), incarnation);

        return order < 0 || 0 == order && rankOf(event.kind(), event.seq()) <= rank;
    }

    /**
     * Would an event leave the attempt of the last one without its end?
     *
     * @param event offered, not past.
     * @return true if {@link #encodeSuperseded} is due before it.
     */
    public boolean isLeftOpenBy(final BlockEvent event)
    {
        return isPlaced && !event.kind().isAside() &&
            RANK_ENV <= rank && rank < RANK_TERMINAL &&
            event.chainId() == chainId &&
            (event.blockNumber() != blockNumber ||
            event.leaderTerm() != leaderTerm ||
            event.incarnation() != incarnation);
    }

    /**
     * The end of an attempt that was cut off.
     *
     * @param buffer        to encode into, {@link #SUPERSEDED_LENGTH} long at least.
     * @param deliverTimeNs of the event that shows it.
     */
    public void encodeSuperseded(final MutableDirectBuffer buffer, final long deliverTimeNs)
    {
        new BlockEventEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
            .chainId(chainId)
            .blockNumber(blockNumber)
            .incarnation(incarnation)
            .publishTimeNs(0)
            .deliverTimeNs(deliverTimeNs)
            .leaderTerm(Integer.toUnsignedLong(leaderTerm))
            .seq(Integer.toUnsignedLong(fragsTaken))
            .kind(BlockEventKind.SUPERSEDED)
            .reason((short)0)
            .hopCount((short)0)
            .reserved((short)0)
            .missing(0)
            .putFrame(buffer, 0, 0)
            .putBody(buffer, 0, 0);
    }

    /**
     * How far the consumer is.
     *
     * @param chainId of the node.
     * @return the last block that it needs nothing more of; {@link Edge#NULL_BLOCK} if it took nothing of that chain.
     */
    public long lastBlock(final long chainId)
    {
        if (!isPlaced || chainId != this.chainId)
        {
            return Edge.NULL_BLOCK;
        }

        return isBlockOver ? blockNumber : blockNumber - 1;
    }

    private static long rankOf(final BlockEvent.Kind kind, final int seq)
    {
        return switch (kind)
        {
            case REORG -> RANK_REORG;
            case GAP -> RANK_GAP;
            case ENV -> RANK_ENV;
            case FRAG -> 1 + Integer.toUnsignedLong(seq);
            case SEAL -> RANK_SEAL;
            case VERIFIED, MISMATCHED, ABORTED, SUPERSEDED -> RANK_TERMINAL;
            case FINALIZED, SEAL_MISMATCHED ->
                throw new IllegalArgumentException(kind + " has no place among the events of an attempt");
        };
    }
}
