package io.fragcast.wire;

import io.fragcast.codecs.EvidenceEncoder;
import io.fragcast.codecs.MessageHeaderEncoder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Says a proof: cuts it into statements that each fit a frame. Used by one thread.
 */
public final class EvidenceProxy
{
    /** Two messages of a frame each need two and a bit. */
    public static final int MAX_PARTS = 4;

    private final int maxLength;

    /**
     * A proxy.
     *
     * @param maxLength longest message of the lane, bytes.
     */
    public EvidenceProxy(final int maxLength)
    {
        this.maxLength = maxLength;
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
        final StatementConsumer consumer)
    {
        final UnsafeBuffer template = new UnsafeBuffer(new byte[maxLength]);
        new EvidenceEncoder().wrapAndApplyHeader(template, 0, new MessageHeaderEncoder())
            .chainId(proof.chainId())
            .leaderTerm(Integer.toUnsignedLong(proof.leaderTerm()))
            .blockNumber(proof.blockNumber());
        final byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);

        return StatementParts.send(EvidenceEncoder.TEMPLATE_ID, template, bytes, maxLength, MAX_PARTS, consumer);
    }
}
