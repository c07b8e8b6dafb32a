package io.fragcast.wire;

import io.fragcast.codecs.FinalizedDecoder;
import io.fragcast.codecs.FinalizedEncoder;
import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.codecs.MessageHeaderEncoder;
import io.fragcast.protocol.block.FinalizedBlock;
import io.fragcast.protocol.block.Finality;
import io.fragcast.protocol.leader.CurrentSchedule;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.peer.Statement;
import io.fragcast.protocol.peer.StatementClaim;
import io.fragcast.protocol.peer.StatementHandler;
import io.fragcast.protocol.peer.Statements;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.util.function.LongSupplier;

/**
 * Owns the Finalized statements. The word is that of whoever leads the newest block known here, or led the one before:
 * the key of a term that is yet to come, or long over, has none. It is about blocks that are known here, so that nobody
 * can call final what does not exist, and only ever about a higher one than before. The rest is a matter of the node:
 * one with a source of its own passes statements on and does not believe them. Used by the thread of the peers.
 */
public final class FinalizedAdapter implements StatementHandler
{
    /** Statements of this kind that are kept: the newest. */
    public static final int PLACES = 1;
    /** Bytes of a statement. */
    public static final int LENGTH = MessageHeaderDecoder.ENCODED_LENGTH + FinalizedDecoder.BLOCK_LENGTH;

    private final Statements statements;
    private final CurrentSchedule schedule;
    private final LongSupplier newestBlock;
    private final Finality finality;
    private final boolean isBelieved;
    private final @Nullable StatementSigner signer;
    private final EpochNanoClock epochClock;
    private final FinalizedDecoder decoder = new FinalizedDecoder();
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final UnsafeBuffer own = new UnsafeBuffer(new byte[LENGTH]);
    private long acceptedBlock = Long.MIN_VALUE;

    /**
     * An owner.
     *
     * @param statements  that pass them on.
     * @param schedule    of the node.
     * @param newestBlock known here; negative: none.
     * @param finality    of the node, written by its own source too.
     * @param isBelieved  false on a node that has a source of its own.
     * @param signer      with this node's relay key, of this thread; null: it says nothing itself.
     * @param epochClock  for what is signed.
     */
    public FinalizedAdapter(
        final Statements statements,
        final CurrentSchedule schedule,
        final LongSupplier newestBlock,
        final Finality finality,
        final boolean isBelieved,
        final @Nullable StatementSigner signer,
        final EpochNanoClock epochClock)
    {
        this.statements = statements;
        this.schedule = schedule;
        this.newestBlock = newestBlock;
        this.finality = finality;
        this.isBelieved = isBelieved;
        this.signer = signer;
        this.epochClock = epochClock;
    }

    @Override
    public StatementClaim onClaim(final Statement statement, final long nowNs)
    {
        header.wrap(statement.buffer, statement.offset);
        if (LENGTH != statement.length || FinalizedDecoder.BLOCK_LENGTH != header.blockLength())
        {
            return StatementClaim.MALFORMED;
        }
        decoder.wrapAndApplyHeader(statement.buffer, statement.offset, header);
        if (0 != decoder.reserved2())
        {
            return StatementClaim.MALFORMED;
        }
        final long newest = newestBlock.getAsLong();
        final LeaderTerm term = newest < 0 ? null : speaker(statement.leaderTerm, newest);
        if (null == term || decoder.blockNumber() > newest)
        {
            return StatementClaim.FOREIGN;
        }

        return decoder.blockNumber() > acceptedBlock ?
            statement.signedBy(0, term.publicKey(), term.earlierKey(newest)) : StatementClaim.STALE;
    }

    @Override
    public void onAccepted(final Statement statement, final long nowNs)
    {
        final byte[] hash = new byte[FinalizedDecoder.blockHashLength()];
        decoder.getBlockHash(hash, 0, hash.length);
        acceptedBlock = decoder.blockNumber();
        if (isBelieved)
        {
            finality.offer(new FinalizedBlock(acceptedBlock, hash));
        }
    }

    /** Says what this node's own source called final, while it leads the newest block. */
    @Override
    public int doWork(final long nowNs)
    {
        final StatementSigner ownSigner = signer;
        final FinalizedBlock newest = finality.newest();
        if (isBelieved || null == ownSigner || newest.number() <= acceptedBlock)
        {
            return 0;
        }
        final long top = newestBlock.getAsLong();
        final LeaderTerm term = top < newest.number() ? null : schedule.termOfBlock(top);
        if (null == term || !term.isKey(ownSigner.publicKey(), top))
        {
            return 0;
        }

        encode(own, schedule.chainId(), term.number(), newest, epochClock.nanoTime());
        ownSigner.sign(own, 0, LENGTH);

        return statements.publish(own, 0, LENGTH, nowNs) ? 1 : 0;
    }

    /**
     * Encodes a statement, unsigned.
     *
     * @param buffer     to write to.
     * @param chainId    of the chain.
     * @param leaderTerm of the leader.
     * @param block      that is final.
     * @param epochNs    epoch nanoseconds.
     */
    public static void encode(
        final MutableDirectBuffer buffer,
        final long chainId,
        final int leaderTerm,
        final FinalizedBlock block,
        final long epochNs)
    {
        buffer.setMemory(0, LENGTH, (byte)0);
        new FinalizedEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
            .chainId(chainId)
            .leaderTerm(Integer.toUnsignedLong(leaderTerm))
            .blockNumber(block.number())
            .putBlockHash(block.hash(), 0, FinalizedEncoder.blockHashLength())
            .issueTimeNs(epochNs);
    }

    private @Nullable LeaderTerm speaker(final int termNumber, final long newest)
    {
        final LeaderTerm leader = schedule.leaderOf(termNumber, newest);

        return null == leader ? schedule.leaderOf(termNumber, newest - 1) : leader;
    }
}
