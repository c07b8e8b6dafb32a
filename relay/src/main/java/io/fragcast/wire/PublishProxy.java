package io.fragcast.wire;

import io.fragcast.AbortReason;
import io.fragcast.Env;
import io.fragcast.FragPublisher;
import io.fragcast.PublishResult;
import io.fragcast.Seal;
import io.fragcast.TxSource;
import io.fragcast.codecs.AbortEncoder;
import io.fragcast.codecs.BooleanType;
import io.fragcast.codecs.EnvEncoder;
import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.codecs.MessageHeaderEncoder;
import io.fragcast.codecs.PublishFragEncoder;
import io.fragcast.codecs.PublishReplyDecoder;
import io.fragcast.codecs.SealEncoder;
import io.fragcast.protocol.block.BlockLimits;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

import java.nio.ByteOrder;
import java.util.List;

/**
 * The builder's end: checks limits early, encodes a request where the carrier says, decodes the replies. What carries
 * them, a ring buffer or Aeron IPC, is the subclass's.
 */
public abstract class PublishProxy implements FragPublisher
{
    private static final int HEADER_LENGTH = MessageHeaderEncoder.ENCODED_LENGTH;
    private static final int ENV_LENGTH = HEADER_LENGTH + EnvEncoder.BLOCK_LENGTH;
    private static final int SEAL_LENGTH = HEADER_LENGTH + SealEncoder.BLOCK_LENGTH;
    private static final int ABORT_LENGTH = HEADER_LENGTH + AbortEncoder.BLOCK_LENGTH;
    private static final int FRAG_LENGTH =
        HEADER_LENGTH + PublishFragEncoder.BLOCK_LENGTH + PublishFragEncoder.bodyHeaderLength();

    /** Longest request: a frag with the largest body. */
    public static final int MAX_REQUEST_LENGTH = FRAG_LENGTH + BlockLimits.MAX_BODY_LENGTH;

    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final EnvEncoder env = new EnvEncoder();
    private final PublishFragEncoder frag = new PublishFragEncoder();
    private final SealEncoder seal = new SealEncoder();
    private final AbortEncoder abort = new AbortEncoder();
    private final FragBodyWriter bodyWriter = new FragBodyWriter();
    private final MessageHeaderDecoder headerDecoder = new MessageHeaderDecoder();
    private final PublishReplyDecoder reply = new PublishReplyDecoder();
    private final ArrayTxSource arrayTxs = new ArrayTxSource();
    private final BlockLimits limits;
    private final Listener listener;
    private boolean isClosed;

    /**
     * A publisher.
     *
     * @param limits   of the network.
     * @param listener takes the sequencer's replies.
     */
    protected PublishProxy(final BlockLimits limits, final Listener listener)
    {
        this.limits = limits;
        this.listener = listener;
    }

    @Override
    public final PublishResult env(final Env fields)
    {
        final PublishResult claimed = begin(EnvEncoder.TEMPLATE_ID, ENV_LENGTH);
        if (PublishResult.OK != claimed)
        {
            return claimed;
        }

        env.wrapAndApplyHeader(claimBuffer(), claimOffset(), header)
            .blockNumber(fields.blockNumber())
            .putParentHash(fields.parentHash(), 0, fields.parentHash().length)
            .timestamp(fields.timestamp())
            .gasLimit(fields.gasLimit())
            .baseFee(fields.baseFee())
            .putDifficulty(fields.difficulty(), 0, fields.difficulty().length)
            .putPrevRandao(fields.prevRandao(), 0, fields.prevRandao().length)
            .putParentBeaconBlockRoot(fields.parentBeaconBlockRoot(), 0, fields.parentBeaconBlockRoot().length)
            .putBeneficiary(fields.beneficiary(), 0, fields.beneficiary().length)
            .extraDataSize(fields.extraData().length);
        put(EnvEncoder.extraDataEncodingOffset(), fields.extraData());
        put(EnvEncoder.basedOpSignatureEncodingOffset(), fields.basedOpSignature());

        return publish();
    }

    @Override
    public final PublishResult frag(
        final long blockNumber, final int seq, final boolean isLast, final List<byte[]> txs)
    {
        arrayTxs.txs = txs;
        try
        {
            return frag(blockNumber, seq, isLast, arrayTxs);
        }
        finally
        {
            arrayTxs.txs = List.of();
        }
    }

    @Override
    public final PublishResult frag(
        final long blockNumber, final int seq, final boolean isLast, final TxSource txs)
    {
        final PublishResult refusal = check(txs);
        if (PublishResult.OK != refusal)
        {
            return refusal;
        }

        final int bodyLength = (int) FragBodyWriter.encodedLength(txs);
        final PublishResult claimed = begin(PublishFragEncoder.TEMPLATE_ID, FRAG_LENGTH + bodyLength);
        if (PublishResult.OK != claimed)
        {
            return claimed;
        }

        final MutableDirectBuffer buffer = claimBuffer();
        final int offset = claimOffset();
        frag.wrapAndApplyHeader(buffer, offset, header)
            .blockNumber(blockNumber)
            .seq(seq)
            .isLast(isLast ? BooleanType.T : BooleanType.F);
        buffer.putInt(
            offset + FRAG_LENGTH - PublishFragEncoder.bodyHeaderLength(), bodyLength, ByteOrder.LITTLE_ENDIAN);
        try
        {
            bodyWriter.write(buffer, offset + FRAG_LENGTH, txs);
        }
        catch (final RuntimeException ex)
        {
            // The source is the caller's; a claim left open would stop the carrier for good.
            abandon();
            throw ex;
        }

        return publish();
    }

    @Override
    public final PublishResult seal(final Seal fields)
    {
        final PublishResult claimed = begin(SealEncoder.TEMPLATE_ID, SEAL_LENGTH);
        if (PublishResult.OK != claimed)
        {
            return claimed;
        }

        seal.wrapAndApplyHeader(claimBuffer(), claimOffset(), header)
            .blockNumber(fields.blockNumber())
            .putParentHash(fields.parentHash(), 0, fields.parentHash().length)
            .totalFrags(fields.totalFrags())
            .gasUsed(fields.gasUsed())
            .gasLimit(fields.gasLimit())
            .putBlockHash(fields.blockHash(), 0, fields.blockHash().length)
            .putTransactionsRoot(fields.transactionsRoot(), 0, fields.transactionsRoot().length)
            .putReceiptsRoot(fields.receiptsRoot(), 0, fields.receiptsRoot().length)
            .putStateRoot(fields.stateRoot(), 0, fields.stateRoot().length);
        put(SealEncoder.basedOpSignatureEncodingOffset(), fields.basedOpSignature());

        return publish();
    }

    @Override
    public final PublishResult abort(final long blockNumber, final AbortReason reason)
    {
        final PublishResult claimed = begin(AbortEncoder.TEMPLATE_ID, ABORT_LENGTH);
        if (PublishResult.OK != claimed)
        {
            return claimed;
        }

        abort.wrapAndApplyHeader(claimBuffer(), claimOffset(), header)
            .blockNumber(blockNumber)
            .reason(io.fragcast.codecs.AbortReason.get((short) reason.ordinal()));

        return publish();
    }

    @Override
    public final int poll()
    {
        return isClosed ? 0 : pollReplies();
    }

    @Override
    public final void close()
    {
        if (!isClosed)
        {
            isClosed = true;
            closeCarrier();
        }
    }

    /**
     * Finds room for one request.
     *
     * @param templateId of the request.
     * @param length     in bytes.
     * @return OK with room at {@link #claimBuffer()}, else why there is none.
     */
    protected abstract PublishResult claim(int templateId, int length);

    /**
     * Where the request goes.
     *
     * @return the buffer.
     */
    protected abstract MutableDirectBuffer claimBuffer();

    /**
     * Where the request starts.
     *
     * @return offset in {@link #claimBuffer()}.
     */
    protected abstract int claimOffset();

    /**
     * Sends what was claimed and written.
     *
     * @return what became of it.
     */
    protected abstract PublishResult publish();

    /**
     * Gives up what was claimed.
     */
    protected abstract void abandon();

    /**
     * Hands waiting replies to {@link #onReply}.
     *
     * @return replies handed over.
     */
    protected abstract int pollReplies();

    /**
     * Lets go of the carrier; called once.
     */
    protected abstract void closeCarrier();

    /**
     * One message that came back.
     *
     * @param buffer holding it.
     * @param offset of its first byte.
     * @param length in bytes.
     */
    protected final void onReply(final DirectBuffer buffer, final int offset, final int length)
    {
        if (length < HEADER_LENGTH + PublishReplyDecoder.BLOCK_LENGTH)
        {
            throw new IllegalArgumentException("a reply of " + length + " bytes");
        }
        headerDecoder.wrap(buffer, offset);
        if (PublishReplyDecoder.TEMPLATE_ID != headerDecoder.templateId() ||
            PublishReplyDecoder.SCHEMA_ID != headerDecoder.schemaId())
        {
            throw new IllegalArgumentException("template " + headerDecoder.templateId() + " instead of a reply");
        }

        reply.wrapAndApplyHeader(buffer, offset, headerDecoder);
        listener.onReply(
            requestOf(reply.requestTemplateId()),
            reply.blockNumber(),
            (int) reply.seq(),
            PublishResult.ofCode(reply.resultRaw()));
    }

    private PublishResult begin(final int templateId, final int length)
    {
        if (isClosed)
        {
            return PublishResult.CLOSED;
        }

        pollReplies();
        final PublishResult claimed = claim(templateId, length);
        if (PublishResult.OK == claimed)
        {
            claimBuffer().setMemory(claimOffset(), Math.min(length, ENV_LENGTH), (byte) 0);
        }

        return claimed;
    }

    private PublishResult check(final TxSource txs)
    {
        final int count = txs.txCount();
        if (count > limits.maxTxsPerFrag())
        {
            return PublishResult.TOO_LARGE;
        }
        for (int i = 0; i < count; i++)
        {
            final int length = txs.txLength(i);
            if (length > limits.maxTxLength())
            {
                return PublishResult.TOO_LARGE;
            }
            if (length <= 0)
            {
                return PublishResult.MALFORMED;
            }
        }

        return FragBodyWriter.encodedLength(txs) > limits.maxBodyLength() ?
            PublishResult.TOO_LARGE : PublishResult.OK;
    }

    private void put(final int fieldOffset, final byte[] bytes)
    {
        claimBuffer().putBytes(claimOffset() + HEADER_LENGTH + fieldOffset, bytes);
    }

    private static Request requestOf(final int templateId)
    {
        return switch (templateId)
        {
            case EnvEncoder.TEMPLATE_ID -> Request.ENV;
            case PublishFragEncoder.TEMPLATE_ID -> Request.FRAG;
            case SealEncoder.TEMPLATE_ID -> Request.SEAL;
            case AbortEncoder.TEMPLATE_ID -> Request.ABORT;
            default -> throw new IllegalArgumentException("a reply to template " + templateId);
        };
    }

    private static final class ArrayTxSource implements TxSource
    {
        private List<byte[]> txs = List.of();

        @Override
        public int txCount()
        {
            return txs.size();
        }

        @Override
        public int txLength(final int index)
        {
            return txs.get(index).length;
        }

        @Override
        public void writeTx(final int index, final MutableDirectBuffer target, final int offset)
        {
            target.putBytes(offset, txs.get(index));
        }
    }
}
