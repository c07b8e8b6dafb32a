package io.fragcast.wire;

import io.fragcast.codecs.FramePart;
import io.fragcast.codecs.MessageHeaderEncoder;
import io.fragcast.codecs.StreamChunkEncoder;
import io.fragcast.codecs.StreamState;
import io.fragcast.protocol.repair.FrameName;
import io.fragcast.protocol.sync.ChunkSender;
import io.fragcast.protocol.sync.FrameIds;
import io.fragcast.protocol.sync.StreamChunk;
import io.fragcast.transport.FrameLink;
import io.fragcast.transport.FrameSink;
import io.fragcast.transport.SendResult;
import org.agrona.DirectBuffer;

/**
 * Writes what a seeder sends into the claims of the requesters' links; frames leave as those of the repair lane do, a
 * BlockBody, which has no hop fields, as it is.
 * Used by one thread; the links belong to the node.
 */
public final class ChunkProxy implements ChunkSender
{
    private static final int FIXED_LENGTH = MessageHeaderEncoder.ENCODED_LENGTH + StreamChunkEncoder.BLOCK_LENGTH +
        StreamChunkEncoder.IdsEncoder.sbeHeaderSize();
    private static final int ID_LENGTH = StreamChunkEncoder.IdsEncoder.sbeBlockLength();

    private final FrameLink[] links;
    private final long chainId;
    private final AnswerProxy frames;
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final StreamChunkEncoder encoder = new StreamChunkEncoder();
    private final FrameName name = new FrameName();

    /**
     * A proxy.
     *
     * @param links          of the requesters, by number.
     * @param chainId        of the node.
     * @param maxFrameLength longest message of the lane, bytes.
     */
    public ChunkProxy(final FrameLink[] links, final long chainId, final int maxFrameLength)
    {
        if (FIXED_LENGTH + FrameIds.CAPACITY * ID_LENGTH > maxFrameLength)
        {
            throw new IllegalArgumentException(FrameIds.CAPACITY + " names do not fit " + maxFrameLength + " bytes");
        }
        this.links = links.clone();
        this.chainId = chainId;
        frames = new AnswerProxy(links, chainId, maxFrameLength);
    }

    @Override
    public boolean sendFrame(final int requester, final DirectBuffer buffer, final int offset, final int length)
    {
        if (!BlockBodyAdapter.isBlockBody(buffer, offset, length))
        {
            return frames.sendFrame(requester, buffer, offset, length);
        }
        final FrameSink sink = links[requester].sink();
        if (SendResult.OK != sink.tryClaim(length))
        {
            return false;
        }
        sink.buffer().putBytes(sink.offset(), buffer, offset, length);
        sink.commit();

        return true;
    }

    @Override
    public boolean sendChunk(final int requester, final StreamChunk chunk)
    {
        final FrameSink sink = links[requester].sink();
        if (SendResult.OK != sink.tryClaim(FIXED_LENGTH + chunk.ids.size() * ID_LENGTH))
        {
            return false;
        }

        encoder.wrapAndApplyHeader(sink.buffer(), sink.offset(), header)
            .sessionId(chunk.sessionId)
            .chainId(chainId)
            .token(chunk.token)
            .nextBlock(chunk.nextBlock)
            .oldestBlock(chunk.oldestBlock)
            .newestBlock(chunk.newestBlock)
            .index(chunk.index)
            .items(chunk.items)
            .itemBytes(chunk.itemBytes)
            .state(StreamState.get((short)chunk.state.ordinal()))
            .putReserved((short)0, (short)0, (short)0);
        final StreamChunkEncoder.IdsEncoder group = encoder.idsCount(chunk.ids.size());
        for (int i = 0, size = chunk.ids.size(); i < size; i++)
        {
            chunk.ids.read(i, name);
            group.next()
                .blockNumber(name.blockNumber)
                .incarnation(name.incarnation)
                .leaderTerm(name.leaderTerm & 0xFFFF_FFFFL)
                .seq(name.seq)
                .index(name.index)
                .part(FramePart.get((short)name.part.ordinal()))
                .putReserved((short)0, (short)0, (short)0);
        }
        sink.commit();

        return true;
    }
}
