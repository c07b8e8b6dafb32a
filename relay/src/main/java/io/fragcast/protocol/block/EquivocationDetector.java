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
    private final EvidenceConsumer consumer;
    private final int maxFrameLength;
    private final UnsafeBuffer frames;
    private final int[] firstLengths = new int[MAX_PROOFS];
    private final int[] secondLengths = new int[MAX_PROOFS];
    private final byte[][] firstDigests = new byte[MAX_PROOFS][FrameDigest.DIGEST_LENGTH];
    private int head;
    private int waiting;

    /**
     * A detector.
     *
     * @param consumer       of the proofs.
     * @param maxFrameLength of the lane, bytes.
     */
    EquivocationDetector(final EvidenceConsumer consumer, final int maxFrameLength)
    {
        this.consumer = consumer;
        // A Frag kept without its body ends in a length of 0 that it may not have had.
        this.maxFrameLength = maxFrameLength + Integer.BYTES;
        frames = new UnsafeBuffer(ByteBuffer.allocateDirect(2 * MAX_PROOFS * this.maxFrameLength));
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
        final int firstAt = slot * 2 * maxFrameLength;
        assert firstLength <= maxFrameLength && secondLength <= maxFrameLength : firstLength + ", " + secondLength;
        firstLengths[slot] = firstLength;
        secondLengths[slot] = secondLength;
        frames.putBytes(firstAt, first, firstOffset, firstLengths[slot]);
        frames.putBytes(firstAt + maxFrameLength, second, secondOffset, secondLengths[slot]);
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
            final int firstAt = head * 2 * maxFrameLength;
            if (!consumer.onEquivocation(
                frames,
                firstAt,
                firstLengths[head],
                firstDigests[head],
                frames,
                firstAt + maxFrameLength,
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
