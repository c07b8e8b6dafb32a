package io.fragcast.protocol.block;

/**
 * What happens to a block in a node: EOSIO's signals in our words, in the order in which a block without trouble has
 * them. The list that a node makes of them is journaled as it is made, so that it can be read again from the journal
 * alone. The order of the constants is their code there.
 * <pre>
 *   ENV_OPENED  (FRAG_VERIFIED  FRAG_DELIVERED)*  LAST_FRAG  SEALED  VERIFIED          FINALIZED
 *                                                             else MISMATCHED | ABORTED | SUPERSEDED
 * </pre>
 * A frag is verified when it is whole, whatever is missing before it, and delivered in its turn: so later frags, and
 * those of later blocks, may be verified before an earlier one is delivered. The leader's own list is the same: what it
 * signed is verified, what its sinks took is delivered.
 */
public enum BlockSignal
{
    /** An attempt is delivered from here on: its Env was (pre_accepted_block). */
    ENV_OPENED,
    /** A frag is whole, its signature and every hash checked (accepted_block_header). */
    FRAG_VERIFIED,
    /** A frag was delivered, after all before it (applied_transaction). */
    FRAG_DELIVERED,
    /** That was the last of its block. */
    LAST_FRAG,
    /** The Seal was delivered. */
    SEALED,
    /** Terminal: the Seal holds (accepted_block). */
    VERIFIED,
    /** Terminal: a check of the Seal failed; the reason is a {@link MismatchReason}. */
    MISMATCHED,
    /** Terminal: the leader gave the attempt up; the reason is an AbortReason. */
    ABORTED,
    /** Terminal: a newer attempt took its place, or the run went on without it. */
    SUPERSEDED,
    /** Blocks were missed before this one. */
    MISSED,
    /** The block takes the place of one that was VERIFIED, and of all that were built on that. */
    REORG,
    /** The block, and all before it, will not be taken back (irreversible_block). */
    FINALIZED,
    /** The block that was sealed is not the one that the Seal of a VERIFIED attempt names. */
    SEAL_MISMATCHED
}
