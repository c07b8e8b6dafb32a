package io.fragcast.journal;

import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.codecs.SignalDecoder;
import io.fragcast.codecs.SignalKind;
import org.agrona.DirectBuffer;

/**
 * Reads what an EVENT record holds in place. Reused for each; valid while the bytes are.
 */
public final class SignalView
{
    private static final int HEADER_LENGTH = MessageHeaderDecoder.ENCODED_LENGTH;

    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final SignalDecoder decoder = new SignalDecoder();

    /**
     * Points at the event of a record.
     *
     * @param buffer holding the record.
     * @param record of kind EVENT.
     * @return false if it is no signal known here; the view then shows nothing.
     */
    public boolean tryWrap(final DirectBuffer buffer, final RecordView record)
    {
        final int offset = record.frameOffset();
        if (record.frameLength() < HEADER_LENGTH)
        {
            return false;
        }
        header.wrap(buffer, offset);
        if (SignalDecoder.SCHEMA_ID != header.schemaId() ||
            SignalDecoder.TEMPLATE_ID != header.templateId() ||
            header.blockLength() < SignalDecoder.BLOCK_LENGTH ||
            record.frameLength() < HEADER_LENGTH + header.blockLength())
        {
            return false;
        }
        decoder.wrapAndApplyHeader(buffer, offset, header);

        return decoder.signalRaw() <= SignalKind.STARTED.value();
    }

    /**
     * What happened.
     *
     * @return the kind.
     */
    public SignalKind kind()
    {
        return decoder.signal();
    }

    /**
     * Chain of the block.
     *
     * @return EIP-155 chain id.
     */
    public long chainId()
    {
        return decoder.chainId();
    }

    /**
     * Height of the block.
     *
     * @return block number.
     */
    public long blockNumber()
    {
        return decoder.blockNumber();
    }

    /**
     * Incarnation of the attempt.
     *
     * @return milliseconds since the epoch.
     */
    public long incarnation()
    {
        return decoder.incarnation();
    }

    /**
     * Term of the leader.
     *
     * @return number.
     */
    public int leaderTerm()
    {
        return (int)decoder.leaderTerm();
    }

    /**
     * Seq of a frag; for other signals the number of frags delivered before.
     *
     * @return the seq.
     */
    public int seq()
    {
        return (int)decoder.seq();
    }

    /**
     * Why.
     *
     * @return code of the reason, else 0.
     */
    public int reason()
    {
        return decoder.reason();
    }

    /**
     * How much is missing, or was taken back.
     *
     * @return count, else 0.
     */
    public int missing()
    {
        return (int)decoder.missing();
    }

    /**
     * The hash that belongs to the signal.
     *
     * @param hash filled with its 32 bytes; zeros where there is none.
     */
    public void hash(final byte[] hash)
    {
        decoder.getHash(hash, 0, SignalDecoder.hashLength());
    }
}
