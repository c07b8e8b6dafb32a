package io.fragcast.sim;

import io.fragcast.protocol.block.MessageSigner;
import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * What outlives the processes of a node.
 *
 * @param index                 of the node.
 * @param random                of the node.
 * @param clock                 of the node.
 * @param disk                  of the node, with its journal.
 * @param incoming              paths of the block lane that it receives by.
 * @param outgoing              paths of the block lane that it sends by.
 * @param asked                 pairs to the holders that it asks.
 * @param served                pairs to the nodes that ask it.
 * @param dialled               pairs of the control lane that it dials.
 * @param dialling              pairs of the control lane to those that dial it.
 * @param signer                of its leader's key; null: it never leads.
 * @param builder               beside it; null: it never leads.
 * @param head                  of the execution client beside it; null: it follows nobody.
 * @param edgePeriod            duty cycles between two of its edge.
 * @param isFirstSinkNextLeader is its first sink that of a next leader?
 */
record SimSite(
    int index,
    SimRandom random,
    SimClock clock,
    SimDisk disk,
    List<SimPath> incoming,
    List<SimPath> outgoing,
    List<SimLink.Pair> asked,
    List<SimLink.Pair> served,
    List<SimLink.Pair> dialled,
    List<SimLink.Pair> dialling,
    @Nullable MessageSigner signer,
    @Nullable SimBuilder builder,
    @Nullable SimHead head,
    int edgePeriod,
    boolean isFirstSinkNextLeader)
{
    private static final double FIRST_SINK_IS_NEXT_LEADER = 0.3;
    private static final double SLOW_EDGE_PROBABILITY = 0.3;
    private static final int MAX_EDGE_PERIOD = 20;

    /** A node with an empty disk. */
    static SimSite of(
        final EventQueue events,
        final int index,
        final SimRandom random,
        final SimClock clock,
        final List<SimPath> paths,
        final List<SimLink.Pair> pairs,
        final List<SimLink.Pair> controlPairs,
        final @Nullable MessageSigner signer,
        final @Nullable SimBuilder builder,
        final @Nullable SimHead head)
    {
        return new SimSite(
            index,
            random,
            clock,
            new SimDisk(events, random.forPart(1)),
            paths.stream().filter((path) -> path.to() == index).toList(),
            paths.stream().filter((path) -> path.from() == index).toList(),
            pairs.stream().filter((pair) -> pair.asking() == index).toList(),
            pairs.stream().filter((pair) -> pair.holder() == index).toList(),
            controlPairs.stream().filter((pair) -> pair.asking() == index).toList(),
            controlPairs.stream().filter((pair) -> pair.holder() == index).toList(),
            signer,
            builder,
            head,
            random.isHit(SLOW_EDGE_PROBABILITY) ? random.between(2, MAX_EDGE_PERIOD) : 1,
            random.isHit(FIRST_SINK_IS_NEXT_LEADER));
    }
}
