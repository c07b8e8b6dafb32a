package io.fragcast.protocol.sync;

/**
 * What follows from how far a node is and how far one of its peers says it is: by the highest sealed block, the block
 * that is open, and the frags of it (EOSIO's five ways, where sealed stands for irreversible).
 * <pre>
 *   they:      sealed            open:seq
 *   --------------|-----------------|--------
 *   we open at  1 |       3         |   4        2: our sealed lies beyond their open      0: the same open:seq
 * </pre>
 */
public enum SyncDecision
{
    /** Both are at the same frag. */
    SAME,
    /** They have sealed blocks that we have not begun: whole heights are fetched. */
    SEALED_BEHIND,
    /** They are behind what is sealed here: they ask, if anybody. */
    PEER_BEHIND,
    /** They have more of an open block: holes are repaired. */
    OPEN_BEHIND,
    /** They have less of an open block, or of another fork: nothing is asked of them. */
    AHEAD;

    /**
     * Decides.
     *
     * @param sealed      highest block sealed here.
     * @param open        block that is open here.
     * @param openSeq     frags of it here.
     * @param peerSealed  highest block sealed there.
     * @param peerOpen    block that is open there.
     * @param peerOpenSeq frags of it there.
     * @return the way.
     */
    public static SyncDecision of(
        final long sealed,
        final long open,
        final long openSeq,
        final long peerSealed,
        final long peerOpen,
        final long peerOpenSeq)
    {
        if (open == peerOpen && openSeq == peerOpenSeq)
        {
            return SAME;
        }
        if (open < peerSealed)
        {
            return SEALED_BEHIND;
        }
        if (sealed > peerOpen)
        {
            return PEER_BEHIND;
        }

        return open < peerOpen || open == peerOpen && openSeq < peerOpenSeq ? OPEN_BEHIND : AHEAD;
    }
}
