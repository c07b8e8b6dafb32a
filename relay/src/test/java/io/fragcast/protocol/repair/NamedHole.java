package io.fragcast.protocol.repair;

import io.fragcast.protocol.block.FrameKind;
import io.fragcast.protocol.block.TestFrame;

import java.util.ArrayList;
import java.util.List;

/**
 * One entry of a Want, copied, and what a holder finds under it.
 */
record NamedHole(HoleKind kind, long block, long incarnation, int seq, int index, long bits)
{
    boolean isIt(final RepairRig.Held held)
    {
        final TestFrame frame = held.frame();
        if (held.block() != block || held.incarnation() != incarnation)
        {
            return false;
        }

        final boolean isEnd = FrameKind.SEAL == frame.kind() || FrameKind.ABORT == frame.kind();
        final boolean isFrag = FrameKind.ENV != frame.kind() && !isEnd;

        return switch (kind)
        {
            case ENV -> FrameKind.ENV == frame.kind();
            case FRAGS -> isFrag && isBit(frame.seq() - seq);
            case PAGES -> FrameKind.FRAG_PAGE == frame.kind() && frame.seq() == seq && isBit(frame.index() - index);
            case CHUNKS ->
                FrameKind.FRAG_CHUNK == frame.kind() && frame.seq() == seq && isBit(frame.index() - index);
            case END -> isEnd;
            case TAIL -> isEnd || isFrag && frame.seq() >= seq;
        };
    }

    List<String> names()
    {
        if (!kind.hasBits())
        {
            return List.of(kind + "@" + block + (HoleKind.TAIL == kind ? "#" + seq : ""));
        }
        final List<String> names = new ArrayList<>();
        for (int bit = 0; bit < Long.SIZE; bit++)
        {
            if (isBit(bit))
            {
                names.add(HoleKind.FRAGS == kind ?
                    "FRAG@" + block + "#" + (seq + bit) : kind + "@" + block + "#" + seq + "/" + (index + bit));
            }
        }

        return names;
    }

    private boolean isBit(final int bit)
    {
        return 0 <= bit && bit < Long.SIZE && 0 != (bits & 1L << bit);
    }
}
