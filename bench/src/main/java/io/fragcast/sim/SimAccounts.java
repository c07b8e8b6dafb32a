package io.fragcast.sim;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.block.BlockLaneReceiver;
import io.fragcast.protocol.block.BlockLimits;
import io.fragcast.protocol.block.Verdict;
import io.fragcast.sim.checker.SimFailure;

/**
 * Everything that must hold of the counters of one process when a run ends.
 *
 * @param index    of the node.
 * @param counters of the process.
 */
record SimAccounts(int index, Counters counters)
{
    void check(final BlockLimits limits, final long journalRingLength, final long edgeRingLength)
    {
        checkWithin(FragcastCounter.BODY_SLAB_USED, limits.slabBytes());
        checkWithin(
            FragcastCounter.ATTEMPTS_LIVE,
            (long)BlockLaneReceiver.ATTEMPTS_PER_HEIGHT * limits.windowBlocks());
        checkWithin(FragcastCounter.EARLY_PIECES_HELD, BlockLaneReceiver.MAX_EARLY_PIECES);
        checkWithin(FragcastCounter.JOURNAL_RING_HIGH_WATER, journalRingLength);
        checkWithin(FragcastCounter.EDGE_RING_HIGH_WATER, edgeRingLength);
        if (0 != counters.value(FragcastCounter.DUPLICATES_DELIVERED))
        {
            throw new SimFailure("node " + index + " counts duplicates delivered");
        }
        checkVerdicts();
    }

    private void checkWithin(final FragcastCounter gauge, final long capacity)
    {
        final long value = counters.value(gauge);
        if (value < 0 || value > capacity)
        {
            throw new SimFailure("node " + index + " has " + gauge.label() + " " + value + " of " + capacity);
        }
    }

    /**
     * Every frame that a node received has a verdict. A frame that waited for its header has two; one that came after
     * the last frag and before it was known to be that has two as well.
     */
    private void checkVerdicts()
    {
        final long received = counters.value(FragcastCounter.FRAMES_RECEIVED);
        long verdicts = counters.value(FragcastCounter.FRAMES_MALFORMED);
        for (final Verdict verdict : Verdict.values())
        {
            verdicts += counters.value(verdict.counter());
        }
        final long twice =
            counters.value(FragcastCounter.FRAMES_HELD) + counters.value(FragcastCounter.FRAMES_OUT_OF_STATE);
        if (verdicts < received || verdicts - twice > received)
        {
            throw new SimFailure(
                "node " + index + " received " + received + " frames and counts " + verdicts + " verdicts");
        }
    }
}
