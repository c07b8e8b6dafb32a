package io.fragcast.edge.engine;

/**
 * What may be asked of an execution client.
 */
enum EngineMethod
{
    /** Opens a block. */
    ENV("engine_envV0"),
    /** The next piece of the open block. */
    FRAG("engine_newFragV0"),
    /** Closes the open block and makes it the head. */
    SEAL("engine_sealFragV0"),
    /**
     * The head by number and hash. Not {@code eth_blockNumber}: while a block is open that answers the open block's
     * number.
     */
    HEAD("eth_getBlockByNumber"),
    /** Does the client have a block of this hash? It is what it asks of the parent that an Env names. */
    BLOCK("eth_getBlockByHash");

    private final String label;

    EngineMethod(final String label)
    {
        this.label = label;
    }

    /** The name in JSON-RPC. */
    String label()
    {
        return label;
    }

    /** Does it only look? */
    boolean isQuery()
    {
        return HEAD == this || BLOCK == this;
    }
}
