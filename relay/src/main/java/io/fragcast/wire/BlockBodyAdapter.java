package io.fragcast.wire;

import io.fragcast.codecs.BlockBodyDecoder;
import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.protocol.block.SealedBody;
import io.fragcast.protocol.sync.BodyFollower;
import io.fragcast.protocol.sync.BodyPart;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads BlockBody messages of one holder for the {@link BodyFollower}. Vouches for the layout alone: a part lies within
 * its body, and the body within its limit. Any bytes may come; none make it throw. Used by the polling thread.
 */
public final class BlockBodyAdapter
{
    private static final int HEADER_LENGTH = MessageHeaderDecoder.ENCODED_LENGTH;

    private final long chainId;
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final BlockBodyDecoder decoder = new BlockBodyDecoder();
    private final BodyPart part = new BodyPart();

    /**
     * An adapter.
     *
     * @param chainId EIP-155 chain id.
     */
    public BlockBodyAdapter(final long chainId)
    {
        this.chainId = chainId;
    }

    /**
     * Is it such a message, by its header and by its length?
     *
     * @param buffer holding it.
     * @param offset of its first byte.
     * @param length in bytes.
     * @return true if its fixed fields are there.
     */
    static boolean isBlockBody(final DirectBuffer buffer, final int offset, final int length)
    {
        return length >= HEADER_LENGTH + BlockBodyDecoder.BLOCK_LENGTH + BlockBodyDecoder.partHeaderLength() &&
            BlockBodyDecoder.TEMPLATE_ID == FrameLayout.templateId(buffer, offset) &&
            BlockBodyDecoder.SCHEMA_ID == FrameLayout.schemaId(buffer, offset);
    }

    /**
     * Reads a message.
     *
     * @param buffer holding it.
     * @param offset of its first byte.
     * @param length in bytes.
     * @return the part, valid until the next call and while the buffer is; null if it is none.
     */
    public @Nullable BodyPart read(
        final DirectBuffer buffer, final int offset, final int length)
    {
        if (!isBlockBody(buffer, offset, length))
        {
            return null;
        }
        header.wrap(buffer, offset);
        final int fixedLength = HEADER_LENGTH + header.blockLength() + BlockBodyDecoder.partHeaderLength();
        if (0 == header.version() || header.blockLength() < BlockBodyDecoder.BLOCK_LENGTH || length <= fixedLength)
        {
            return null;
        }
        decoder.wrap(buffer, offset + HEADER_LENGTH, header.blockLength(), header.version());
        final int partLength = length - fixedLength;
        if (chainId != decoder.chainId() || decoder.bodyLength() > SealedBody.MAX_LENGTH ||
            decoder.position() + partLength > decoder.bodyLength() ||
            partLength != FrameLayout.u32(buffer, offset + HEADER_LENGTH + header.blockLength()))
        {
            return null;
        }

        part.blockNumber = decoder.blockNumber();
        decoder.getBlockHash(part.blockHash, 0, part.blockHash.length);
        part.bodyLength = (int)decoder.bodyLength();
        part.position = (int)decoder.position();
        part.buffer = buffer;
        part.offset = offset + fixedLength;
        part.length = partLength;

        return part;
    }
}
