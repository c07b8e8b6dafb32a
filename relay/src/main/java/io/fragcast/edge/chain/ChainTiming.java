package io.fragcast.edge.chain;

/**
 * When a source is asked.
 *
 * @param intervalNs   between two looks at what it has.
 * @param timeoutNs    after which a question is taken for lost.
 * @param firstRetryNs wait after the first failure; doubled for each that follows.
 * @param maxRetryNs   longest wait.
 */
record ChainTiming(long intervalNs, long timeoutNs, long firstRetryNs, long maxRetryNs)
{
}
