package io.fragcast.wire;

import io.fragcast.TxSource;
import io.fragcast.codecs.FragBodyEncoder;
import io.fragcast.codecs.MessageHeaderEncoder;
import org.agrona.MutableDirectBuffer;

import java.nio.ByteOrder;

/**
 * Writes a FragBody message from transactions. Used by one thread.
 */
public final class FragBodyWriter
{
    private static final int TXS_OFFSET = MessageHeaderEncoder.ENCODED_LENGTH + FragBodyEncoder.BLOCK_LENGTH +
        FragBodyEncoder.TxsEncoder.sbeHeaderSize();
    private static final int SIGNATURE_OFFSET =
        MessageHeaderEncoder.ENCODED_LENGTH + FragBodyEncoder.basedOpSignatureEncodingOffset();

    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final FragBodyEncoder body = new FragBodyEncoder();

    /**
     * Length of the message.
     *
     * @param txs of the frag.
     * @return bytes; long, for a source may claim anything.
     */
    public static long encodedLength(final TxSource txs)
    {
        final int count = txs.txCount();
        long length = TXS_OFFSET;
        for (int i = 0; i < count; i++)
        {
            length += FragBodyEncoder.TxsEncoder.txHeaderLength() + txs.txLength(i);
        }

        return length;
    }

    /**
     * Writes the message.
     *
     * @param buffer to write to.
     * @param offset of its first byte.
     * @param txs    of the frag, within the limits.
     * @return bytes written.
     */
    public int write(final MutableDirectBuffer buffer, final int offset, final TxSource txs)
    {
        final int count = txs.txCount();
        buffer.setMemory(offset, TXS_OFFSET, (byte) 0);
        body.wrapAndApplyHeader(buffer, offset, header).txsCount(count);
        txs.writeBasedOpSignature(buffer, offset + SIGNATURE_OFFSET);
        int position = offset + TXS_OFFSET;
        for (int i = 0; i < count; i++)
        {
            final int length = txs.txLength(i);
            buffer.putInt(position, length, ByteOrder.LITTLE_ENDIAN);
            position += FragBodyEncoder.TxsEncoder.txHeaderLength();
            txs.writeTx(i, buffer, position);
            position += length;
        }

        return position - offset;
    }
}
