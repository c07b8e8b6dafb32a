package io.fragcast.protocol.peer;

/**
 * Where a session stands.
 */
public enum PeerState
{
    /** The link is not open both ways yet. */
    DIALING,
    /** Our Hello went out; the peer's is awaited. */
    HELLO_SENT,
    /** The peer's Hello is accepted; that it heard ours is not shown yet. */
    HELLO_RECEIVED,
    /** Each hears the other, and knows it. */
    READY,
    /** Ended, for a reason, at a time; tried again as the reason allows. */
    FAILED;

    /**
     * Does a session come into this state from another?
     *
     * @param from the other.
     * @return false for a step that is not drawn in {@link PeerSession}.
     */
    boolean mayFollow(final PeerState from)
    {
        return switch (this)
        {
            case DIALING -> FAILED == from;
            case HELLO_SENT -> DIALING == from;
            case HELLO_RECEIVED -> DIALING == from || HELLO_SENT == from || READY == from;
            case READY -> HELLO_RECEIVED == from;
            case FAILED -> true;
        };
    }
}
