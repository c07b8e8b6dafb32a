package io.fragcast.protocol.block;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.leader.LeaderTerm;
import org.agrona.concurrent.status.AtomicCounter;

/**
 * Digest, budget, signature: the dear part of the accept order, in one place. What was refused is not checked twice.
 */
final class SignatureCheck
{
    private final FrameDigest digests = new FrameDigest();
    private final byte[] digest = new byte[FrameDigest.DIGEST_LENGTH];
    private final SignatureVerifier verifier;
    private final VerificationBudget budget;
    private final RefusedMessages refused = new RefusedMessages();
    private final AtomicCounter signaturesChecked;
    private final AtomicCounter refusedAgain;

    SignatureCheck(final SignatureVerifier verifier, final VerificationBudget budget, final Counters counters)
    {
        this.verifier = verifier;
        this.budget = budget;
        signaturesChecked = counters.get(FragcastCounter.SIGNATURES_CHECKED);
        refusedAgain = counters.get(FragcastCounter.FRAMES_REFUSED_AGAIN);
    }

    /**
     * Takes the digest of a frame.
     *
     * @param frame to digest.
     * @return 32 bytes, valid until the next call.
     */
    byte[] digestOf(final SignedFrame frame)
    {
        digests.ofFrame(frame.buffer, frame.offset, frame.signedLength, digest);

        return digest;
    }

    /** The schedule was replaced, and with it perhaps a key. */
    void onSchedule()
    {
        refused.clear();
    }

    /** The digest last taken. */
    byte[] digest()
    {
        return digest;
    }

    /**
     * Checks the signature over the digest last taken.
     *
     * @param frame     that was digested.
     * @param term      whose leader signed it.
     * @param sessionId charged if it fails.
     * @param nowNs     monotonic nanoseconds.
     * @return ACCEPTED, BAD_SIGNATURE or OVER_BUDGET.
     */
    Verdict verify(final SignedFrame frame, final LeaderTerm term, final int sessionId, final long nowNs)
    {
        if (!budget.isOpen(sessionId, nowNs))
        {
            return Verdict.OVER_BUDGET;
        }

        final int signatureOffset = frame.offset + SignedFrame.SIGNATURE_OFFSET;
        if (refused.contains(digest, frame.buffer, signatureOffset))
        {
            refusedAgain.incrementRelease();
            budget.onKnownFailure(sessionId, nowNs);
            return Verdict.BAD_SIGNATURE;
        }

        signaturesChecked.incrementRelease();
        if (!isSigned(frame, signatureOffset, term))
        {
            refused.add(digest, frame.buffer, signatureOffset);
            budget.onFailure(sessionId, nowNs);
            return Verdict.BAD_SIGNATURE;
        }

        return Verdict.ACCEPTED;
    }

    private boolean isSigned(final SignedFrame frame, final int signatureOffset, final LeaderTerm term)
    {
        if (verifier.verify(digest, frame.buffer, signatureOffset, term.publicKey()))
        {
            return true;
        }
        final byte[] earlier = term.earlierKey(frame.blockNumber);

        return null != earlier && verifier.verify(digest, frame.buffer, signatureOffset, earlier);
    }
}
