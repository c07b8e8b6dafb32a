package io.fragcast.protocol.block;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;

/**
 * Keeps proofs that a leader equivocated until the {@link EvidenceConsumer} has taken them. One proof condemns an
 * attempt, and a height has few attempts, so the store is small; when it is full the earlier proofs stay.
 */
final class EquivocationDetector
{
    /** Proofs that may wait for the consumer at once. */
    static final int MAX_PROOFS = 16;
    /** The longest signed message at the default MTU is 1,376 bytes; longer ones are proved by their digest. */
    static final int MAX_FRAME_LENGTH = 2048;

    private final EvidenceConsumer consumer;
    private final UnsafeBuffer frames = new UnsafeBuffer(ByteBuffer.allocateDirect(2 * MAX_PROOFS * MAX_FRAME_LENGTH));
    private final int[] firstLengths = new int[MAX_PROOFS];
    private final int[] secondLengths = new int[MAX_PROOFS];
    private final byte[][] firstDigests = new byte[MAX_PROOFS][FrameDigest.DIGEST_LENGTH];
    private int head;
    private int waiting;

    EquivocationDetector(final EvidenceConsumer consumer)
    {
        this.consumer = consumer;
    }

    /**
     * Two verified messages contradict each other.
     *
     * @param first        holding the one taken first.
     * @param firstOffset  of its first byte.
     * @param firstLength  in bytes; 0 where only its digest was kept.
     * @param firstDigest  32 bytes.
     * @param second       holding the other.
     * @param secondOffset of its first byte.
     * @param secondLength in bytes.
     */
    void onEquivocation(
        final DirectBuffer first,
        final int firstOffset,
        final int firstLength,
        final byte[] firstDigest,
        final DirectBuffer second,
        final int secondOffset,
        final int secondLength)
    {
        if (MAX_PROOFS == waiting)
        {
            return;
        }

        final int slot = (head + waiting) % MAX_PROOFS;
        final int firstAt = slot * 2 * MAX_FRAME_LENGTH;
        firstLengths[slot] = firstLength <= MAX_FRAME_LENGTH ? firstLength : 0;
        secondLengths[slot] = Math.min(secondLength, MAX_FRAME_LENGTH);
        frames.putBytes(firstAt, first, firstOffset, firstLengths[slot]);
        frames.putBytes(firstAt + MAX_FRAME_LENGTH, second, secondOffset, secondLengths[slot]);
        System.arraycopy(firstDigest, 0, firstDigests[slot], 0, FrameDigest.DIGEST_LENGTH);
        waiting++;
        doWork();
    }

    /**
     * Offers what waits.
     *
     * @return proofs taken.
     */
    int doWork()
    {
        int taken = 0;
        while (waiting > 0)
        {
            final int firstAt = head * 2 * MAX_FRAME_LENGTH;
            if (!consumer.onEquivocation(
                frames,
                firstAt,
                firstLengths[head],
                firstDigests[head],
                frames,
                firstAt + MAX_FRAME_LENGTH,
                secondLengths[head]))
            {
                break;
            }
            head = (head + 1) % MAX_PROOFS;
            waiting--;
            taken++;
        }

        return taken;
    }
}
