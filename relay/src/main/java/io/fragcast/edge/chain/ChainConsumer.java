package io.fragcast.edge.chain;

/**
 * Takes the blocks that a source tells of, in the order in which it does.
 */
@FunctionalInterface
interface ChainConsumer
{
    /**
     * One block.
     *
     * @param block told of.
     * @return false to be offered it again later.
     */
    boolean onBlock(ChainBlock block);
}
