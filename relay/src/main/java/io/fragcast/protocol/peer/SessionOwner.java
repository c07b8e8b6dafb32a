package io.fragcast.protocol.peer;

import org.agrona.DirectBuffer;

/**
 * What a session asks of and tells to those who have all sessions in view.
 */
interface SessionOwner
{
    /**
     * May the peer of a Hello have this session?
     *
     * @param session that it came by.
     * @param hello   of the peer.
     * @return NO_REASON if it may, else why not.
     */
    GoodbyeReason check(PeerSession session, Hello hello);

    /**
     * A session changed its state.
     *
     * @param session in its new state.
     * @param from    its state before.
     * @param nowNs   monotonic nanoseconds.
     */
    void onTransition(PeerSession session, PeerState from, long nowNs);

    /**
     * A peer in READY says what it has.
     *
     * @param session of the peer.
     * @param status  valid during the call.
     */
    void onStatus(PeerSession session, PeerStatus status);

    /**
     * A peer in READY says what came in.
     *
     * @param session of the peer.
     * @param haves   valid during the call.
     */
    void onHave(PeerSession session, HaveList haves);

    /**
     * A peer's clock and distance are known better.
     *
     * @param session of the peer.
     */
    void onMeasured(PeerSession session);

    /**
     * A peer in READY says something about feeding.
     *
     * @param session of the peer.
     * @param kind    what it says.
     * @param nowNs   monotonic nanoseconds.
     */
    void onFeed(PeerSession session, FeedKind kind, long nowNs);

    /**
     * A peer in READY passes a statement on.
     *
     * @param session of the peer.
     * @param buffer  holding it.
     * @param offset  of its first byte.
     * @param length  in bytes.
     * @param nowNs   monotonic nanoseconds.
     */
    void onStatement(PeerSession session, DirectBuffer buffer, int offset, int length, long nowNs);
}
