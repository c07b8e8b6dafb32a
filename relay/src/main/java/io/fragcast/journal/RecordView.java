package io.fragcast.journal;

import io.fragcast.codecs.JournalKind;
import io.fragcast.codecs.JournalRecordDecoder;
import io.fragcast.codecs.MessageHeaderDecoder;
import org.agrona.DirectBuffer;

/**
 * Reads one journal record in place. Reused for each; valid while the bytes are.
 */
public final class RecordView
{
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final JournalRecordDecoder decoder = new JournalRecordDecoder();

    private JournalKind kind = JournalKind.NULL_VAL;
    private long receiveTimeNs;
    private int sourceId;
    private int lane;
    private long count;
    private int frameOffset;
    private int frameLength;

    /**
     * Points at a record.
     *
     * @param buffer holding it.
     * @param offset of its first byte.
     * @param length in bytes.
     * @return false if it is not exactly one JournalRecord of a kind known here; the view then shows nothing.
     */
    public boolean tryWrap(final DirectBuffer buffer, final int offset, final int length)
    {
        kind = JournalKind.NULL_VAL;
        if (length < JournalRing.RECORD_OVERHEAD)
        {
            return false;
        }

        header.wrap(buffer, offset);
        final int blockLength = header.blockLength();
        final int fixedLength =
            MessageHeaderDecoder.ENCODED_LENGTH + blockLength + JournalRecordDecoder.frameHeaderLength();
        if (JournalRecordDecoder.SCHEMA_ID != header.schemaId() ||
            JournalRecordDecoder.TEMPLATE_ID != header.templateId() ||
            blockLength < JournalRecordDecoder.BLOCK_LENGTH ||
            length < fixedLength)
        {
            return false;
        }

        decoder.wrapAndApplyHeader(buffer, offset, header);
        receiveTimeNs = decoder.receiveTimeNs();
        sourceId = decoder.sourceId();
        lane = decoder.lane();
        final short kindCode = decoder.kindRaw();
        count = decoder.count();
        frameLength = decoder.frameLength();
        frameOffset = offset + fixedLength;
        if (frameLength < 0 || fixedLength + (long)frameLength != length || kindCode > JournalKind.EVENT.value())
        {
            return false;
        }
        kind = JournalKind.get(kindCode);

        return true;
    }

    /**
     * What the record is.
     *
     * @return the kind.
     */
    public JournalKind kind()
    {
        return kind;
    }

    /**
     * When the hot agent accepted it.
     *
     * @return epoch nanoseconds.
     */
    public long receiveTimeNs()
    {
        return receiveTimeNs;
    }

    /**
     * Where it came from.
     *
     * @return session id of the image; 0: this node.
     */
    public int sourceId()
    {
        return sourceId;
    }

    /**
     * By which lane it came.
     *
     * @return offset of the lane.
     */
    public int lane()
    {
        return lane;
    }

    /**
     * Frames that a HOLE stands for.
     *
     * @return count; 0 for other kinds.
     */
    public long count()
    {
        return count;
    }

    /**
     * Start of the frame, in the buffer of the record.
     *
     * @return offset.
     */
    public int frameOffset()
    {
        return frameOffset;
    }

    /**
     * Length of the frame; of a HOLE, of what is kept of the first frame lost.
     *
     * @return bytes.
     */
    public int frameLength()
    {
        return frameLength;
    }
}
