package io.fragcast.protocol.block;

/**
 * What a leader must know of the run that it goes on with, whoever led it before. Asked by the broadcasting thread,
 * which is also the receiving one.
 */
public interface FollowedRun
{
    /**
     * The height to be finished now.
     *
     * @return the height; {@link io.fragcast.protocol.leader.Leadership#NULL_BLOCK} while no run is followed.
     */
    long nextBlock();

    /**
     * The latest term under which the run went on.
     *
     * @return its number; {@link Integer#MIN_VALUE} while none is known.
     */
    int leadingTerm();
}
