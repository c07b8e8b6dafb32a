package io.fragcast.sim;

/**
 * What a world of {@link SimCatchUp} was like, and what happened in it, so that runs can show that it did.
 *
 * @param world   one line for a person.
 * @param unheard heights that the builder went on for while nobody heard the leader.
 * @param gaps    heights of which the replica was told that they are missed.
 */
record CatchUpResult(String world, long unheard, long gaps)
{
}
