package io.fragcast.watch;

/**
 * A block that has ended on this node.
 *
 * @param number     of the block.
 * @param term       that led it.
 * @param phase      that it ended in.
 * @param frags      that it had here.
 * @param txs        in them.
 * @param bytes      of their bodies.
 * @param durationNs from its opening to its end on this node.
 * @param endedNs    epoch nanoseconds.
 */
public record EndedBlock(
    long number, int term, BlockPhase phase, int frags, long txs, long bytes, long durationNs, long endedNs)
{
}
