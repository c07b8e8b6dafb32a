package io.fragcast.wire;

import io.fragcast.codecs.HoleKind;
import io.fragcast.codecs.MessageHeaderEncoder;
import io.fragcast.codecs.RangeRequestEncoder;
import io.fragcast.codecs.WantEncoder;
import io.fragcast.protocol.repair.HoleList;
import io.fragcast.protocol.repair.RepairSender;
import io.fragcast.transport.FrameLink;
import io.fragcast.transport.FrameSink;
import io.fragcast.transport.SendResult;

/**
 * Encodes requests into the claim of the link to a holder. Used by the thread that asks; the links belong to the node.
 */
public final class RepairProxy implements RepairSender
{
    private static final int HEADER_LENGTH = MessageHeaderEncoder.ENCODED_LENGTH;
    private static final int WANT_LENGTH =
        HEADER_LENGTH + WantEncoder.BLOCK_LENGTH + WantEncoder.HolesEncoder.sbeHeaderSize();
    private static final int RANGE_LENGTH = HEADER_LENGTH + RangeRequestEncoder.BLOCK_LENGTH;
    private static final HoleKind[] KINDS = {
        HoleKind.ENV, HoleKind.FRAGS, HoleKind.PAGES, HoleKind.CHUNKS, HoleKind.END, HoleKind.TAIL};

    private final FrameLink[] links;
    private final long chainId;
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final WantEncoder want = new WantEncoder();
    private final RangeRequestEncoder range = new RangeRequestEncoder();

    /**
     * A proxy over links that stay the same.
     *
     * @param links   to the holders, in the order of their numbers.
     * @param chainId EIP-155 chain id.
     */
    public RepairProxy(final FrameLink[] links, final long chainId)
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
    public boolean sendWant(
        final int holder, final long requestId, final long token, final int maxBytes, final HoleList holes)
    {
        final FrameSink sink = links[holder].sink();
        if (SendResult.OK != sink.tryClaim(
            WANT_LENGTH + holes.size() * WantEncoder.HolesEncoder.sbeBlockLength()))
        {
            return false;
        }

        want.wrapAndApplyHeader(sink.buffer(), sink.offset(), header)
            .requestId(requestId)
            .chainId(chainId)
            .token(token)
            .maxBytes(maxBytes)
            .reserved(0);
        final WantEncoder.HolesEncoder group = want.holesCount(holes.size());
        for (int i = 0, size = holes.size(); i < size; i++)
        {
            group.next()
                .blockNumber(holes.blockNumber(i))
                .incarnation(holes.incarnation(i))
                .bits(holes.bits(i))
                .leaderTerm(holes.leaderTerm(i) & 0xFFFF_FFFFL)
                .seq(holes.seq(i))
                .index(holes.index(i))
                .kind(KINDS[holes.kind(i).ordinal()])
                .putReserved((short)0, (short)0, (short)0);
        }
        sink.commit();

        return true;
    }

    @Override
    public boolean sendRange(
        final int holder,
        final long requestId,
        final long token,
        final int maxBytes,
        final long fromBlock,
        final long toBlock,
        final int fromSeq)
    {
        final FrameSink sink = links[holder].sink();
        if (SendResult.OK != sink.tryClaim(RANGE_LENGTH))
        {
            return false;
        }

        range.wrapAndApplyHeader(sink.buffer(), sink.offset(), header)
            .requestId(requestId)
            .chainId(chainId)
            .token(token)
            .fromBlock(fromBlock)
            .toBlock(toBlock)
            .fromSeq(fromSeq)
            .maxBytes(maxBytes);
        sink.commit();

        return true;
    }
}
