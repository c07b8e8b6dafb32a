package io.fragcast.wire;

import io.fragcast.codecs.BooleanType;
import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.codecs.MessageHeaderEncoder;
import io.fragcast.codecs.TakeoverDecoder;
import io.fragcast.codecs.TakeoverEncoder;
import io.fragcast.protocol.block.FrameDigest;
import io.fragcast.protocol.block.SignatureVerifier;
import io.fragcast.protocol.leader.CurrentSchedule;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.RunPulse;
import io.fragcast.protocol.leader.Takeovers;
import io.fragcast.protocol.peer.Statement;
import io.fragcast.protocol.peer.StatementClaim;
import io.fragcast.protocol.peer.StatementHandler;
import io.fragcast.protocol.peer.Statements;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Owns the Takeover statements: says whose signature one must bear, hands it to {@link Takeovers}, and says one when
 * this node's own term is to begin early. Used by the thread of the peers.
 */
public final class TakeoverAdapter implements StatementHandler
{
    /** Statements of this kind that are kept: those of the last terms. */
    public static final int PLACES = 8;

    private static final int LENGTH = MessageHeaderDecoder.ENCODED_LENGTH + TakeoverDecoder.BLOCK_LENGTH;

    private final Statements statements;
    private final Takeovers takeovers;
    private final CurrentSchedule schedule;
    private final RunPulse pulse;
    private final byte @Nullable [] authority;
    private final @Nullable StatementSigner signer;
    private final EpochNanoClock epochClock;
    private final TakeoverDecoder decoder = new TakeoverDecoder();
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final UnsafeBuffer own = new UnsafeBuffer(new byte[LENGTH]);
    private boolean isRecalling;

    /**
     * An owner.
     *
     * @param statements that pass them on.
     * @param takeovers  that takes them.
     * @param schedule   of the node, which others replace too.
     * @param pulse      of the run.
     * @param authority  of the schedule, 65 bytes; null: none.
     * @param signer     with this node's relay key, of this thread; null: it never takes over by itself.
     * @param epochClock for what is signed.
     */
    public TakeoverAdapter(
        final Statements statements,
        final Takeovers takeovers,
        final CurrentSchedule schedule,
        final RunPulse pulse,
        final byte @Nullable [] authority,
        final @Nullable StatementSigner signer,
        final EpochNanoClock epochClock)
    {
        this.statements = statements;
        this.takeovers = takeovers;
        this.schedule = schedule;
        this.pulse = pulse;
        this.authority = authority;
        this.signer = signer;
        this.epochClock = epochClock;
    }

    @Override
    public StatementClaim onClaim(final Statement statement, final long nowNs)
    {
        header.wrap(statement.buffer, statement.offset);
        if (LENGTH != statement.length || TakeoverDecoder.BLOCK_LENGTH != header.blockLength())
        {
            return StatementClaim.MALFORMED;
        }
        decoder.wrapAndApplyHeader(statement.buffer, statement.offset, header);
        final boolean isByAuthority = BooleanType.T.value() == decoder.isByAuthorityRaw();
        final LeaderTerm term = takeovers.current().termNumbered(statement.leaderTerm);
        final byte[] key = isByAuthority ? authority : null == term ? null : term.publicKey();
        if (null == key || null == term ||
            !isByAuthority && !isRecalling && 0 == takeovers.current().autoTakeover())
        {
            return StatementClaim.FOREIGN;
        }

        return takeovers.isNew(statement.leaderTerm, decoder.firstBlock()) ?
            statement.signedBy(statement.leaderTerm % PLACES, key) : StatementClaim.STALE;
    }

    @Override
    public void onAccepted(final Statement statement, final long nowNs)
    {
        final byte[] whole = new byte[LENGTH];
        statement.buffer.getBytes(statement.offset, whole);
        takeovers.onTakeover(
            statement.leaderTerm,
            decoder.firstBlock(),
            isRecalling || BooleanType.T.value() == decoder.isByAuthorityRaw(),
            whole,
            nowNs);
    }

    /**
     * What held when this node died holds again, and is told again. Once all kinds are registered, before the node
     * does anything else.
     *
     * @param nowNs monotonic nanoseconds.
     */
    public void recall(final long nowNs)
    {
        isRecalling = true;
        for (final byte[] statement : takeovers.remembered())
        {
            statements.publish(new UnsafeBuffer(statement), 0, statement.length, nowNs);
        }
        isRecalling = false;
    }

    @Override
    public int doWork(final long nowNs)
    {
        if (schedule.current() != takeovers.current())
        {
            takeovers.onSchedule(schedule.current());
        }
        final StatementSigner ownSigner = signer;
        final int dueTerm = null == ownSigner ? 0 : takeovers.dueTerm(nowNs);
        if (0 != dueTerm && null != ownSigner)
        {
            encode(own, takeovers.current().chainId(), dueTerm, pulse.nextBlock(), false, epochClock.nanoTime());
            ownSigner.sign(own, 0, LENGTH);
            statements.publish(own, 0, LENGTH, nowNs);
        }

        return takeovers.doWork(nowNs);
    }

    /**
     * What the authority of a schedule signs so that a term begins early.
     *
     * @param chainId    of the chain.
     * @param leaderTerm that begins early.
     * @param firstBlock where.
     * @param signer     with the authority's key.
     * @param epochNs    epoch nanoseconds.
     * @return the statement.
     */
    public static byte[] byAuthority(
        final long chainId,
        final int leaderTerm,
        final long firstBlock,
        final StatementSigner signer,
        final long epochNs)
    {
        final byte[] statement = new byte[LENGTH];
        final UnsafeBuffer buffer = new UnsafeBuffer(statement);
        encode(buffer, chainId, leaderTerm, firstBlock, true, epochNs);
        signer.sign(buffer, 0, LENGTH);

        return statement;
    }

    /**
     * Is it a takeover that the authority signed?
     *
     * @param statement whole.
     * @param authority of the schedule, 65 bytes.
     * @param verifier  of this thread.
     * @return true if it is, for whatever chain.
     */
    public static boolean isByAuthority(
        final byte[] statement, final byte[] authority, final SignatureVerifier verifier)
    {
        if (LENGTH != statement.length)
        {
            return false;
        }
        final UnsafeBuffer buffer = new UnsafeBuffer(statement);
        final MessageHeaderDecoder header = new MessageHeaderDecoder().wrap(buffer, 0);
        final byte[] digest = new byte[FrameDigest.DIGEST_LENGTH];
        new FrameDigest().ofRegion(buffer, 0, Statement.SIGNED_OFFSET, LENGTH - Statement.SIGNED_OFFSET, digest);

        return TakeoverDecoder.TEMPLATE_ID == header.templateId() &&
            TakeoverDecoder.BLOCK_LENGTH == header.blockLength() &&
            verifier.verify(digest, buffer, Statement.SIGNATURE_OFFSET, authority);
    }

    /**
     * Encodes a takeover, unsigned.
     *
     * @param buffer        to write to.
     * @param chainId       of the chain.
     * @param leaderTerm    that begins early.
     * @param firstBlock    where.
     * @param isByAuthority who signs: the schedule's authority, or the term's leader.
     * @param epochNs       epoch nanoseconds.
     * @return its length.
     */
    public static int encode(
        final UnsafeBuffer buffer,
        final long chainId,
        final int leaderTerm,
        final long firstBlock,
        final boolean isByAuthority,
        final long epochNs)
    {
        buffer.setMemory(0, LENGTH, (byte)0);
        new TakeoverEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
            .chainId(chainId)
            .leaderTerm(Integer.toUnsignedLong(leaderTerm))
            .isByAuthority(isByAuthority ? BooleanType.T : BooleanType.F)
            .firstBlock(firstBlock)
            .issueTimeNs(epochNs);

        return LENGTH;
    }
}
