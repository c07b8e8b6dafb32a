package io.fragcast.protocol.leader;

/**
 * What a sequencing node is to the block that the run is at.
 */
public enum LeaderState
{
    /** Others lead this block and the next two turns. */
    FOLLOWING,
    /** Another leads; one of the next two turns is this node's. */
    NEXT,
    /** This node leads. */
    LEADING,
    /** This node led, and another took its blocks over before they were done: it says nothing more of them. */
    FENCED
}
