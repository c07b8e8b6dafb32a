package io.fragcast.wire;

import io.fragcast.codecs.BlockBodyDecoder;
import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.codecs.SealedBlockDecoder;
import io.fragcast.protocol.repair.FrameName;
import io.fragcast.protocol.repair.FramePart;
import org.agrona.DirectBuffer;

/**
 * Names what the bulk lane carries: accepted frames as repair names them, a SealedBlock as the end of its attempt, a
 * BlockBody as a chunk of no attempt, numbered by its position.
 * Used by one thread.
 */
public final class ItemNames
{
    private final FrameNames frames = new FrameNames();
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final SealedBlockDecoder sealedBlock = new SealedBlockDecoder();
    private final BlockBodyDecoder body = new BlockBodyDecoder();

    /** Names of any item. */
    public ItemNames()
    {
    }

    /**
     * Names an item.
     *
     * @param buffer holding it.
     * @param offset of its first byte.
     * @param length in bytes.
     * @param name   to fill.
     * @return false if it is none; the name is undefined then.
     */
    public boolean tryName(final DirectBuffer buffer, final int offset, final int length, final FrameName name)
    {
        if (BlockBodyAdapter.isBlockBody(buffer, offset, length))
        {
            header.wrap(buffer, offset);
            body.wrap(buffer, offset + MessageHeaderDecoder.ENCODED_LENGTH, header.blockLength(), header.version());
            name.set(FramePart.CHUNK, 0, body.blockNumber(), 0, 0, (int)body.position());

            return true;
        }
        if (!SealedBlockAdapter.isSealedBlock(buffer, offset, length))
        {
            return frames.tryName(buffer, offset, length, name);
        }
        header.wrap(buffer, offset);
        sealedBlock.wrap(
            buffer, offset + MessageHeaderDecoder.ENCODED_LENGTH, header.blockLength(), header.version());
        name.set(
            FramePart.END,
            (int)sealedBlock.leaderTerm(),
            sealedBlock.blockNumber(),
            sealedBlock.incarnation(),
            0,
            0);

        return true;
    }
}
