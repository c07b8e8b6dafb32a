package io.fragcast.wire;

import io.fragcast.codecs.EvidenceDecoder;
import io.fragcast.protocol.block.SignatureVerifier;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.protocol.peer.Statement;
import io.fragcast.protocol.peer.StatementClaim;
import io.fragcast.protocol.peer.StatementHandler;
import io.fragcast.protocol.peer.Statements;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.util.HashSet;
import java.util.Objects;
import java.util.Set;

/**
 * Owns the Evidence statements: puts the parts of a proof together, checks it, and only then lets its parts be passed
 * on. One proof condemns a leader's term; a second of the same term says nothing new. Of {@link #MAX_PROOFS} terms they
 * are told to others, the oldest gives way. Used by the thread of the peers; allocates, once a proof.
 */
public final class EvidenceAdapter implements StatementHandler
{
    /** Proofs that are told to who becomes READY. */
    public static final int MAX_PROOFS = 8;
    /** Statements of this kind that are kept. */
    public static final int PLACES = MAX_PROOFS * EvidenceProxy.MAX_PARTS;

    /**
     * Takes each proof that is new and holds.
     */
    @FunctionalInterface
    public interface ProofConsumer
    {
        /**
         * One proof.
         *
         * @param proof  that was checked, for its place.
         * @param buffer holding its bytes.
         * @param offset of the first.
         * @param length of them all.
         */
        void onProof(EquivocationProof proof, DirectBuffer buffer, int offset, int length);
    }

    private final Statements statements;
    private final Schedule schedule;
    private final EquivocationProof proof;
    private final ProofConsumer consumer;
    private final StatementParts parts;
    /** At most as many as the schedule has terms. */
    private final Set<Integer> condemned = new HashSet<>();
    private StatementParts.@Nullable Whole proved;
    private byte[] provedBytes = {};
    private int nextProof;

    /**
     * An owner.
     *
     * @param statements that pass the parts on.
     * @param schedule   that holds now, and then.
     * @param verifier   of this thread.
     * @param maxLength  longest message of the lane, bytes.
     * @param consumer   of the proofs.
     */
    public EvidenceAdapter(
        final Statements statements,
        final Schedule schedule,
        final SignatureVerifier verifier,
        final int maxLength,
        final ProofConsumer consumer)
    {
        this.statements = statements;
        this.schedule = schedule;
        this.consumer = consumer;
        proof = new EquivocationProof(verifier);
        parts = new StatementParts(EvidenceProxy.MAX_PARTS, maxLength);
    }

    @Override
    public StatementClaim onClaim(final Statement statement, final long nowNs)
    {
        if (!parts.isWellFormed(statement))
        {
            return StatementClaim.MALFORMED;
        }
        final LeaderTerm term = schedule.termNumbered(statement.leaderTerm);
        if (null == term)
        {
            return StatementClaim.FOREIGN;
        }
        if (condemned.contains(statement.leaderTerm))
        {
            return StatementClaim.STALE;
        }
        final StatementParts.Whole whole = parts.keep(statement);
        if (null == whole)
        {
            return StatementClaim.HELD;
        }

        final byte[] bytes = whole.bytes();
        if (null == bytes || !isProof(bytes, term))
        {
            whole.clear();
            return StatementClaim.DISPROVED;
        }
        proved = whole;
        provedBytes = bytes;

        return statement.proved(nextProof * EvidenceProxy.MAX_PARTS + StatementParts.part(statement));
    }

    @Override
    public void onAccepted(final Statement statement, final long nowNs)
    {
        final StatementParts.Whole whole = Objects.requireNonNull(proved, "nothing was proved");
        condemned.add(statement.leaderTerm);
        whole.tell(statements, EvidenceDecoder.TEMPLATE_ID, nextProof * EvidenceProxy.MAX_PARTS);
        whole.clear();
        nextProof = (nextProof + 1) % MAX_PROOFS;
        consumer.onProof(proof, new UnsafeBuffer(provedBytes), 0, provedBytes.length);
    }

    private boolean isProof(final byte[] bytes, final LeaderTerm term)
    {
        return EquivocationProof.Result.VALID == proof.wrap(new UnsafeBuffer(bytes), 0, bytes.length) &&
            proof.chainId() == schedule.chainId() &&
            proof.leaderTerm() == term.number() &&
            EquivocationProof.Result.VALID == proof.verifyBy(term);
    }
}
