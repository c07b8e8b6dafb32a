package io.fragcast.protocol.block;

import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Messages whose signature did not hold: whoever sends one again, on whatever session, does not make the node check it
 * again. Known by digest and signature, both whole, so that none can be made to stand for another: a good signature
 * over the same digest is looked at as if the bad one had never come. A table of fixed size in which a new one takes
 * the place of an older one with the same low digits. Used by one thread; allocates nothing after construction.
 */
final class RefusedMessages
{
    /** What the failure budget lets through in a second, twice: 64 sessions with 8 failures each. */
    static final int CAPACITY = 1_024;

    private static final int DIGEST_LENGTH = FrameDigest.DIGEST_LENGTH;
    private static final int SIGNATURE_LENGTH = SignedFrame.SIGNATURE_LENGTH;
    private static final int RECORD_LENGTH = BitUtil.align(DIGEST_LENGTH + SIGNATURE_LENGTH + 1, Long.BYTES);

    private final UnsafeBuffer records = new UnsafeBuffer(
        BufferUtil.allocateDirectAligned(CAPACITY * RECORD_LENGTH, BitUtil.CACHE_LINE_LENGTH));

    /**
     * Was it refused before?
     *
     * @param digest          of the message, 32 bytes.
     * @param buffer          holding its signature.
     * @param signatureOffset of the first byte.
     * @return true if so, as far as the table remembers.
     */
    boolean contains(final byte[] digest, final DirectBuffer buffer, final int signatureOffset)
    {
        final int at = recordOf(digest);
        if (0 == records.getByte(at))
        {
            return false;
        }
        for (int i = 0; i < DIGEST_LENGTH; i++)
        {
            if (digest[i] != records.getByte(at + 1 + i))
            {
                return false;
            }
        }
        for (int i = 0; i < SIGNATURE_LENGTH; i++)
        {
            if (buffer.getByte(signatureOffset + i) != records.getByte(at + 1 + DIGEST_LENGTH + i))
            {
                return false;
            }
        }

        return true;
    }

    /** A signature did not hold. */
    void add(final byte[] digest, final DirectBuffer buffer, final int signatureOffset)
    {
        final int at = recordOf(digest);
        records.putByte(at, (byte)1);
        records.putBytes(at + 1, digest);
        records.putBytes(at + 1 + DIGEST_LENGTH, buffer, signatureOffset, SIGNATURE_LENGTH);
    }

    /** The keys are others now: what did not hold may. */
    void clear()
    {
        records.setMemory(0, records.capacity(), (byte)0);
    }

    private static int recordOf(final byte[] digest)
    {
        return ((digest[0] & 0xFF) << Byte.SIZE | digest[1] & 0xFF) % CAPACITY * RECORD_LENGTH;
    }
}
