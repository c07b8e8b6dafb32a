package io.fragcast.wire;

import io.fragcast.codecs.EnvEncoder;
import io.fragcast.codecs.FragChunkEncoder;
import io.fragcast.codecs.FragPageEncoder;
import io.fragcast.codecs.MessageHeaderEncoder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

import java.nio.ByteOrder;

/**
 * Where the hop fields stand in every frame of the block lane, and the height in every signed one, from the start of
 * the message.
 */
final class FrameLayout
{
    /** Epoch nanoseconds of the last transmission. */
    static final int SEND_TIME_OFFSET = MessageHeaderEncoder.ENCODED_LENGTH + EnvEncoder.sendTimeNsEncodingOffset();
    /** Epoch nanoseconds of the arrival. */
    static final int RECEIVE_TIME_OFFSET =
        MessageHeaderEncoder.ENCODED_LENGTH + EnvEncoder.receiveTimeNsEncodingOffset();
    /** Relays passed. */
    static final int HOP_COUNT_OFFSET = MessageHeaderEncoder.ENCODED_LENGTH + EnvEncoder.hopCountEncodingOffset();
    private static final int SCHEMA_OFFSET = MessageHeaderEncoder.schemaIdEncodingOffset();
    private static final int TEMPLATE_OFFSET = MessageHeaderEncoder.templateIdEncodingOffset();
    private static final int BLOCK_NUMBER_OFFSET =
        MessageHeaderEncoder.ENCODED_LENGTH + EnvEncoder.blockNumberEncodingOffset();

    private FrameLayout()
    {
    }

    /**
     * Is it a message of its own, not a piece of one?
     *
     * @param buffer holding an accepted frame.
     * @param offset of its first byte.
     * @return true unless it is a page or a chunk.
     */
    static boolean isSigned(final DirectBuffer buffer, final int offset)
    {
        final int templateId = templateId(buffer, offset);

        return FragPageEncoder.TEMPLATE_ID != templateId && FragChunkEncoder.TEMPLATE_ID != templateId;
    }

    /**
     * Copies a frame as it leaves: both time stamps absent.
     *
     * @param target       to copy to.
     * @param targetOffset of the copy.
     * @param source       holding the frame.
     * @param sourceOffset of its first byte.
     * @param length       in bytes.
     * @param hops         that it then has passed.
     */
    static void copy(
        final MutableDirectBuffer target,
        final int targetOffset,
        final DirectBuffer source,
        final int sourceOffset,
        final int length,
        final int hops)
    {
        target.putBytes(targetOffset, source, sourceOffset, length);
        target.putLong(targetOffset + SEND_TIME_OFFSET, 0);
        target.putLong(targetOffset + RECEIVE_TIME_OFFSET, 0);
        target.putByte(targetOffset + HOP_COUNT_OFFSET, (byte)hops);
    }

    /**
     * Which message it is.
     *
     * @param buffer holding a message.
     * @param offset of its first byte.
     * @return id of its template.
     */
    static int templateId(final DirectBuffer buffer, final int offset)
    {
        return buffer.getShort(offset + TEMPLATE_OFFSET, ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
    }

    /**
     * Whose message it is.
     *
     * @param buffer holding a message.
     * @param offset of its first byte.
     * @return id of its schema.
     */
    static int schemaId(final DirectBuffer buffer, final int offset)
    {
        return buffer.getShort(offset + SCHEMA_OFFSET, ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
    }

    /**
     * A length as var-data has it before its bytes.
     *
     * @param buffer holding it.
     * @param offset of it.
     * @return length, bytes.
     */
    static long u32(final DirectBuffer buffer, final int offset)
    {
        return buffer.getInt(offset, ByteOrder.LITTLE_ENDIAN) & 0xFFFF_FFFFL;
    }

    /**
     * The height that a signed frame is about.
     *
     * @param buffer holding an accepted frame.
     * @param offset of its first byte.
     * @return block number.
     */
    static long blockNumber(final DirectBuffer buffer, final int offset)
    {
        return buffer.getLong(offset + BLOCK_NUMBER_OFFSET, ByteOrder.LITTLE_ENDIAN);
    }
}
