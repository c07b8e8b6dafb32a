package io.fragcast.wire;

import io.fragcast.codecs.CreditDecoder;
import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.codecs.StreamRequestDecoder;
import io.fragcast.codecs.StreamStopDecoder;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.sync.StreamKind;
import io.fragcast.protocol.sync.StreamRequest;
import io.fragcast.protocol.sync.StreamSeeder;
import io.fragcast.transport.FrameHandler;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.status.AtomicCounter;

/**
 * Reads what one requester sends on the bulk lane and calls the {@link StreamSeeder}. Vouches for the layout alone: a
 * message is exactly as long as its block, codes are known, reserved bytes are zero. Any bytes may come; none make it
 * throw. Used by the polling thread.
 */
public final class BulkAdapter implements FrameHandler
{
    private static final int HEADER_LENGTH = MessageHeaderDecoder.ENCODED_LENGTH;
    private static final int IDS = 1;

    private final int requester;
    private final StreamSeeder seeder;
    private final long chainId;
    private final AtomicCounter malformed;
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final StreamRequestDecoder requestDecoder = new StreamRequestDecoder();
    private final StreamStopDecoder stop = new StreamStopDecoder();
    private final CreditDecoder credit = new CreditDecoder();
    private final StreamRequest request = new StreamRequest();

    /**
     * An adapter.
     *
     * @param requester number of the link that it reads.
     * @param seeder    called for each well-formed message.
     * @param chainId   EIP-155 chain id.
     * @param counters  of the node.
     */
    public BulkAdapter(final int requester, final StreamSeeder seeder, final long chainId, final Counters counters)
    {
        this.requester = requester;
        this.seeder = seeder;
        this.chainId = chainId;
        malformed = counters.get(FragcastCounter.BULK_MALFORMED);
    }

    @Override
    public boolean onFrame(final DirectBuffer buffer, final int offset, final int length, final int sessionId)
    {
        if (!isTaken(buffer, offset, length))
        {
            malformed.incrementRelease();
        }

        return true;
    }

    private boolean isTaken(final DirectBuffer buffer, final int offset, final int length)
    {
        if (length < HEADER_LENGTH)
        {
            return false;
        }
        header.wrap(buffer, offset);
        if (MessageHeaderDecoder.SCHEMA_ID != header.schemaId() || 0 == header.version() ||
            length != HEADER_LENGTH + header.blockLength())
        {
            return false;
        }

        return switch (header.templateId())
        {
            case StreamRequestDecoder.TEMPLATE_ID -> onRequest(buffer, offset);
            case StreamStopDecoder.TEMPLATE_ID -> onStop(buffer, offset);
            case CreditDecoder.TEMPLATE_ID -> onCredit(buffer, offset);
            default -> false;
        };
    }

    private boolean onRequest(final DirectBuffer buffer, final int offset)
    {
        if (header.blockLength() < StreamRequestDecoder.BLOCK_LENGTH)
        {
            return false;
        }
        requestDecoder.wrap(buffer, offset + HEADER_LENGTH, header.blockLength(), header.version());
        int reserved = 0;
        for (int i = 0; i < StreamRequestDecoder.reservedLength(); i++)
        {
            reserved |= requestDecoder.reserved(i);
        }
        if (0 != reserved || !StreamKind.isKnown(requestDecoder.kindRaw()) || requestDecoder.modeRaw() > IDS)
        {
            return false;
        }

        request.sessionId = requestDecoder.sessionId();
        request.chainId = requestDecoder.chainId();
        request.token = requestDecoder.token();
        request.startBlock = requestDecoder.startBlock();
        request.stopBlock = requestDecoder.stopBlock();
        request.maxBytes = requestDecoder.maxBytes();
        request.maxItems = requestDecoder.maxItems();
        request.maxChunks = requestDecoder.maxChunks();
        request.kind = StreamKind.of(requestDecoder.kindRaw());
        request.isIds = IDS == requestDecoder.modeRaw();
        seeder.onRequest(requester, request);

        return true;
    }

    private boolean onStop(final DirectBuffer buffer, final int offset)
    {
        if (header.blockLength() < StreamStopDecoder.BLOCK_LENGTH)
        {
            return false;
        }
        stop.wrap(buffer, offset + HEADER_LENGTH, header.blockLength(), header.version());
        if (chainId == stop.chainId())
        {
            seeder.onStop(requester, stop.sessionId());
        }

        return true;
    }

    private boolean onCredit(final DirectBuffer buffer, final int offset)
    {
        if (header.blockLength() < CreditDecoder.BLOCK_LENGTH)
        {
            return false;
        }
        credit.wrap(buffer, offset + HEADER_LENGTH, header.blockLength(), header.version());
        int reserved = 0;
        for (int i = 0; i < CreditDecoder.reservedLength(); i++)
        {
            reserved |= credit.reserved(i);
        }
        if (0 != reserved)
        {
            return false;
        }
        if (chainId == credit.chainId())
        {
            seeder.onCredit(requester, credit.sessionId(), credit.chunks());
        }

        return true;
    }
}
