package io.fragcast.bench.rig;

/**
 * When each frag of a run is due. Written before the first frag is sent, read by sender and receiver.
 *
 * @param startNs       when the first frag is due, monotonic nanoseconds.
 * @param intervalNs    from one frag to the next.
 * @param firstBlock    height of the first block.
 * @param fragsPerBlock frags in each block.
 */
record Timetable(long startNs, long intervalNs, long firstBlock, int fragsPerBlock)
{
    long dueNs(final long ordinal)
    {
        return startNs + ordinal * intervalNs;
    }

    long ordinal(final long blockNumber, final int seq)
    {
        return (blockNumber - firstBlock) * fragsPerBlock + seq;
    }
}
