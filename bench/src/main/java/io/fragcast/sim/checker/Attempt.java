package io.fragcast.sim.checker;

/**
 * Names one attempt at a block in one run.
 *
 * @param blockNumber height.
 * @param term        of the leader.
 * @param incarnation of the attempt.
 */
public record Attempt(long blockNumber, int term, long incarnation)
{
    @Override
    public String toString()
    {
        return "block " + blockNumber + " of term " + term + " incarnation " + incarnation;
    }
}
