package io.fragcast.protocol.block;

/**
 * How far the leader is with the block it publishes; the order is that of {@link LeaderMemory#attemptState}.
 */
enum LeaderAttempt
{
    /** No attempt is open. */
    NO_BLOCK,
    /** The Env is out, the next frag is awaited. */
    OPEN,
    /** The last frag is out, the Seal is awaited. */
    COMPLETE
}
