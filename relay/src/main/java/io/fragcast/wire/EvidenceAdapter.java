package io.fragcast.wire;

import io.fragcast.codecs.EvidenceDecoder;
import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.protocol.block.SignatureVerifier;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.protocol.peer.Statement;
import io.fragcast.protocol.peer.StatementClaim;
import io.fragcast.protocol.peer.StatementHandler;
import io.fragcast.protocol.peer.Statements;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.Arrays;
import java.util.HashSet;
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

    /** Proofs that come in at once; the oldest gives way, and comes again with its teller's next session. */
    private static final int MAX_PENDING = 4;
    private static final int DIGEST_LENGTH = 32;
    private static final int FIXED_LENGTH = MessageHeaderDecoder.ENCODED_LENGTH + EvidenceDecoder.BLOCK_LENGTH +
        EvidenceDecoder.proofHeaderLength();
    private static final int PROOF_LENGTH_OFFSET = MessageHeaderDecoder.ENCODED_LENGTH + EvidenceDecoder.BLOCK_LENGTH;

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
    private final EvidenceDecoder decoder = new EvidenceDecoder();
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final Pending[] pending = new Pending[MAX_PENDING];
    private final Set<Integer> condemned = new HashSet<>();
    private int nextPending;
    private int nextProof;
    private int claimed;

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
        for (int i = 0; i < MAX_PENDING; i++)
        {
            pending[i] = new Pending(maxLength);
        }
    }

    @Override
    public StatementClaim onClaim(final Statement statement, final long nowNs)
    {
        if (!isWellFormed(statement))
        {
            return StatementClaim.MALFORMED;
        }
        if (null == schedule.termNumbered(statement.leaderTerm))
        {
            return StatementClaim.FOREIGN;
        }
        if (condemned.contains(statement.leaderTerm))
        {
            return StatementClaim.STALE;
        }

        final byte[] digest = new byte[DIGEST_LENGTH];
        decoder.getProofDigest(digest, 0, DIGEST_LENGTH);
        claimed = pendingOf(digest, decoder.parts());
        final Pending whole = pending[claimed];
        whole.keep(decoder.part(), statement);
        if (!whole.isWhole())
        {
            return StatementClaim.HELD;
        }

        return isProved(whole, statement.leaderTerm) ?
            statement.proved(placeOf(decoder.part())) : StatementClaim.DISPROVED;
    }

    @Override
    public void onAccepted(final Statement statement, final long nowNs)
    {
        final Pending whole = pending[claimed];
        condemned.add(statement.leaderTerm);
        for (int i = 0; i < EvidenceProxy.MAX_PARTS; i++)
        {
            if (i < whole.parts)
            {
                statements.keep(EvidenceDecoder.TEMPLATE_ID, placeOf(i), whole.frames[i], 0, whole.lengths[i]);
            }
            else
            {
                statements.drop(EvidenceDecoder.TEMPLATE_ID, placeOf(i));
            }
        }
        nextProof = (nextProof + 1) % MAX_PROOFS;
        final byte[] bytes = whole.proof();
        consumer.onProof(proof, new UnsafeBuffer(bytes), 0, bytes.length);
        whole.clear();
    }

    private boolean isProved(final Pending whole, final int leaderTerm)
    {
        final byte[] bytes = whole.proof();
        final LeaderTerm term = schedule.termNumbered(leaderTerm);
        final boolean isProof = Arrays.equals(whole.digest, EvidenceProxy.sha256(bytes)) &&
            EquivocationProof.Result.VALID == proof.wrap(new UnsafeBuffer(bytes), 0, bytes.length) &&
            proof.chainId() == schedule.chainId() &&
            proof.leaderTerm() == leaderTerm &&
            null != term &&
            EquivocationProof.Result.VALID == proof.verify(term.publicKey());
        if (!isProof)
        {
            whole.clear();
        }

        return isProof;
    }

    private boolean isWellFormed(final Statement statement)
    {
        header.wrap(statement.buffer, statement.offset);
        if (statement.length <= FIXED_LENGTH ||
            EvidenceDecoder.BLOCK_LENGTH != header.blockLength() ||
            statement.length - FIXED_LENGTH !=
                statement.buffer.getInt(statement.offset + PROOF_LENGTH_OFFSET, java.nio.ByteOrder.LITTLE_ENDIAN))
        {
            return false;
        }
        decoder.wrapAndApplyHeader(statement.buffer, statement.offset, header);
        for (int i = Statement.SIGNATURE_OFFSET; i < Statement.RESERVED_OFFSET; i++)
        {
            if (0 != statement.buffer.getByte(statement.offset + i))
            {
                return false;
            }
        }

        return 1 <= decoder.parts() && decoder.parts() <= EvidenceProxy.MAX_PARTS && decoder.part() < decoder.parts();
    }

    private int placeOf(final int part)
    {
        return nextProof * EvidenceProxy.MAX_PARTS + part;
    }

    private int pendingOf(final byte[] digest, final int parts)
    {
        for (int i = 0; i < MAX_PENDING; i++)
        {
            if (parts == pending[i].parts && Arrays.equals(pending[i].digest, digest))
            {
                return i;
            }
        }

        final int taken = nextPending;
        nextPending = (nextPending + 1) % MAX_PENDING;
        pending[taken].start(digest, parts);

        return taken;
    }

    /** Parts of one proof, as they came. */
    private static final class Pending
    {
        final UnsafeBuffer[] frames = new UnsafeBuffer[EvidenceProxy.MAX_PARTS];
        final int[] lengths = new int[EvidenceProxy.MAX_PARTS];
        byte[] digest = {};
        int parts;

        private Pending(final int maxLength)
        {
            for (int i = 0; i < frames.length; i++)
            {
                frames[i] = new UnsafeBuffer(new byte[maxLength]);
            }
        }

        private void start(final byte[] proofDigest, final int count)
        {
            clear();
            digest = proofDigest;
            parts = count;
        }

        private void clear()
        {
            digest = new byte[0];
            parts = 0;
            Arrays.fill(lengths, 0);
        }

        private void keep(final int part, final Statement statement)
        {
            frames[part].putBytes(0, statement.buffer, statement.offset, statement.length);
            lengths[part] = statement.length;
        }

        private boolean isWhole()
        {
            for (int i = 0; i < parts; i++)
            {
                if (0 == lengths[i])
                {
                    return false;
                }
            }

            return true;
        }

        private byte[] proof()
        {
            int length = 0;
            for (int i = 0; i < parts; i++)
            {
                length += lengths[i] - FIXED_LENGTH;
            }
            final byte[] bytes = new byte[length];
            int at = 0;
            for (int i = 0; i < parts; i++)
            {
                frames[i].getBytes(FIXED_LENGTH, bytes, at, lengths[i] - FIXED_LENGTH);
                at += lengths[i] - FIXED_LENGTH;
            }

            return bytes;
        }
    }
}
