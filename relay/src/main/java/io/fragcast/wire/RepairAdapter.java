package io.fragcast.wire;

import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.codecs.RangeRequestDecoder;
import io.fragcast.codecs.WantDecoder;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.repair.HoleKind;
import io.fragcast.protocol.repair.HoleList;
import io.fragcast.protocol.repair.RepairServer;
import io.fragcast.transport.FrameHandler;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.status.AtomicCounter;

/**
 * Reads what one requester sends on the repair lane and calls the {@link RepairServer}. Vouches for the layout alone: a
 * message is exactly as long as its own lengths say, kinds are known, seqs and indices are such as a frag can have, and
 * reserved bytes are zero. Any bytes may come; none make it throw. Used by the polling thread.
 */
public final class RepairAdapter implements FrameHandler
{
    private static final int HEADER_LENGTH = MessageHeaderDecoder.ENCODED_LENGTH;
    private static final int HOLE_LENGTH = WantDecoder.HolesDecoder.sbeBlockLength();
    private static final int GROUP_HEADER_LENGTH = WantDecoder.HolesDecoder.sbeHeaderSize();

    private final int requester;
    private final RepairServer server;
    private final AtomicCounter malformed;
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final WantDecoder want = new WantDecoder();
    private final RangeRequestDecoder range = new RangeRequestDecoder();
    private final HoleList holes = new HoleList();

    /**
     * An adapter.
     *
     * @param requester number of the link that it reads.
     * @param server    called for each well-formed request.
     * @param counters  of the node.
     */
    public RepairAdapter(final int requester, final RepairServer server, final Counters counters)
    {
        this.requester = requester;
        this.server = server;
        malformed = counters.get(FragcastCounter.REPAIR_MALFORMED);
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
        if (MessageHeaderDecoder.SCHEMA_ID != header.schemaId() || 0 == header.version())
        {
            return false;
        }

        return switch (header.templateId())
        {
            case WantDecoder.TEMPLATE_ID -> onWant(buffer, offset, length);
            case RangeRequestDecoder.TEMPLATE_ID -> onRange(buffer, offset, length);
            default -> false;
        };
    }

    private boolean onWant(final DirectBuffer buffer, final int offset, final int length)
    {
        final int groupOffset = HEADER_LENGTH + header.blockLength();
        if (header.blockLength() < WantDecoder.BLOCK_LENGTH || length < groupOffset + GROUP_HEADER_LENGTH)
        {
            return false;
        }

        want.wrap(buffer, offset + HEADER_LENGTH, header.blockLength(), header.version());
        if (0 != want.reserved() || !readHoles(length - groupOffset - GROUP_HEADER_LENGTH))
        {
            return false;
        }

        server.onWant(
            requester, want.requestId(), want.chainId(), want.token(), want.maxBytes(), holes);

        return true;
    }

    private boolean readHoles(final int groupLength)
    {
        holes.clear();
        final WantDecoder.HolesDecoder hole = want.holes();
        if (HOLE_LENGTH != hole.actingBlockLength() || groupLength != hole.count() * HOLE_LENGTH)
        {
            return false;
        }

        while (hole.hasNext())
        {
            hole.next();
            if (!HoleKind.isKnown(hole.kindRaw()) ||
                hole.seq() > Integer.MAX_VALUE - Long.SIZE ||
                hole.index() > Integer.MAX_VALUE - Long.SIZE ||
                !isReservedZero(hole))
            {
                return false;
            }
            final HoleKind kind = HoleKind.of(hole.kindRaw());
            if (!kind.hasBits() && 0 != hole.bits() || !holes.add(
                kind,
                (int)hole.leaderTerm(),
                hole.blockNumber(),
                hole.incarnation(),
                (int)hole.seq(),
                (int)hole.index(),
                hole.bits()))
            {
                return false;
            }
        }

        return true;
    }

    private boolean onRange(final DirectBuffer buffer, final int offset, final int length)
    {
        if (header.blockLength() < RangeRequestDecoder.BLOCK_LENGTH || length != HEADER_LENGTH + header.blockLength())
        {
            return false;
        }

        range.wrap(buffer, offset + HEADER_LENGTH, header.blockLength(), header.version());
        if (range.fromSeq() > Integer.MAX_VALUE)
        {
            return false;
        }

        server.onRange(
            requester,
            range.requestId(),
            range.chainId(),
            range.token(),
            range.maxBytes(),
            range.fromBlock(),
            range.toBlock(),
            (int)range.fromSeq());

        return true;
    }

    private static boolean isReservedZero(final WantDecoder.HolesDecoder hole)
    {
        int bits = 0;
        for (int i = 0; i < WantDecoder.HolesDecoder.reservedLength(); i++)
        {
            bits |= hole.reserved(i);
        }

        return 0 == bits;
    }
}
