package io.fragcast.wire;

import io.fragcast.codecs.CreditEncoder;
import io.fragcast.codecs.MessageHeaderEncoder;
import io.fragcast.codecs.StreamKind;
import io.fragcast.codecs.StreamMode;
import io.fragcast.codecs.StreamRequestEncoder;
import io.fragcast.codecs.StreamStopEncoder;
import io.fragcast.protocol.sync.StreamRequest;
import io.fragcast.protocol.sync.StreamSender;
import io.fragcast.transport.FrameLink;
import io.fragcast.transport.FrameSink;
import io.fragcast.transport.SendResult;

/**
 * Encodes requests of the bulk lane into the claim of the link to a holder. Used by the thread that asks; the links
 * belong to the node.
 */
public final class BulkProxy implements StreamSender
{
    private static final int HEADER_LENGTH = MessageHeaderEncoder.ENCODED_LENGTH;

    private final FrameLink[] links;
    private final long chainId;
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final StreamRequestEncoder requestEncoder = new StreamRequestEncoder();
    private final StreamStopEncoder stop = new StreamStopEncoder();
    private final CreditEncoder credit = new CreditEncoder();

    /**
     * A proxy over links that stay the same.
     *
     * @param links   to the holders, in the order of their numbers.
     * @param chainId EIP-155 chain id.
     */
    public BulkProxy(final FrameLink[] links, final long chainId)
    {
        this.links = links.clone();
        this.chainId = chainId;
    }

    @Override
    public int holderCount()
    {
        return links.length;
    }

    @Override
    public boolean isConnected(final int holder)
    {
        return links[holder].isConnected();
    }

    @Override
    public boolean sendRequest(final int holder, final StreamRequest request)
    {
        final FrameSink sink = links[holder].sink();
        if (SendResult.OK != sink.tryClaim(HEADER_LENGTH + StreamRequestEncoder.BLOCK_LENGTH))
        {
            return false;
        }

        requestEncoder.wrapAndApplyHeader(sink.buffer(), sink.offset(), header)
            .sessionId(request.sessionId)
            .chainId(request.chainId)
            .token(request.token)
            .startBlock(request.startBlock)
            .stopBlock(request.stopBlock)
            .maxBytes(request.maxBytes)
            .maxItems(request.maxItems)
            .maxChunks(request.maxChunks)
            .kind(StreamKind.get((short)request.kind.ordinal()))
            .mode(request.isIds ? StreamMode.IDS : StreamMode.ITEMS);
        for (int i = 0; i < StreamRequestEncoder.reservedLength(); i++)
        {
            requestEncoder.reserved(i, (short)0);
        }
        sink.commit();

        return true;
    }

    @Override
    public boolean sendCredit(final int holder, final long sessionId, final int chunks)
    {
        final FrameSink sink = links[holder].sink();
        if (SendResult.OK != sink.tryClaim(HEADER_LENGTH + CreditEncoder.BLOCK_LENGTH))
        {
            return false;
        }

        credit.wrapAndApplyHeader(sink.buffer(), sink.offset(), header)
            .sessionId(sessionId)
            .chainId(chainId)
            .chunks(chunks);
        for (int i = 0; i < CreditEncoder.reservedLength(); i++)
        {
            credit.reserved(i, (short)0);
        }
        sink.commit();

        return true;
    }

    @Override
    public boolean sendStop(final int holder, final long sessionId)
    {
        final FrameSink sink = links[holder].sink();
        if (SendResult.OK != sink.tryClaim(HEADER_LENGTH + StreamStopEncoder.BLOCK_LENGTH))
        {
            return false;
        }

        stop.wrapAndApplyHeader(sink.buffer(), sink.offset(), header).sessionId(sessionId).chainId(chainId);
        sink.commit();

        return true;
    }
}
