package io.fragcast.protocol.leader;

/**
 * Which of a node's sinks lead soon, and so get each frag before the others. Asked by the thread that sends, for each
 * message: answers at once.
 */
@FunctionalInterface
public interface NextLeaders
{
    /** Nobody leads soon: all sinks are alike. */
    NextLeaders NONE = (blockNumber) -> 0;

    /**
     * The sinks that come first while a block is sent.
     *
     * @param blockNumber of the block.
     * @return a bit a sink, the lowest for the first.
     */
    long sinks(long blockNumber);
}
