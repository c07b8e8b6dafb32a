package io.fragcast.journal;

/**
 * Names an attempt in a journal.
 *
 * @param chainId     of it.
 * @param leaderTerm  of it.
 * @param blockNumber of it.
 * @param incarnation of it.
 */
record AttemptKey(long chainId, int leaderTerm, long blockNumber, long incarnation)
{
}
