package io.fragcast.sim;

/**
 * How one path behaves.
 *
 * @param isReliable           true: what is lost is asked for and sent again, and what is behind it waits, as on a
 *                             unicast stream of Aeron; false: what is lost stays lost, and frames come in any order.
 * @param minDelayNs           of a datagram.
 * @param meanExtraDelayNs     on top, with a long tail.
 * @param nakDelayNs           after which a loss is noticed.
 * @param lossProbability      of a datagram.
 * @param burstProbability     that a datagram starts a burst of losses.
 * @param burstNs              mean length of a burst.
 * @param duplicateProbability of a datagram.
 * @param reorderProbability   of a datagram, that it is late by up to ten times its delay.
 * @param windowBytes          that may be on the way or wait at the receiver.
 */
public record PathOptions(
    boolean isReliable,
    long minDelayNs,
    long meanExtraDelayNs,
    long nakDelayNs,
    double lossProbability,
    double burstProbability,
    long burstNs,
    double duplicateProbability,
    double reorderProbability,
    int windowBytes)
{
    /**
     * A unicast stream over the same network: what is lost is sent again, nothing overtakes.
     *
     * @param windowBytes of the stream.
     * @return the options.
     */
    public PathOptions unicast(final int windowBytes)
    {
        return new PathOptions(
            true,
            minDelayNs,
            meanExtraDelayNs,
            nakDelayNs,
            lossProbability,
            burstProbability,
            burstNs,
            0,
            0,
            windowBytes);
    }

    /**
     * The same path with another window.
     *
     * @param newWindowBytes of the stream.
     * @return the options.
     */
    public PathOptions window(final int newWindowBytes)
    {
        return new PathOptions(
            isReliable,
            minDelayNs,
            meanExtraDelayNs,
            nakDelayNs,
            lossProbability,
            burstProbability,
            burstNs,
            duplicateProbability,
            reorderProbability,
            newWindowBytes);
    }

    /**
     * The same path without its faults, with a window that holds any block of the workload. Where nobody asks again for
     * what is lost, datagrams are lost, doubled and late as before: the repair lane makes up for it.
     *
     * @param windowBytes of the path.
     * @return the options.
     */
    public PathOptions healed(final int windowBytes)
    {
        return isReliable ?
            new PathOptions(true, minDelayNs, meanExtraDelayNs / 10, nakDelayNs, 0, 0, burstNs, 0, 0, windowBytes) :
            new PathOptions(
            false,
            minDelayNs,
            meanExtraDelayNs,
            nakDelayNs,
            lossProbability,
            burstProbability,
            burstNs,
            duplicateProbability,
            reorderProbability,
            windowBytes);
    }
}
