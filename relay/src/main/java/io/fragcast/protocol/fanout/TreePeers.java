package io.fragcast.protocol.fanout;

import io.fragcast.protocol.peer.FeedKind;

/**
 * The peers that a node talks to on the control lane, as {@link TreeKeeper} and {@link PlanAuthor} see them. Called by
 * the thread of the peers.
 */
public interface TreePeers
{
    /**
     * How many there are, READY or not. Two may stand for one node, which dials and is dialled.
     *
     * @return count.
     */
    int count();

    /**
     * Which node it is.
     *
     * @param peer below {@link #count()}.
     * @return its id, {@link Plan#idOf}; of no use unless it is READY.
     */
    long id(int peer);

    /**
     * May it be talked to?
     *
     * @param peer asked about.
     * @return true if it is READY.
     */
    boolean isReady(int peer);

    /**
     * Does it feed others?
     *
     * @param peer asked about.
     * @return true if it says so.
     */
    boolean canForward(int peer);

    /**
     * How far it is.
     *
     * @param peer asked about.
     * @return nanoseconds there and back; 0: not measured.
     */
    long rttNs(int peer);

    /**
     * How far it is behind this node, as it said last.
     *
     * @param peer asked about.
     * @return frags; negative for one that is ahead.
     */
    long lagFrags(int peer);

    /**
     * Who is it to the schedule?
     *
     * @param peer  asked about.
     * @param block that somebody leads.
     * @return how many others lead between that one and the peer; {@link FanoutPeer#NO_LEADER} if it is not one of the
     *         next.
     */
    int leaderRank(int peer, long block);

    /**
     * Says something about feeding.
     *
     * @param peer to tell.
     * @param kind what.
     * @return false if the link does not take it now.
     */
    boolean tell(int peer, FeedKind kind);
}
