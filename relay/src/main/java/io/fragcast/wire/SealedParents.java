package io.fragcast.wire;

import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.codecs.SealDecoder;
import io.fragcast.protocol.block.BlockConsumer;
import io.fragcast.protocol.block.Delivery;
import io.fragcast.protocol.block.FrameDigest;
import io.fragcast.protocol.block.LeaderMemory;
import io.fragcast.protocol.block.SignedFrame;

/**
 * Tells a leader what others sealed, so that its Env names the Seal that it builds on. Used by the receiving thread.
 */
public final class SealedParents implements BlockConsumer
{
    private static final int HASH_OFFSET =
        MessageHeaderDecoder.ENCODED_LENGTH + SealDecoder.blockHashEncodingOffset();

    private final LeaderMemory memory;
    private final BlockConsumer next;
    private final FrameDigest frameDigest = new FrameDigest();
    private final byte[] digest = new byte[FrameDigest.DIGEST_LENGTH];

    /**
     * A consumer of a leader's node.
     *
     * @param memory of the leader, used on this thread.
     * @param next   takes the deliveries.
     */
    public SealedParents(final LeaderMemory memory, final BlockConsumer next)
    {
        this.memory = memory;
        this.next = next;
    }

    @Override
    public boolean onDelivery(final Delivery delivery)
    {
        if (!next.onDelivery(delivery))
        {
            return false;
        }
        if (Delivery.SEAL == delivery.kind())
        {
            frameDigest.ofFrame(
                delivery.frameBuffer(),
                delivery.frameOffset(),
                delivery.frameLength() - SignedFrame.SIGNED_OFFSET,
                digest);
            memory.onSealHeard(delivery.frameBuffer(), delivery.frameOffset() + HASH_OFFSET, digest);
        }

        return true;
    }
}
