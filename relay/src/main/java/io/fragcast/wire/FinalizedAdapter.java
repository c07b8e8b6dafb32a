package io.fragcast.wire;

import io.fragcast.codecs.FinalizedDecoder;
import io.fragcast.codecs.FinalizedEncoder;
import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.codecs.MessageHeaderEncoder;
import io.fragcast.protocol.block.FinalizedBlock;
import io.fragcast.protocol.block.FrameDigest;
import io.fragcast.protocol.block.MessageSigner;
import io.fragcast.protocol.leader.CurrentSchedule;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.peer.Statement;
import io.fragcast.protocol.peer.StatementClaim;
import io.fragcast.protocol.peer.StatementHandler;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

import java.util.function.Consumer;
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

    private final CurrentSchedule schedule;
    private final LongSupplier newestBlock;
    private final Consumer<FinalizedBlock> consumer;
    private final FinalizedDecoder decoder = new FinalizedDecoder();
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private long acceptedBlock = Long.MIN_VALUE;

    /**
     * An owner.
     *
     * @param schedule    of the node.
     * @param newestBlock known here; negative: none.
     * @param consumer    takes what is final, and may leave it.
     */
    public FinalizedAdapter(
        final CurrentSchedule schedule, final LongSupplier newestBlock, final Consumer<FinalizedBlock> consumer)
    {
        this.schedule = schedule;
        this.newestBlock = newestBlock;
        this.consumer = consumer;
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
            statement.signedBy(0, term.publicKey()) : StatementClaim.STALE;
    }

    @Override
    public void onAccepted(final Statement statement, final long nowNs)
    {
        final byte[] hash = new byte[FinalizedDecoder.blockHashLength()];
        decoder.getBlockHash(hash, 0, hash.length);
        acceptedBlock = decoder.blockNumber();
        consumer.accept(new FinalizedBlock(acceptedBlock, hash));
    }

    /**
     * Makes a statement.
     *
     * @param buffer     to write to.
     * @param chainId    of the chain.
     * @param leaderTerm of the leader.
     * @param block      that is final.
     * @param epochNs    epoch nanoseconds.
     * @param signer     with the leader's relay key.
     * @return its length.
     */
    public static int encode(
        final MutableDirectBuffer buffer,
        final long chainId,
        final int leaderTerm,
        final FinalizedBlock block,
        final long epochNs,
        final MessageSigner signer)
    {
        buffer.setMemory(0, LENGTH, (byte)0);
        new FinalizedEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
            .chainId(chainId)
            .leaderTerm(Integer.toUnsignedLong(leaderTerm))
            .blockNumber(block.number())
            .putBlockHash(block.hash(), 0, FinalizedEncoder.blockHashLength())
            .issueTimeNs(epochNs);
        final byte[] digest = new byte[FrameDigest.DIGEST_LENGTH];
        new FrameDigest().ofRegion(buffer, 0, Statement.SIGNED_OFFSET, LENGTH - Statement.SIGNED_OFFSET, digest);
        signer.sign(digest, buffer, Statement.SIGNATURE_OFFSET);

        return LENGTH;
    }

    private @Nullable LeaderTerm speaker(final int termNumber, final long newest)
    {
        final LeaderTerm leader = schedule.leaderOf(termNumber, newest);

        return null == leader ? schedule.leaderOf(termNumber, newest - 1) : leader;
    }
}
