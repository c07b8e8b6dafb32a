package io.fragcast.edge.chain;

/**
 * Puts questions to an execution client; answers come to {@link ChainPoller#onAnswer}.
 */
interface ChainPort
{
    /** What block is meant when the chain is. */
    String CHAIN = "";

    /**
     * One question.
     *
     * @param requestId comes back with the answer.
     * @param block     "latest", "finalized" or a number in hex; {@link #CHAIN} for the chain's id; a number behind
     *                  {@link RawBlocks#PREFIX} for the whole block.
     */
    void ask(long requestId, String block);
}
