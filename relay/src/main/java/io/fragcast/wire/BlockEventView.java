package io.fragcast.wire;

import io.fragcast.BlockEvent;
import io.fragcast.codecs.BlockEventDecoder;
import io.fragcast.codecs.BooleanType;
import io.fragcast.codecs.FragBodyDecoder;
import io.fragcast.codecs.FragDecoder;
import io.fragcast.codecs.GroupSizeEncodingDecoder;
import io.fragcast.codecs.MessageHeaderDecoder;
import org.agrona.DirectBuffer;

import java.nio.ByteOrder;

/**
 * A BlockEvent message seen through the Java API, in place. Reused for each event; valid until the next is wrapped.
 */
public final class BlockEventView implements BlockEvent
{
    private static final int HEADER_LENGTH = MessageHeaderDecoder.ENCODED_LENGTH;
    private static final int LENGTH_LENGTH = BlockEventDecoder.frameHeaderLength();
    private static final Kind[] KINDS = Kind.values();

    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final MessageHeaderDecoder innerHeader = new MessageHeaderDecoder();
    private final GroupSizeEncodingDecoder groupHeader = new GroupSizeEncodingDecoder();
    private final BlockEventDecoder event = new BlockEventDecoder();
    private final FragDecoder frag = new FragDecoder();
    private DirectBuffer buffer = header.buffer();
    private Kind kind = Kind.GAP;
    private int frameOffset;
    private int frameLength;
    private int bodyOffset;
    private int bodyLength;

    /**
     * Looks at a message.
     *
     * @param buffer holding it.
     * @param offset of its first byte.
     * @param length in bytes.
     * @return this.
     * @throws IllegalArgumentException if it is no BlockEvent of that length.
     */
    public BlockEventView wrap(final DirectBuffer buffer, final int offset, final int length)
    {
        this.buffer = buffer;
        if (length < HEADER_LENGTH + BlockEventDecoder.BLOCK_LENGTH)
        {
            throw new IllegalArgumentException("an event of " + length + " bytes");
        }
        header.wrap(buffer, offset);
        if (BlockEventDecoder.SCHEMA_ID != header.schemaId() ||
            BlockEventDecoder.TEMPLATE_ID != header.templateId() ||
            header.blockLength() < BlockEventDecoder.BLOCK_LENGTH)
        {
            throw new IllegalArgumentException(
                "template " + header.templateId() + " of schema " + header.schemaId() + " instead of an event");
        }

        event.wrapAndApplyHeader(buffer, offset, header);
        kind = KINDS[event.kindRaw()];
        final int end = offset + length;
        frameOffset = offset + HEADER_LENGTH + header.blockLength() + LENGTH_LENGTH;
        frameLength = lengthAt(frameOffset, end);
        bodyOffset = frameOffset + frameLength + LENGTH_LENGTH;
        bodyLength = lengthAt(bodyOffset, end);
        if (bodyOffset + bodyLength != end)
        {
            throw new IllegalArgumentException((end - bodyOffset - bodyLength) + " bytes after the event");
        }

        return this;
    }

    @Override
    public Kind kind()
    {
        return kind;
    }

    @Override
    public long chainId()
    {
        return event.chainId();
    }

    @Override
    public long blockNumber()
    {
        return event.blockNumber();
    }

    @Override
    public long incarnation()
    {
        return event.incarnation();
    }

    @Override
    public int leaderTerm()
    {
        return (int) event.leaderTerm();
    }

    @Override
    public int seq()
    {
        return (int) event.seq();
    }

    @Override
    public long publishTimeNs()
    {
        return event.publishTimeNs();
    }

    @Override
    public long deliverTimeNs()
    {
        return event.deliverTimeNs();
    }

    @Override
    public int hopCount()
    {
        return event.hopCount();
    }

    @Override
    public int reason()
    {
        return event.reason();
    }

    @Override
    public int missing()
    {
        return (int) event.missing();
    }

    @Override
    public boolean isLast()
    {
        if (Kind.FRAG != kind)
        {
            return false;
        }
        innerHeader.wrap(buffer, frameOffset);

        return BooleanType.T.value() ==
            frag.wrap(buffer, frameOffset + HEADER_LENGTH, innerHeader.blockLength(), innerHeader.version())
                .isLastRaw();
    }

    @Override
    public int txCount()
    {
        return Kind.FRAG == kind() ? groupHeader.wrap(buffer, txsOffset()).numInGroup() : 0;
    }

    @Override
    public void forEachTx(final TxHandler handler)
    {
        final int count = txCount();
        int position = 0 == count ? 0 : txsOffset() + GroupSizeEncodingDecoder.ENCODED_LENGTH;
        for (int i = 0; i < count; i++)
        {
            final int length = buffer.getInt(position, ByteOrder.LITTLE_ENDIAN);
            position += FragBodyDecoder.TxsDecoder.txHeaderLength();
            handler.onTx(buffer, position, length);
            position += length;
        }
    }

    @Override
    public DirectBuffer frameBuffer()
    {
        return buffer;
    }

    @Override
    public int frameOffset()
    {
        return frameOffset;
    }

    @Override
    public int frameLength()
    {
        return frameLength;
    }

    @Override
    public DirectBuffer bodyBuffer()
    {
        return buffer;
    }

    @Override
    public int bodyOffset()
    {
        return bodyOffset;
    }

    @Override
    public int bodyLength()
    {
        return bodyLength;
    }

    private int txsOffset()
    {
        innerHeader.wrap(buffer, bodyOffset);

        return bodyOffset + HEADER_LENGTH + innerHeader.blockLength();
    }

    private int lengthAt(final int dataOffset, final int end)
    {
        if (dataOffset > end)
        {
            throw new IllegalArgumentException("the event ends " + (dataOffset - end) + " bytes early");
        }
        final int length = buffer.getInt(dataOffset - LENGTH_LENGTH, ByteOrder.LITTLE_ENDIAN);
        if (length < 0 || length > end - dataOffset)
        {
            throw new IllegalArgumentException("a part of " + length + " bytes in " + (end - dataOffset));
        }

        return length;
    }
}
