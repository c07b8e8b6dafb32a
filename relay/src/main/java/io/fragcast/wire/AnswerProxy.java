package io.fragcast.wire;

import io.fragcast.codecs.AnswerState;
import io.fragcast.codecs.BooleanType;
import io.fragcast.codecs.HoleKind;
import io.fragcast.codecs.MessageHeaderEncoder;
import io.fragcast.codecs.WantResultEncoder;
import io.fragcast.protocol.repair.AnswerSender;
import io.fragcast.protocol.repair.HoleList;
import io.fragcast.protocol.repair.WantResult;
import io.fragcast.transport.FrameLink;
import io.fragcast.transport.FrameSink;
import io.fragcast.transport.SendResult;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Writes answers of the repair lane into the claims of the requesters' links. A frame leaves as it was accepted, but
 * for its two time stamps, which told of another transmission and are absent now. Used by one thread; the links belong
 * to the node.
 */
public final class AnswerProxy implements AnswerSender
{
    private static final int FIXED_LENGTH = MessageHeaderEncoder.ENCODED_LENGTH + WantResultEncoder.BLOCK_LENGTH +
        WantResultEncoder.MissingEncoder.sbeHeaderSize();
    private static final int HOLE_LENGTH = WantResultEncoder.MissingEncoder.sbeBlockLength();

    private final FrameLink[] links;
    private final long chainId;
    private final int maxHoles;
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final WantResultEncoder encoder = new WantResultEncoder();

    /**
     * A proxy.
     *
     * @param links          of the requesters, by number.
     * @param chainId        of the node.
     * @param maxFrameLength longest message of the lane, bytes.
     */
    public AnswerProxy(final FrameLink[] links, final long chainId, final int maxFrameLength)
    {
        this.links = links.clone();
        this.chainId = chainId;
        maxHoles = Math.min(HoleList.MAX_HOLES, (maxFrameLength - FIXED_LENGTH) / HOLE_LENGTH);
    }

    @Override
    public boolean sendFrame(final int requester, final DirectBuffer buffer, final int offset, final int length)
    {
        final FrameSink sink = links[requester].sink();
        if (SendResult.OK != sink.tryClaim(length))
        {
            return false;
        }

        final MutableDirectBuffer target = sink.buffer();
        target.putBytes(sink.offset(), buffer, offset, length);
        target.putLong(sink.offset() + FrameLayout.SEND_TIME_OFFSET, 0);
        target.putLong(sink.offset() + FrameLayout.RECEIVE_TIME_OFFSET, 0);
        sink.commit();

        return true;
    }

    @Override
    public boolean sendResult(final int requester, final WantResult result)
    {
        final FrameSink sink = links[requester].sink();
        final int holeCount = Math.min(maxHoles, result.missing.size());
        if (SendResult.OK != sink.tryClaim(FIXED_LENGTH + holeCount * HOLE_LENGTH))
        {
            return false;
        }

        encoder
            .wrapAndApplyHeader(sink.buffer(), sink.offset(), header)
            .requestId(result.requestId)
            .chainId(chainId)
            .token(result.token)
            .newestBlock(result.newestBlock)
            .newestIncarnation(result.newestIncarnation)
            .newestTerm(result.newestTerm & 0xFFFF_FFFFL)
            .newestSeq(result.newestSeq)
            .found(result.found)
            .notFound(result.notFound)
            .sentBytes(result.sentBytes)
            .oldestBlock(result.oldestBlock)
            .state(AnswerState.get((short)result.state.ordinal()))
            .isOpen(result.isOpen ? BooleanType.T : BooleanType.F);
        for (int i = 0; i < WantResultEncoder.reservedLength(); i++)
        {
            encoder.reserved(i, (short)0);
        }
        writeHoles(result.missing, holeCount);
        sink.commit();

        return true;
    }

    private void writeHoles(final HoleList holes, final int count)
    {
        final WantResultEncoder.MissingEncoder hole = encoder.missingCount(count);
        for (int i = 0; i < count; i++)
        {
            hole.next()
                .blockNumber(holes.blockNumber(i))
                .incarnation(holes.incarnation(i))
                .bits(holes.bits(i))
                .leaderTerm(holes.leaderTerm(i) & 0xFFFF_FFFFL)
                .seq(holes.seq(i))
                .index(holes.index(i))
                .kind(HoleKind.get((short)holes.kind(i).ordinal()));
            for (int j = 0; j < WantResultEncoder.MissingEncoder.reservedLength(); j++)
            {
                hole.reserved(j, (short)0);
            }
        }
    }
}
