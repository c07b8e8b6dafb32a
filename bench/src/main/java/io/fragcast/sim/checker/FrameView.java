package io.fragcast.sim.checker;

import io.fragcast.codecs.EnvDecoder;
import io.fragcast.codecs.FragDecoder;
import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.codecs.SealDecoder;
import org.agrona.DirectBuffer;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * Reads a frame of the block lane as the schema's narrative has it, without any class of the nodes.
 */
public final class FrameView
{
    private static final int HEADER_LENGTH = MessageHeaderDecoder.ENCODED_LENGTH;
    private static final int SIGNED_OFFSET = HEADER_LENGTH + EnvDecoder.chainIdEncodingOffset();
    private static final int SIGNATURE_OFFSET = HEADER_LENGTH + EnvDecoder.signatureEncodingOffset();
    private static final byte[] DOMAIN = "fragcast/1".getBytes(StandardCharsets.US_ASCII);
    private static final long FNV_PRIME = 0x100000001B3L;
    private static final int GROUP_HEADER_LENGTH = 4;
    private static final int SHORT_HASH_LENGTH = 20;

    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final EnvDecoder common = new EnvDecoder();
    private final FragDecoder frag = new FragDecoder();
    private final MessageDigest sha256;
    private DirectBuffer buffer;
    private int offset;
    private int length;

    /**
     * A view of nothing.
     */
    public FrameView()
    {
        try
        {
            sha256 = MessageDigest.getInstance("SHA-256");
        }
        catch (final NoSuchAlgorithmException ex)
        {
            throw new IllegalStateException(ex);
        }
    }

    /**
     * Views a frame.
     *
     * @param buffer holding it.
     * @param offset of its first byte.
     * @param length in bytes.
     * @return this.
     */
    public FrameView wrap(final DirectBuffer buffer, final int offset, final int length)
    {
        this.buffer = buffer;
        this.offset = offset;
        this.length = length;
        header.wrap(buffer, offset);
        common.wrap(buffer, offset + HEADER_LENGTH, header.blockLength(), header.version());

        return this;
    }

    /**
     * Which message it is.
     *
     * @return id of the template.
     */
    public int templateId()
    {
        return header.templateId();
    }

    /**
     * Is it one of the messages that carry a signature?
     *
     * @return false for pages and chunks.
     */
    public boolean isSigned()
    {
        return header.blockLength() >= EnvDecoder.publishTimeNsEncodingOffset() + Long.BYTES;
    }

    /**
     * Attempt that a signed message belongs to.
     *
     * @return the attempt.
     */
    public Attempt attempt()
    {
        return new Attempt(common.blockNumber(), (int)common.leaderTerm(), common.incarnation());
    }

    /**
     * Place of a signed message.
     *
     * @return seq.
     */
    public long seq()
    {
        return common.seq();
    }

    /**
     * Is a frag the last one?
     *
     * @return true if so.
     */
    public boolean isLast()
    {
        return 0 != buffer.getByte(offset + HEADER_LENGTH + FragDecoder.isLastEncodingOffset());
    }

    /**
     * Frags that a seal names.
     *
     * @return count.
     */
    public long totalFrags()
    {
        return buffer.getLong(offset + HEADER_LENGTH + SealDecoder.totalFragsEncodingOffset());
    }

    /**
     * Hash of the block that a seal names.
     *
     * @return 32 bytes.
     */
    public byte[] blockHash()
    {
        final byte[] hash = new byte[SealDecoder.blockHashLength()];
        buffer.getBytes(offset + HEADER_LENGTH + SealDecoder.blockHashEncodingOffset(), hash);

        return hash;
    }

    /**
     * Digest of a signed message.
     *
     * @return 32 bytes.
     */
    public byte[] digest()
    {
        final int signedLength = signedEnd() - SIGNED_OFFSET;
        sha256.update(DOMAIN);
        final byte[] bytes = new byte[Math.max(HEADER_LENGTH, signedLength)];
        buffer.getBytes(offset, bytes, 0, HEADER_LENGTH);
        sha256.update(bytes, 0, HEADER_LENGTH);
        for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE)
        {
            sha256.update((byte)(signedLength >>> shift));
        }
        buffer.getBytes(offset + SIGNED_OFFSET, bytes, 0, signedLength);
        sha256.update(bytes, 0, signedLength);

        return sha256.digest();
    }

    /**
     * Digest that a signed message names as the one before it.
     *
     * @return 32 bytes.
     */
    public byte[] previousDigest()
    {
        final byte[] digest = new byte[EnvDecoder.previousDigestLength()];
        buffer.getBytes(offset + HEADER_LENGTH + EnvDecoder.previousDigestEncodingOffset(), digest);

        return digest;
    }

    /**
     * A number for all that the way does not change.
     *
     * @return the number.
     */
    public long wholeHash()
    {
        return hash(hash(0, 0, HEADER_LENGTH), SIGNATURE_OFFSET, length);
    }

    /**
     * A number for what a leader signed, with the signature, without an inline body.
     *
     * @return the number.
     */
    public long signedHash()
    {
        return hash(hash(0, 0, HEADER_LENGTH), SIGNATURE_OFFSET, signedEnd());
    }

    /**
     * Is a body the one that a frag's hash list names? Where the list has pages of its own, only the length is looked
     * at.
     *
     * @param body       holding the FragBody message.
     * @param bodyOffset of its first byte.
     * @param bodyLength in bytes.
     * @return true if it is.
     */
    public boolean namesBody(final DirectBuffer body, final int bodyOffset, final int bodyLength)
    {
        frag.wrap(buffer, offset + HEADER_LENGTH, header.blockLength(), header.version());
        if (frag.bodyLength() != bodyLength)
        {
            return false;
        }
        if (0 != frag.pageHashes())
        {
            return true;
        }

        final int chunkLength = frag.chunkLength();
        final byte[] chunk = new byte[chunkLength];
        final byte[] named = new byte[SHORT_HASH_LENGTH];
        int hashOffset = offset + HEADER_LENGTH + header.blockLength() + GROUP_HEADER_LENGTH;
        for (int position = 0; position < bodyLength; position += chunkLength)
        {
            final int taken = Math.min(chunkLength, bodyLength - position);
            body.getBytes(bodyOffset + position, chunk, 0, taken);
            sha256.update((byte)0);
            sha256.update(chunk, 0, taken);
            buffer.getBytes(hashOffset, named);
            if (!Arrays.equals(named, Arrays.copyOf(sha256.digest(), SHORT_HASH_LENGTH)))
            {
                return false;
            }
            hashOffset += SHORT_HASH_LENGTH;
        }

        return true;
    }

    /** Where the signed region ends, from the start of the message. */
    private int signedEnd()
    {
        final int blockEnd = HEADER_LENGTH + header.blockLength();
        if (FragDecoder.TEMPLATE_ID != header.templateId())
        {
            return blockEnd;
        }
        final int entryLength = buffer.getShort(offset + blockEnd) & 0xFFFF;
        final int entryCount = buffer.getShort(offset + blockEnd + Short.BYTES) & 0xFFFF;

        return blockEnd + GROUP_HEADER_LENGTH + entryLength * entryCount;
    }

    private long hash(final long seed, final int from, final int to)
    {
        long result = seed ^ (to - from);
        int i = from;
        for (final int end = to - Long.BYTES; i <= end; i += Long.BYTES)
        {
            result = (result ^ buffer.getLong(offset + i)) * FNV_PRIME;
            result ^= result >>> 29;
        }
        for (; i < to; i++)
        {
            result = (result ^ buffer.getByte(offset + i)) * FNV_PRIME;
        }

        return result;
    }
}
