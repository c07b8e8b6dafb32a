package io.fragcast.cli;

import io.fragcast.protocol.block.SignatureVerifier;
import io.fragcast.protocol.block.SignedFrame;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.wire.FrameView;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Checks signatures of journaled messages against the keys of a schedule.
 */
final class JournalSignatures
{
    private final Schedule schedule;
    private final SignatureVerifier verifier;

    JournalSignatures(final Schedule schedule, final SignatureVerifier verifier)
    {
        this.schedule = schedule;
        this.verifier = verifier;
    }

    /**
     * Checks one message.
     *
     * @param frame  the message.
     * @param digest of it.
     * @param buffer holding it.
     * @param offset of its first byte.
     * @return what is wrong, or null if the leader of its block signed it.
     */
    @Nullable String problem(
        final FrameView frame, final byte[] digest, final DirectBuffer buffer, final int offset)
    {
        if (schedule.chainId() != frame.chainId())
        {
            return "chain " + Long.toUnsignedString(frame.chainId()) + " is not the schedule's";
        }

        final LeaderTerm term = schedule.leaderOf((int)frame.leaderTerm(), frame.blockNumber());
        if (null == term)
        {
            return "term " + frame.leaderTerm() + " does not lead the block";
        }

        final byte[] earlier = term.earlierKey(frame.blockNumber());
        final int signatureOffset = offset + SignedFrame.SIGNATURE_OFFSET;

        return verifier.verify(digest, buffer, signatureOffset, term.publicKey()) ||
            null != earlier && verifier.verify(digest, buffer, signatureOffset, earlier) ?
            null : "the signature does not hold";
    }
}
