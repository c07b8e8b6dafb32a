package io.fragcast.protocol.block;

import org.agrona.DirectBuffer;

/**
 * Takes proofs that a leader equivocated: two messages, both signed by it, that cannot both stand. Anyone with the
 * schedule can check them.
 */
@FunctionalInterface
public interface EvidenceConsumer
{
    /**
     * One proof; the bytes are valid during the call.
     *
     * @param first        holding the message taken first.
     * @param firstOffset  of its first byte.
     * @param firstLength  in bytes; 0 where only its digest was kept, and the journal holds the message.
     * @param firstDigest  of that message, 32 bytes.
     * @param second       holding the message that contradicts it.
     * @param secondOffset of its first byte.
     * @param secondLength in bytes.
     * @return true if taken; false to be offered the same proof again on a later cycle.
     */
    boolean onEquivocation(
        DirectBuffer first,
        int firstOffset,
        int firstLength,
        byte[] firstDigest,
        DirectBuffer second,
        int secondOffset,
        int secondLength);

    /**
     * The block that was sealed is not the one that a Seal names; the bytes are valid during the call. Anyone with the
     * schedule can check the Seal, and the leader's own word where it gave it; else with the chain the header.
     *
     * @param seal       holding the Seal as received.
     * @param sealOffset of its first byte.
     * @param sealLength in bytes; 0 where it was too long to be kept, and the journal holds it.
     * @param block      as it was sealed.
     * @return true if taken; false to be offered the same again on a later cycle. Unless overridden nobody keeps it.
     */
    default boolean onSealMismatch(
        final DirectBuffer seal, final int sealOffset, final int sealLength, final SealedBlock block)
    {
        return true;
    }
}
