package io.fragcast.watch;

import java.util.BitSet;
import java.util.List;

/**
 * The board as it was at one moment.
 *
 * @param phase         of the newest block; the rest of it is meaningless while NONE.
 * @param term          that leads it.
 * @param number        of the block.
 * @param incarnation   of the attempt.
 * @param openedNs      when its first message came, epoch nanoseconds.
 * @param seqs          of the frags whose headers came.
 * @param lastSeq       seq of its last frag, or -1 while that is not known.
 * @param delivered     frags that went to the edges.
 * @param txs           in the frags whose headers came.
 * @param bytesArrived  of bodies.
 * @param bytesExpected of bodies, by the headers that came.
 * @param openTerm      term whose leader is at work, or -1.
 * @param fragNs        when an Env or a Frag came last, or the term opened; epoch nanoseconds, 0 if never.
 * @param heardNs       when any message of the leader came last; epoch nanoseconds, 0 if never.
 * @param ended         blocks that ended, the newest first.
 */
public record BlockSnapshot(
    BlockPhase phase,
    int term,
    long number,
    long incarnation,
    long openedNs,
    BitSet seqs,
    int lastSeq,
    int delivered,
    long txs,
    long bytesArrived,
    long bytesExpected,
    int openTerm,
    long fragNs,
    long heardNs,
    List<EndedBlock> ended)
{
}
