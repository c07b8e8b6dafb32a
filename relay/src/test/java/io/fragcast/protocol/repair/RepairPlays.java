package io.fragcast.protocol.repair;

import io.fragcast.protocol.block.TestBlock;
import io.fragcast.protocol.block.TestFrame;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Blocks that several tests send through a {@link RepairRig}.
 */
final class RepairPlays
{
    private RepairPlays()
    {
    }

    /** The first block, whole. */
    static void first(final RepairRig rig)
    {
        final TestBlock block = rig.block(RepairRig.FIRST);
        rig.send(block, block.frames(2, 1, 100));
        rig.passUntilVerified(RepairRig.FIRST, TimeUnit.MILLISECONDS.toNanos(1));
    }

    /** A block of ten frags that loses one. */
    static TestBlock withLoss(final RepairRig rig, final int lostSeq)
    {
        final TestBlock block = rig.block(RepairRig.FIRST);
        final List<List<TestFrame>> frags = open(rig, block, 10);
        for (int seq = 0; seq < 10; seq++)
        {
            if (lostSeq == seq)
            {
                rig.lose(block, frags.get(seq));
            }
            else
            {
                rig.send(block, frags.get(seq));
            }
        }
        rig.send(block, block.seal());

        return block;
    }

    /** Sends the Env; the frags are for the caller to send. */
    static List<List<TestFrame>> open(final RepairRig rig, final TestBlock block, final int count)
    {
        rig.send(block, block.env());
        final List<List<TestFrame>> frags = new ArrayList<>();
        for (int seq = 0; seq < count; seq++)
        {
            frags.add(block.frag(count - 1 == seq, new byte[100 + seq]));
        }

        return frags;
    }
}
