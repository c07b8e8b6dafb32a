package io.fragcast.wire;

import io.fragcast.codecs.EvidenceEncoder;
import io.fragcast.codecs.MessageHeaderEncoder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Cuts a proof into statements that each fit a frame. Used by one thread.
 */
public final class EvidenceProxy
{
    /** Two messages of a frame each need two and a bit. */
    public static final int MAX_PARTS = 4;

    private static final int DIGEST_LENGTH = 32;
    private static final int FIXED_LENGTH = MessageHeaderEncoder.ENCODED_LENGTH + EvidenceEncoder.BLOCK_LENGTH +
        EvidenceEncoder.proofHeaderLength();

    /**
     * Takes one statement.
     */
    @FunctionalInterface
    public interface PartConsumer
    {
        /**
         * One statement, whole.
         *
         * @param templateId of it.
         * @param buffer     holding it.
         * @param offset     of its first byte.
         * @param length     in bytes.
         * @return false if it is not taken.
         */
        boolean onPart(int templateId, DirectBuffer buffer, int offset, int length);
    }

    private final UnsafeBuffer part;
    private final EvidenceEncoder encoder = new EvidenceEncoder();
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();

    /**
     * A proxy.
     *
     * @param maxLength longest message of the lane, bytes.
     */
    public EvidenceProxy(final int maxLength)
    {
        part = new UnsafeBuffer(new byte[maxLength]);
    }

    /**
     * Says a proof.
     *
     * @param proof    that was looked at, for its place.
     * @param buffer   holding its bytes.
     * @param offset   of the first.
     * @param length   of them all.
     * @param consumer of the statements.
     * @return true if all were taken.
     */
    public boolean send(
        final EquivocationProof proof,
        final DirectBuffer buffer,
        final int offset,
        final int length,
        final PartConsumer consumer)
    {
        final int share = part.capacity() - FIXED_LENGTH;
        final int parts = (length + share - 1) / share;
        if (parts > MAX_PARTS)
        {
            throw new IllegalArgumentException("a proof of " + length + " bytes does not fit " + MAX_PARTS + " parts");
        }
        final byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);
        final byte[] digest = sha256(bytes);
        boolean isTaken = true;
        for (int i = 0; i < parts; i++)
        {
            final int from = i * share;
            final int count = Math.min(share, length - from);
            part.setMemory(0, part.capacity(), (byte)0);
            encoder.wrapAndApplyHeader(part, 0, header)
                .chainId(proof.chainId())
                .leaderTerm(Integer.toUnsignedLong(proof.leaderTerm()))
                .part(i)
                .parts(parts)
                .blockNumber(proof.blockNumber())
                .putProofDigest(digest, 0, DIGEST_LENGTH)
                .putProof(bytes, from, count);
            isTaken &= consumer.onPart(EvidenceEncoder.TEMPLATE_ID, part, 0, FIXED_LENGTH + count);
        }

        return isTaken;
    }

    static byte[] sha256(final byte[] bytes)
    {
        try
        {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        }
        catch (final NoSuchAlgorithmException ex)
        {
            throw new IllegalStateException("this JDK has no SHA-256", ex);
        }
    }
}
