package io.fragcast.wire;

import io.fragcast.codecs.FragDecoder;
import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.codecs.SealDecoder;
import io.fragcast.codecs.SealedBlockDecoder;
import io.fragcast.protocol.block.FrameDigest;
import io.fragcast.protocol.block.FrameKind;
import io.fragcast.protocol.block.SignatureVerifier;
import io.fragcast.protocol.block.SignedFrame;
import io.fragcast.protocol.leader.LeaderTerm;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;

/**
 * Two messages that one leader signed and that cannot both stand, so that anyone with its public key can see it:
 * <pre>
 *   u32 length of the first | first message | second message      each from its header to the end of its signed region,
 *                                                                 hop fields zero
 * </pre>
 * What cannot both stand: two Envs, two Seals or two Aborts of one attempt, two Frags of one seq of one attempt, or
 * Seals of two attempts at one height in one term; of one chain, with different digests. And a Seal with the
 * SealedBlock of its height and term, where they name two hashes: it published one block and sealed another. Checks any
 * bytes without throwing. Used by one thread.
 */
public final class EquivocationProof
{
    private static final int HEADER_LENGTH = MessageHeaderDecoder.ENCODED_LENGTH;
    private static final int GROUP_HEADER_LENGTH = FragDecoder.HashesDecoder.sbeHeaderSize();
    private static final int LENGTH_LENGTH = Integer.BYTES;
    private static final int CHAIN_ID_OFFSET = SignedFrame.SIGNED_OFFSET;
    private static final int BLOCK_NUMBER_OFFSET = CHAIN_ID_OFFSET + Long.BYTES;
    private static final int INCARNATION_OFFSET = BLOCK_NUMBER_OFFSET + Long.BYTES;
    private static final int LEADER_TERM_OFFSET = INCARNATION_OFFSET + Long.BYTES;
    private static final int SEQ_OFFSET = LEADER_TERM_OFFSET + Integer.BYTES;
    /** Every signed message has the common fields. */
    private static final int MIN_LENGTH = 200;
    private static final int SEAL_HASH_OFFSET = HEADER_LENGTH + SealDecoder.blockHashEncodingOffset();
    private static final int SEALED_HASH_OFFSET = HEADER_LENGTH + SealedBlockDecoder.blockHashEncodingOffset();
    private static final int HASH_LENGTH = SealDecoder.blockHashLength();

    /** What a check comes to. */
    public enum Result
    {
        /** The leader signed both. */
        VALID,
        /** They are not two signed messages of an attempt. */
        MALFORMED,
        /** It is one message twice: a relay changes hop fields, nobody else's business. */
        SAME_MESSAGE,
        /** They stand side by side: another chain, term, height, attempt, seq or kind. */
        DIFFERENT_PLACES,
        /** No key is known for the term. */
        UNKNOWN_LEADER,
        /** The leader did not sign both. */
        BAD_SIGNATURE
    }

    private final SignatureVerifier verifier;
    private final FrameDigest digests = new FrameDigest();
    private final byte[] firstDigest = new byte[FrameDigest.DIGEST_LENGTH];
    private final byte[] secondDigest = new byte[FrameDigest.DIGEST_LENGTH];
    private final UnsafeBuffer first = new UnsafeBuffer(0, 0);
    private final UnsafeBuffer second = new UnsafeBuffer(0, 0);

    /**
     * Checks with a verifier.
     *
     * @param verifier of this thread.
     */
    public EquivocationProof(final SignatureVerifier verifier)
    {
        this.verifier = verifier;
    }

    /**
     * Writes a proof.
     *
     * @param one          holding a frame as it came.
     * @param oneOffset    of its first byte.
     * @param oneLength    in bytes.
     * @param other        holding the frame that contradicts it.
     * @param otherOffset  of its first byte.
     * @param otherLength  in bytes.
     * @param target       to write to.
     * @param targetOffset where.
     * @return bytes written; 0 if one of the frames is not whole.
     */
    public static int write(
        final DirectBuffer one,
        final int oneOffset,
        final int oneLength,
        final DirectBuffer other,
        final int otherOffset,
        final int otherLength,
        final MutableDirectBuffer target,
        final int targetOffset)
    {
        final int firstLength = signedEnd(one, oneOffset, oneLength);
        final int secondLength = signedEnd(other, otherOffset, otherLength);
        if (0 == firstLength || 0 == secondLength)
        {
            return 0;
        }
        target.putInt(targetOffset, firstLength, ByteOrder.LITTLE_ENDIAN);
        putMessage(target, targetOffset + LENGTH_LENGTH, one, oneOffset, firstLength);
        putMessage(target, targetOffset + LENGTH_LENGTH + firstLength, other, otherOffset, secondLength);

        return LENGTH_LENGTH + firstLength + secondLength;
    }

    /**
     * Looks at a proof before its signatures: is it two messages that cannot both stand?
     *
     * @param proof  holding it.
     * @param offset of its first byte.
     * @param length in bytes.
     * @return VALID if it would be, were both signed.
     */
    public Result wrap(final DirectBuffer proof, final int offset, final int length)
    {
        final int firstLength = length < LENGTH_LENGTH + 2 * MIN_LENGTH ? 0 :
            proof.getInt(offset, ByteOrder.LITTLE_ENDIAN);
        final int secondLength = length - LENGTH_LENGTH - firstLength;
        if (firstLength < MIN_LENGTH || secondLength < MIN_LENGTH)
        {
            return Result.MALFORMED;
        }
        first.wrap(proof, offset + LENGTH_LENGTH, firstLength);
        second.wrap(proof, offset + LENGTH_LENGTH + firstLength, secondLength);
        if (!isMessage(first) || !isMessage(second))
        {
            return Result.MALFORMED;
        }
        if (!isContradiction())
        {
            return Result.DIFFERENT_PLACES;
        }
        digests.ofFrame(first, 0, firstLength - SignedFrame.SIGNED_OFFSET, firstDigest);
        digests.ofFrame(second, 0, secondLength - SignedFrame.SIGNED_OFFSET, secondDigest);

        return Arrays.equals(firstDigest, secondDigest) ? Result.SAME_MESSAGE : Result.VALID;
    }

    /**
     * Checks the signatures of the proof last looked at.
     *
     * @param publicKey of the term's leader, 65 bytes; null: not known.
     * @return VALID if the key signed both.
     */
    public Result verify(final byte @Nullable [] publicKey)
    {
        if (null == publicKey)
        {
            return Result.UNKNOWN_LEADER;
        }

        return isFirstBy(publicKey) && isSecondBy(publicKey) ? Result.VALID : Result.BAD_SIGNATURE;
    }

    /**
     * The same where the leader may have had two keys: whichever of them signed, both are one leader.
     *
     * @param term of both messages; null: nobody leads it.
     * @return VALID if each bears a signature of the term's leader.
     */
    public Result verifyBy(final @Nullable LeaderTerm term)
    {
        final byte[] earlier = null == term ? null : term.earlierKey(blockNumber());
        if (null == term || null == earlier)
        {
            return verify(null == term ? null : term.publicKey());
        }

        return (isFirstBy(term.publicKey()) || isFirstBy(earlier)) &&
            (isSecondBy(term.publicKey()) || isSecondBy(earlier)) ? Result.VALID : Result.BAD_SIGNATURE;
    }

    private boolean isFirstBy(final byte[] publicKey)
    {
        return verifier.verify(firstDigest, first, SignedFrame.SIGNATURE_OFFSET, publicKey);
    }

    private boolean isSecondBy(final byte[] publicKey)
    {
        return verifier.verify(secondDigest, second, SignedFrame.SIGNATURE_OFFSET, publicKey);
    }

    /** {@return the chain of the first message of the proof last looked at} */
    public long chainId()
    {
        return first.getLong(CHAIN_ID_OFFSET, ByteOrder.LITTLE_ENDIAN);
    }

    /** {@return the term of both} */
    public int leaderTerm()
    {
        return first.getInt(LEADER_TERM_OFFSET, ByteOrder.LITTLE_ENDIAN);
    }

    /** {@return the height of both} */
    public long blockNumber()
    {
        return first.getLong(BLOCK_NUMBER_OFFSET, ByteOrder.LITTLE_ENDIAN);
    }

    /** {@return the incarnation of the first} */
    public long incarnation()
    {
        return first.getLong(INCARNATION_OFFSET, ByteOrder.LITTLE_ENDIAN);
    }

    /** {@return what the first is, and the second unless that is a SealedBlock} */
    public FrameKind kind()
    {
        return Objects.requireNonNull(FrameKind.ofTemplate(templateId(first)), "no proof was looked at");
    }

    /** {@return seq of the first} */
    public int seq()
    {
        return first.getInt(SEQ_OFFSET, ByteOrder.LITTLE_ENDIAN);
    }

    /** {@return digest of the first, 32 bytes} */
    public byte[] firstDigest()
    {
        return firstDigest;
    }

    /** {@return digest of the second, 32 bytes} */
    public byte[] secondDigest()
    {
        return secondDigest;
    }

    private boolean isContradiction()
    {
        final FrameKind kind = FrameKind.ofTemplate(templateId(first));
        final boolean isOneHeight = isSame(CHAIN_ID_OFFSET, Long.BYTES) && isSame(LEADER_TERM_OFFSET, Integer.BYTES) &&
            isSame(BLOCK_NUMBER_OFFSET, Long.BYTES);
        if (!isOneHeight || null == kind)
        {
            return false;
        }
        if (templateId(first) != templateId(second))
        {
            return FrameKind.SEAL == kind && isSealedBlock(templateId(second)) && !isOneHash();
        }

        return switch (kind)
        {
            case ENV, ABORT -> isSame(INCARNATION_OFFSET, Long.BYTES);
            case FRAG -> isSame(INCARNATION_OFFSET, Long.BYTES) && isSame(SEQ_OFFSET, Integer.BYTES);
            // A height is sealed once in a term, in whichever attempt.
            case SEAL -> true;
            // Said again and again with other numbers.
            case HEARTBEAT, LEADER_START, LEADER_STOP -> false;
            // Not signed.
            case FRAG_PAGE, FRAG_CHUNK -> false;
        };
    }

    private boolean isOneHash()
    {
        for (int i = 0; i < HASH_LENGTH; i++)
        {
            if (first.getByte(SEAL_HASH_OFFSET + i) != second.getByte(SEALED_HASH_OFFSET + i))
            {
                return false;
            }
        }

        return true;
    }

    private boolean isSame(final int offset, final int length)
    {
        for (int i = offset; i < offset + length; i++)
        {
            if (first.getByte(i) != second.getByte(i))
            {
                return false;
            }
        }

        return true;
    }

    private static boolean isMessage(final DirectBuffer message)
    {
        return message.capacity() == signedEnd(message, 0, message.capacity());
    }

    /** Where the signed region of a message ends; 0 if it is none, or not whole. */
    private static int signedEnd(final DirectBuffer buffer, final int offset, final int length)
    {
        if (length < MIN_LENGTH || MessageHeaderDecoder.SCHEMA_ID != u16(buffer, offset + 2 * Short.BYTES))
        {
            return 0;
        }
        final int templateId = u16(buffer, offset + Short.BYTES);
        final FrameKind kind = FrameKind.ofTemplate(templateId);
        final int blockEnd = HEADER_LENGTH + u16(buffer, offset);
        if (null == kind && !isSealedBlock(templateId) || blockEnd < minEnd(templateId) || length < blockEnd)
        {
            return 0;
        }
        if (FrameKind.FRAG != kind)
        {
            return blockEnd;
        }
        if (length < blockEnd + GROUP_HEADER_LENGTH)
        {
            return 0;
        }
        final int end = blockEnd + GROUP_HEADER_LENGTH +
            u16(buffer, offset + blockEnd) * u16(buffer, offset + blockEnd + Short.BYTES);

        return end <= length ? end : 0;
    }

    private static boolean isSealedBlock(final int templateId)
    {
        return SealedBlockDecoder.TEMPLATE_ID == templateId;
    }

    /** The common fields, and those that are compared. */
    private static int minEnd(final int templateId)
    {
        return switch (templateId)
        {
            case SealDecoder.TEMPLATE_ID -> HEADER_LENGTH + SealDecoder.BLOCK_LENGTH;
            case SealedBlockDecoder.TEMPLATE_ID -> HEADER_LENGTH + SealedBlockDecoder.BLOCK_LENGTH;
            default -> MIN_LENGTH;
        };
    }

    private static void putMessage(
        final MutableDirectBuffer target,
        final int targetOffset,
        final DirectBuffer source,
        final int offset,
        final int length)
    {
        target.putBytes(targetOffset, source, offset, length);
        target.setMemory(
            targetOffset + HEADER_LENGTH, SignedFrame.SIGNATURE_OFFSET - HEADER_LENGTH, (byte)0);
    }

    private static int templateId(final DirectBuffer message)
    {
        return u16(message, Short.BYTES);
    }

    private static int u16(final DirectBuffer buffer, final int offset)
    {
        return buffer.getShort(offset, ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
    }
}
