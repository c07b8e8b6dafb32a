package io.fragcast.protocol.fanout;

/**
 * What a leader knows of a peer when it plans.
 *
 * @param id          of the node, {@link Plan#idOf}.
 * @param leaderRank  0 for the next leader, 1 for the one after it; {@link #NO_LEADER} for others.
 * @param canForward  true if it may have children.
 * @param rttNs       round trip from the leader; 0: not measured.
 * @param lagFrags    how far it was behind the leader of late, frags; 0 for one that keeps up.
 */
public record FanoutPeer(long id, int leaderRank, boolean canForward, long rttNs, long lagFrags)
{
    /** Does not lead soon. */
    public static final int NO_LEADER = Integer.MAX_VALUE;

    /**
     * Does it lead soon?
     *
     * @return true for one of the next leaders.
     */
    public boolean isNextLeader()
    {
        return NO_LEADER != leaderRank;
    }

    /**
     * How far it is away, coarsely: peers of one bucket are as near as each other, whatever the noise of a measurement.
     *
     * @return the power of two of the round trip's quarter milliseconds.
     */
    int distance()
    {
        return Long.SIZE - Long.numberOfLeadingZeros(Math.max(0, rttNs) / 250_000);
    }
}
