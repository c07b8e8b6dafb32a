package io.fragcast.protocol.sync;

/**
 * Asks a holder for a session. Filled anew for each; valid during the call that hands it over. Fields as on the wire.
 */
public final class StreamRequest
{
    /** Random, chosen by the requester. */
    public long sessionId;
    /** EIP-155 chain id. */
    public long chainId;
    /** As the holder gave it; 0: none yet. */
    public long token;
    /** First height. */
    public long startBlock;
    /** Height after the last. */
    public long stopBlock;
    /** Bytes of items in a chunk. */
    public long maxBytes;
    /** Items in a chunk. */
    public int maxItems;
    /** Chunks until further credit. */
    public int maxChunks;
    /** What it carries. */
    public StreamKind kind = StreamKind.FRAGS;
    /** Names in place of items? */
    public boolean isIds;
}
