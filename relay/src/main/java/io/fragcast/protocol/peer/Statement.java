package io.fragcast.protocol.peer;

import io.fragcast.protocol.block.FrameDigest;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.nio.ByteOrder;

/**
 * A signed message of the control lane that every node passes on as it came. All kinds share the layout up to
 * {@link #BODY_OFFSET}:
 * <pre>
 *   0    message header   8
 *   8    signature       65    by a key that the schedule, or its authority, names for the kind
 *   73   reserved         7    zero
 *   80   signed region         to the end of the message
 *        80 chainId 8 | 88 leaderTerm 4 | 92 what the kind adds
 *
 *   digest = SHA-256("fragcast/1", the 8 header bytes as received, u32 length of the signed region, signed region)
 * </pre>
 * Filled anew for each message and valid during the call; used by one thread.
 */
public final class Statement
{
    /** Of the signature: r (32), s (32), v (1) of 0. */
    public static final int SIGNATURE_OFFSET = 8;
    /** Of seven bytes of zero. */
    public static final int RESERVED_OFFSET = 73;
    /** Of the first signed byte. */
    public static final int SIGNED_OFFSET = 80;
    /** Of the chain id. */
    public static final int CHAIN_ID_OFFSET = 80;
    /** Of the number of the signer's term; 0 where no leader signed. */
    public static final int TERM_OFFSET = 88;
    /** Of what the kind adds. */
    public static final int BODY_OFFSET = 92;
    /** No statement is shorter. */
    public static final int MIN_LENGTH = 96;

    private static final byte[] NO_KEY = {};

    /** Holds the message. */
    public DirectBuffer buffer = new UnsafeBuffer(0, 0);
    /** Of its first byte. */
    public int offset;
    /** Of the whole message, bytes. */
    public int length;
    /** Which kind. */
    public int templateId;
    /** EIP-155 chain id. */
    public long chainId;
    /** Number of the signer's term; 0 where no leader signed. */
    public int leaderTerm;

    final byte[] digest = new byte[FrameDigest.DIGEST_LENGTH];
    int slot;
    byte[] key = NO_KEY;
    byte @Nullable [] orKey;

    /** Of nothing yet. */
    public Statement()
    {
    }

    /**
     * Points at a message.
     *
     * @param source   holding it.
     * @param position of its first byte.
     * @param bytes    its length, {@link #MIN_LENGTH} at least.
     * @return this.
     */
    public Statement wrap(final DirectBuffer source, final int position, final int bytes)
    {
        buffer = source;
        offset = position;
        length = bytes;
        templateId = source.getShort(position + Short.BYTES, ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
        chainId = source.getLong(position + CHAIN_ID_OFFSET, ByteOrder.LITTLE_ENDIAN);
        leaderTerm = source.getInt(position + TERM_OFFSET, ByteOrder.LITTLE_ENDIAN);
        slot = 0;
        key = NO_KEY;
        orKey = null;

        return this;
    }

    /**
     * Bytes of the signed region.
     *
     * @return length.
     */
    public int signedLength()
    {
        return length - SIGNED_OFFSET;
    }

    /**
     * Its handler takes it to be signed by a key.
     *
     * @param place     among those of its kind that are kept, from 0; what was there is replaced once this is accepted.
     * @param publicKey whose signature it must bear, 65 bytes.
     * @return SIGNED.
     */
    public StatementClaim signedBy(final int place, final byte[] publicKey)
    {
        return signedBy(place, publicKey, null);
    }

    /**
     * Its handler takes it to be signed by one of two keys.
     *
     * @param place     among those of its kind that are kept.
     * @param publicKey whose signature it must bear, 65 bytes.
     * @param orKey     or that of this one; null: no other.
     * @return SIGNED.
     */
    public StatementClaim signedBy(final int place, final byte[] publicKey, final byte @Nullable [] orKey)
    {
        slot = place;
        key = publicKey;
        this.orKey = orKey;

        return StatementClaim.SIGNED;
    }

    /**
     * Its handler has proved it by itself.
     *
     * @param place as above.
     * @return PROVED.
     */
    public StatementClaim proved(final int place)
    {
        slot = place;

        return StatementClaim.PROVED;
    }

    /**
     * What is signed.
     *
     * @return 32 bytes, of the message last checked.
     */
    public byte[] digest()
    {
        return digest;
    }

    /** True if the unsigned bytes are as they must be. */
    boolean isUnsignedPartZero()
    {
        boolean isZero = 0 == buffer.getByte(offset + RESERVED_OFFSET - 1);
        for (int i = RESERVED_OFFSET; i < SIGNED_OFFSET; i++)
        {
            isZero &= 0 == buffer.getByte(offset + i);
        }

        return isZero;
    }
}
