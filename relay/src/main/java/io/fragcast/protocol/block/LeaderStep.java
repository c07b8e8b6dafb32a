package io.fragcast.protocol.block;

/**
 * One message on its way out of the leader; a builder's request is one or more of them.
 */
enum LeaderStep
{
    /** Nothing is being sent. */
    IDLE,
    /** The attempt that is open is given up, for the builder opens another. */
    ABORT_OPEN,
    LEADER_START,
    ENV,
    FRAG,
    SEAL,
    ABORT,
    LEADER_STOP,
    HEARTBEAT;

    /** What becomes of the attempt. */
    LeaderAttempt attemptAfter(final LeaderAttempt before, final boolean isLast)
    {
        return switch (this)
        {
            case ENV -> LeaderAttempt.OPEN;
            case FRAG -> isLast ? LeaderAttempt.COMPLETE : LeaderAttempt.OPEN;
            case ABORT_OPEN, SEAL, ABORT -> LeaderAttempt.NO_BLOCK;
            case IDLE, LEADER_START, LEADER_STOP, HEARTBEAT -> before;
        };
    }

    int nextSeqAfter(final int before)
    {
        return switch (this)
        {
            case ENV -> 0;
            case FRAG -> before + 1;
            case IDLE, ABORT_OPEN, LEADER_START, SEAL, ABORT, LEADER_STOP, HEARTBEAT -> before;
        };
    }
}
