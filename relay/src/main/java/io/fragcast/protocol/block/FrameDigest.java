package io.fragcast.protocol.block;

import org.agrona.DirectBuffer;

import java.nio.charset.StandardCharsets;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The two hashes of the block lane: the digest that leaders sign, and the short hash of a chunk or of a page.
 * <pre>
 *   digest = SHA-256("fragcast/1" ‖ 8 header bytes ‖ u32 LE signed length ‖ signed region)
 *   hash   = SHA-256(0 ‖ chunk)[0..20)   or   SHA-256(1 ‖ hashes of the page)[0..20)
 * </pre>
 * Used by one thread; allocates nothing.
 */
public final class FrameDigest
{
    /** Length of a digest, bytes. */
    public static final int DIGEST_LENGTH = 32;
    /** Length of the hash of a chunk or page, bytes. */
    public static final int HASH_LENGTH = 20;

    private static final byte CHUNK_PREFIX = 0;
    private static final byte PAGE_PREFIX = 1;
    private static final byte[] DOMAIN = "fragcast/1".getBytes(StandardCharsets.US_ASCII);

    /** A whole frame at the default MTU in one piece: off-heap bytes reach the JDK's SHA-256 through an array only. */
    private static final int SCRATCH_LENGTH = 4096;

    private final MessageDigest sha256;
    private final byte[] scratch = new byte[SCRATCH_LENGTH];
    private final byte[] whole = new byte[DIGEST_LENGTH];

    /**
     * A digest of its own.
     */
    public FrameDigest()
    {
        try
        {
            sha256 = MessageDigest.getInstance("SHA-256");
        }
        catch (final NoSuchAlgorithmException ex)
        {
            throw new IllegalStateException("this JDK has no SHA-256", ex);
        }
    }

    /**
     * Digest of a signed message.
     *
     * @param buffer       holding the message.
     * @param offset       of its first byte.
     * @param signedLength bytes of the signed region.
     * @param digest       receives 32 bytes.
     */
    public void ofFrame(final DirectBuffer buffer, final int offset, final int signedLength, final byte[] digest)
    {
        ofRegion(buffer, offset, SignedFrame.SIGNED_OFFSET, signedLength, digest);
    }

    /**
     * Digest of a message with its signed region anywhere after the header.
     *
     * @param buffer       holding the message.
     * @param offset       of its first byte.
     * @param signedOffset of the signed region, from the first byte.
     * @param signedLength bytes of the signed region.
     * @param digest       receives 32 bytes.
     */
    public void ofRegion(
        final DirectBuffer buffer,
        final int offset,
        final int signedOffset,
        final int signedLength,
        final byte[] digest)
    {
        System.arraycopy(DOMAIN, 0, scratch, 0, DOMAIN.length);
        int position = DOMAIN.length;
        buffer.getBytes(offset, scratch, position, SignedFrame.HEADER_LENGTH);
        position += SignedFrame.HEADER_LENGTH;
        for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE)
        {
            scratch[position++] = (byte)(signedLength >>> shift);
        }
        sha256.update(scratch, 0, position);
        update(buffer, offset + signedOffset, signedLength);
        finish(digest);
    }

    /**
     * Short hash of a chunk.
     *
     * @param buffer     holding it.
     * @param offset     of its first byte.
     * @param length     in bytes.
     * @param hash       receives 20 bytes.
     * @param hashOffset where they go.
     */
    public void ofChunk(
        final DirectBuffer buffer, final int offset, final int length, final byte[] hash, final int hashOffset)
    {
        shortHash(CHUNK_PREFIX, buffer, offset, length);
        System.arraycopy(whole, 0, hash, hashOffset, HASH_LENGTH);
    }

    /**
     * Short hash of a page.
     *
     * @param buffer     holding its hashes.
     * @param offset     of the first.
     * @param length     of them all, bytes.
     * @param hash       receives 20 bytes.
     * @param hashOffset where they go.
     */
    public void ofPage(
        final DirectBuffer buffer, final int offset, final int length, final byte[] hash, final int hashOffset)
    {
        shortHash(PAGE_PREFIX, buffer, offset, length);
        System.arraycopy(whole, 0, hash, hashOffset, HASH_LENGTH);
    }

    /**
     * Is it the chunk that a hash names?
     *
     * @param buffer     holding the chunk.
     * @param offset     of its first byte.
     * @param length     in bytes.
     * @param hashBuffer holding the hash.
     * @param hashOffset of the hash.
     * @return true if it is.
     */
    public boolean isChunk(
        final DirectBuffer buffer,
        final int offset,
        final int length,
        final DirectBuffer hashBuffer,
        final int hashOffset)
    {
        shortHash(CHUNK_PREFIX, buffer, offset, length);

        return isWhole(hashBuffer, hashOffset);
    }

    /**
     * Is it the page that a hash names?
     *
     * @param buffer     holding the page's hashes.
     * @param offset     of the first.
     * @param length     of them all, bytes.
     * @param hashBuffer holding the hash.
     * @param hashOffset of the hash.
     * @return true if it is.
     */
    public boolean isPage(
        final DirectBuffer buffer,
        final int offset,
        final int length,
        final DirectBuffer hashBuffer,
        final int hashOffset)
    {
        shortHash(PAGE_PREFIX, buffer, offset, length);

        return isWhole(hashBuffer, hashOffset);
    }

    private void shortHash(final byte prefix, final DirectBuffer buffer, final int offset, final int length)
    {
        sha256.update(prefix);
        update(buffer, offset, length);
        finish(whole);
    }

    private boolean isWhole(final DirectBuffer hashBuffer, final int hashOffset)
    {
        int difference = 0;
        for (int i = 0; i < HASH_LENGTH; i++)
        {
            difference |= whole[i] ^ hashBuffer.getByte(hashOffset + i);
        }

        return 0 == difference;
    }

    private void update(final DirectBuffer buffer, final int offset, final int length)
    {
        for (int done = 0; done < length; done += SCRATCH_LENGTH)
        {
            final int count = Math.min(SCRATCH_LENGTH, length - done);
            buffer.getBytes(offset + done, scratch, 0, count);
            sha256.update(scratch, 0, count);
        }
    }

    private void finish(final byte[] digest)
    {
        try
        {
            sha256.digest(digest, 0, DIGEST_LENGTH);
        }
        catch (final DigestException ex)
        {
            throw new IllegalStateException("a digest is 32 bytes", ex);
        }
    }
}
