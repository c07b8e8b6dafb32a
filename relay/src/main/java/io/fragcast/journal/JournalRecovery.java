package io.fragcast.journal;

import io.fragcast.codecs.EnvDecoder;
import io.fragcast.codecs.JournalKind;
import io.fragcast.codecs.JournalRecordDecoder;
import io.fragcast.codecs.MessageHeaderDecoder;
import org.agrona.DirectBuffer;

/**
 * What a leader that comes up must know of its earlier life, read from its journal: the highest incarnation that it has
 * used, which it must never use again, whatever its clock says. How far a replica had come its consumers know: an
 * accepted Seal does not tell, since a leader's key may sign one far ahead of the run.
 */
public final class JournalRecovery
{
    private static final int HEADER_LENGTH = MessageHeaderDecoder.ENCODED_LENGTH;
    /** Frames that the node made itself are journaled under this session. */
    private static final int OWN_SESSION_ID = 0;
    /** What every signed message begins with. */
    private static final int COMMON_LENGTH = EnvDecoder.publishTimeNsEncodingOffset() + Long.BYTES;

    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final MessageHeaderDecoder frameHeader = new MessageHeaderDecoder();
    private final JournalRecordDecoder record = new JournalRecordDecoder();
    private final EnvDecoder common = new EnvDecoder();
    private long highestIncarnation;

    private JournalRecovery()
    {
    }

    /**
     * Reads a journal from its start.
     *
     * @param journal to read; left open.
     * @return what it tells.
     */
    public static JournalRecovery read(final Journal journal)
    {
        final JournalRecovery recovery = new JournalRecovery();
        journal.replay(Journal.START, recovery::onRecord);

        return recovery;
    }

    /**
     * Highest incarnation of the attempts that this node opened.
     *
     * @return milliseconds as on the wire; 0: none.
     */
    public long highestIncarnation()
    {
        return highestIncarnation;
    }

    private boolean onRecord(final long index, final DirectBuffer buffer, final int offset, final int length)
    {
        record.wrapAndApplyHeader(buffer, offset, header);
        if (JournalKind.FRAME != record.kind())
        {
            return true;
        }

        final int sourceId = record.sourceId();
        final int frameLength = record.frameLength();
        final int frameOffset = record.limit() + JournalRecordDecoder.frameHeaderLength();
        if (frameOffset + frameLength > offset + length)
        {
            throw new IllegalStateException("journal record " + index + " is cut off within its frame");
        }
        frameHeader.wrap(buffer, frameOffset);
        if (frameHeader.blockLength() < COMMON_LENGTH || frameLength < HEADER_LENGTH + COMMON_LENGTH)
        {
            return true;
        }

        common.wrap(buffer, frameOffset + HEADER_LENGTH, frameHeader.blockLength(), frameHeader.version());
        if (OWN_SESSION_ID == sourceId && Long.compareUnsigned(common.incarnation(), highestIncarnation) > 0)
        {
            highestIncarnation = common.incarnation();
        }

        return true;
    }
}
