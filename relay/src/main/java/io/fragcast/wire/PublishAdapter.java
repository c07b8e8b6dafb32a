package io.fragcast.wire;

import io.fragcast.codecs.AbortDecoder;
import io.fragcast.codecs.AbortReason;
import io.fragcast.codecs.BooleanType;
import io.fragcast.codecs.EnvDecoder;
import io.fragcast.codecs.FragBodyDecoder;
import io.fragcast.codecs.GroupSizeEncodingDecoder;
import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.codecs.MessageHeaderEncoder;
import io.fragcast.codecs.PublishFragDecoder;
import io.fragcast.codecs.PublishReplyEncoder;
import io.fragcast.codecs.PublishResult;
import io.fragcast.codecs.SealDecoder;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.block.BuilderRequests;
import io.fragcast.protocol.block.PublishVerdict;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.status.AtomicCounter;
import org.jspecify.annotations.Nullable;

/**
 * The sequencer's end: decodes requests, asks the broadcaster, answers each one. A request is left with its source
 * while the broadcaster is busy or the answer before has not left, and so pushes back on its builder.
 */
public final class PublishAdapter implements PublishSource.Handler
{
    private static final int HEADER_LENGTH = MessageHeaderDecoder.ENCODED_LENGTH;
    private static final int REPLY_LENGTH = HEADER_LENGTH + PublishReplyEncoder.BLOCK_LENGTH;
    private static final int ENV_PARENT_HASH = HEADER_LENGTH + EnvDecoder.parentHashEncodingOffset();
    private static final int ENV_FIELDS = HEADER_LENGTH + EnvDecoder.timestampEncodingOffset();
    private static final int ENV_LENGTH = HEADER_LENGTH + EnvDecoder.BLOCK_LENGTH;
    private static final int SEAL_PARENT_HASH = HEADER_LENGTH + SealDecoder.parentHashEncodingOffset();
    private static final int SEAL_BLOCK_HASH = HEADER_LENGTH + SealDecoder.blockHashEncodingOffset();
    private static final int SEAL_FIELDS = HEADER_LENGTH + SealDecoder.totalFragsEncodingOffset();
    private static final int SEAL_LENGTH = HEADER_LENGTH + SealDecoder.BLOCK_LENGTH;
    private static final int MAX_EXTRA_DATA_LENGTH = EnvDecoder.extraDataLength();

    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final EnvDecoder env = new EnvDecoder();
    private final PublishFragDecoder frag = new PublishFragDecoder();
    private final SealDecoder seal = new SealDecoder();
    private final AbortDecoder abort = new AbortDecoder();
    private final MessageHeaderDecoder bodyHeader = new MessageHeaderDecoder();
    private final GroupSizeEncodingDecoder groupHeader = new GroupSizeEncodingDecoder();
    private final MessageHeaderEncoder replyHeader = new MessageHeaderEncoder();
    private final PublishReplyEncoder reply = new PublishReplyEncoder();
    private final UnsafeBuffer replyBuffer = new UnsafeBuffer(new byte[REPLY_LENGTH]);
    private final BuilderRequests broadcaster;
    private final AtomicCounter refused;
    private final AtomicCounter backPressured;
    private @Nullable PublishSource owedSource;
    private int owedClientId;
    private long requestBlock;
    private long requestSeq;

    /**
     * An adapter to one broadcaster.
     *
     * @param broadcaster takes the requests.
     * @param counters    of the node.
     */
    public PublishAdapter(final BuilderRequests broadcaster, final Counters counters)
    {
        this.broadcaster = broadcaster;
        refused = counters.get(FragcastCounter.PUBLISH_REFUSED);
        backPressured = counters.get(FragcastCounter.PUBLISH_BACK_PRESSURED);
    }

    /**
     * Sends the answer that is owed, if any.
     *
     * @return 1 if it left.
     */
    public int doWork()
    {
        return null != owedSource && sendReply(owedSource) ? 1 : 0;
    }

    @Override
    public boolean onRequest(
        final DirectBuffer buffer,
        final int offset,
        final int length,
        final int clientId,
        final PublishSource source)
    {
        if (!broadcaster.isIdle() || (null != owedSource && !sendReply(owedSource)))
        {
            backPressured.incrementRelease();
            return false;
        }

        requestBlock = 0;
        requestSeq = 0;
        final PublishVerdict verdict = decide(buffer, offset, length);
        if (PublishVerdict.ACCEPTED != verdict)
        {
            refused.incrementRelease();
        }

        final int templateId = length < HEADER_LENGTH ? 0 : header.templateId();
        reply.wrapAndApplyHeader(replyBuffer, 0, replyHeader)
            .blockNumber(requestBlock)
            .seq(requestSeq)
            .requestTemplateId(templateId)
            .result(resultOf(verdict))
            .reserved((short) 0);
        owedSource = source;
        owedClientId = clientId;
        sendReply(source);

        return true;
    }

    private boolean sendReply(final PublishSource source)
    {
        if (source.reply(owedClientId, replyBuffer, 0, REPLY_LENGTH))
        {
            owedSource = null;
            return true;
        }

        return false;
    }

    private PublishVerdict decide(final DirectBuffer buffer, final int offset, final int length)
    {
        if (length < HEADER_LENGTH)
        {
            return PublishVerdict.MALFORMED;
        }
        header.wrap(buffer, offset);
        if (EnvDecoder.SCHEMA_ID != header.schemaId() || 0 == header.version())
        {
            return PublishVerdict.MALFORMED;
        }

        return switch (header.templateId())
        {
            case EnvDecoder.TEMPLATE_ID -> onEnv(buffer, offset, length);
            case PublishFragDecoder.TEMPLATE_ID -> onFrag(buffer, offset, length);
            case SealDecoder.TEMPLATE_ID -> onSeal(buffer, offset, length);
            case AbortDecoder.TEMPLATE_ID -> onAbort(buffer, offset, length);
            default -> PublishVerdict.MALFORMED;
        };
    }

    private PublishVerdict onEnv(final DirectBuffer buffer, final int offset, final int length)
    {
        if (!isWhole(length, EnvDecoder.BLOCK_LENGTH))
        {
            return PublishVerdict.MALFORMED;
        }

        env.wrapAndApplyHeader(buffer, offset, header);
        requestBlock = env.blockNumber();
        if (env.extraDataSize() > MAX_EXTRA_DATA_LENGTH)
        {
            return PublishVerdict.TOO_LARGE;
        }

        return broadcaster.onEnv(
            requestBlock, buffer, offset + ENV_PARENT_HASH, offset + ENV_FIELDS, ENV_LENGTH - ENV_FIELDS);
    }

    private PublishVerdict onFrag(final DirectBuffer buffer, final int offset, final int length)
    {
        final int bodyHeaderOffset = HEADER_LENGTH + header.blockLength();
        final int bodyOffset = bodyHeaderOffset + PublishFragDecoder.bodyHeaderLength();
        if (header.blockLength() < PublishFragDecoder.BLOCK_LENGTH || length < bodyOffset)
        {
            return PublishVerdict.MALFORMED;
        }

        frag.wrapAndApplyHeader(buffer, offset, header);
        requestBlock = frag.blockNumber();
        requestSeq = frag.seq();
        final int bodyLength = frag.bodyLength();
        if (bodyLength != length - bodyOffset || frag.isLastRaw() > BooleanType.T.value())
        {
            return PublishVerdict.MALFORMED;
        }

        return broadcaster.onFrag(
            requestBlock,
            requestSeq,
            BooleanType.T.value() == frag.isLastRaw(),
            txCount(buffer, offset + bodyOffset, bodyLength),
            buffer,
            offset + bodyOffset,
            bodyLength);
    }

    private PublishVerdict onSeal(final DirectBuffer buffer, final int offset, final int length)
    {
        if (!isWhole(length, SealDecoder.BLOCK_LENGTH))
        {
            return PublishVerdict.MALFORMED;
        }

        seal.wrapAndApplyHeader(buffer, offset, header);
        requestBlock = seal.blockNumber();

        return broadcaster.onSeal(
            requestBlock,
            seal.totalFrags(),
            buffer,
            offset + SEAL_PARENT_HASH,
            offset + SEAL_BLOCK_HASH,
            offset + SEAL_FIELDS,
            SEAL_LENGTH - SEAL_FIELDS);
    }

    private PublishVerdict onAbort(final DirectBuffer buffer, final int offset, final int length)
    {
        if (!isWhole(length, AbortDecoder.BLOCK_LENGTH))
        {
            return PublishVerdict.MALFORMED;
        }

        abort.wrapAndApplyHeader(buffer, offset, header);
        requestBlock = abort.blockNumber();
        if (abort.reasonRaw() > AbortReason.REOPENED.value())
        {
            return PublishVerdict.MALFORMED;
        }

        return broadcaster.onAbort(requestBlock, abort.reasonRaw());
    }

    /** What the body claims to hold; the broadcaster walks it and sees whether it does. */
    private int txCount(final DirectBuffer buffer, final int offset, final int length)
    {
        if (length < HEADER_LENGTH)
        {
            return 0;
        }
        bodyHeader.wrap(buffer, offset);
        final int groupOffset = HEADER_LENGTH + bodyHeader.blockLength();
        if (length < groupOffset + FragBodyDecoder.TxsDecoder.sbeHeaderSize())
        {
            return 0;
        }

        return groupHeader.wrap(buffer, offset + groupOffset).numInGroup();
    }

    /** Is it a message of a root block alone, at least as long as ours? A newer builder's may be longer. */
    private boolean isWhole(final int length, final int blockLength)
    {
        return header.blockLength() >= blockLength && length == HEADER_LENGTH + header.blockLength();
    }

    private static PublishResult resultOf(final PublishVerdict verdict)
    {
        return switch (verdict)
        {
            case ACCEPTED -> PublishResult.OK;
            case NOT_CONNECTED -> PublishResult.NOT_CONNECTED;
            case NOT_LEADER -> PublishResult.NOT_LEADER;
            case NO_OPEN_BLOCK -> PublishResult.NO_OPEN_BLOCK;
            case OUT_OF_ORDER -> PublishResult.OUT_OF_ORDER;
            case TOO_LARGE -> PublishResult.TOO_LARGE;
            case MALFORMED -> PublishResult.MALFORMED;
            case ALREADY_SEALED -> PublishResult.ALREADY_SEALED;
        };
    }
}
