package io.fragcast.wire;

import io.fragcast.codecs.SealedBlockDecoder;
import io.fragcast.protocol.block.SealedBlock;
import io.fragcast.protocol.block.SealedBlockConsumer;
import io.fragcast.protocol.sync.SealedBlockShelf;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteOrder;

/**
 * Puts sealed blocks that a leader signed, and that another holder gave, onto the shelf that the bulk lane serves, as
 * the leader wrote them. Used by one thread.
 */
public final class SealedBlockPasser implements SealedBlockConsumer
{
    private static final int LENGTH_LENGTH = SealedBlockDecoder.headerHeaderLength();

    private final SealedBlockShelf shelf;
    private final UnsafeBuffer message;

    /**
     * A passer.
     *
     * @param shelf          that messages are put on.
     * @param maxFrameLength longest message of the lane, bytes.
     */
    public SealedBlockPasser(final SealedBlockShelf shelf, final int maxFrameLength)
    {
        this.shelf = shelf;
        message = new UnsafeBuffer(new byte[maxFrameLength]);
    }

    @Override
    public void onSealedBlock(final SealedBlock block)
    {
        final int length = block.signedLength + LENGTH_LENGTH + block.headerLength;
        if (0 == block.signedLength || length > message.capacity())
        {
            return;
        }
        message.putBytes(0, block.signed, 0, block.signedLength);
        message.putInt(block.signedLength, block.headerLength, ByteOrder.LITTLE_ENDIAN);
        message.putBytes(block.signedLength + LENGTH_LENGTH, block.header, 0, block.headerLength);
        shelf.put(block.number, message, 0, length);
    }
}
