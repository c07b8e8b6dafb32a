package io.fragcast.protocol.block;

import org.jspecify.annotations.Nullable;

/**
 * Told of what happens to blocks in this node, each when it has happened, on the thread where it happens. Takes
 * everything, waits for nothing.
 */
@FunctionalInterface
public interface BlockSignals
{
    /** Nobody is told. */
    BlockSignals NONE = (signal, leaderTerm, blockNumber, incarnation, seq, reason, missing, hash) -> {};

    /**
     * Something happened.
     *
     * @param signal      what.
     * @param leaderTerm  of the attempt.
     * @param blockNumber of the attempt.
     * @param incarnation of the attempt.
     * @param seq         of the frag; else the number of frags delivered of the attempt.
     * @param reason      ABORTED: AbortReason; MISMATCHED: MismatchReason; else 0.
     * @param missing     MISSED: blocks; SUPERSEDED: frags known missing; REORG: blocks taken back; else 0.
     * @param hash        MISMATCHED by the transactions root: the root of what was delivered; REORG: hash of the block
     *                    that both branches build on; FINALIZED: hash of the block; else null. Valid during the call.
     */
    void onSignal(
        BlockSignal signal,
        int leaderTerm,
        long blockNumber,
        long incarnation,
        int seq,
        int reason,
        int missing,
        byte @Nullable [] hash);
}
