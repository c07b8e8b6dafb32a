package io.fragcast.protocol.sync;

/**
 * Ends a chunk. Filled anew for each; valid during the call that hands it over. Fields as on the wire.
 */
public final class StreamChunk
{
    /** Of the request. */
    public long sessionId;
    /** To be named in the next request. */
    public long token;
    /** Everything that the holder has of the heights below was sent. */
    public long nextBlock;
    /** Lowest height that the holder can still serve. */
    public long oldestBlock;
    /** Height of which the holder accepted something last. */
    public long newestBlock;
    /** Number of the chunk in its session, from 0. */
    public int index;
    /** Items in the chunk. */
    public int items;
    /** Their bytes. */
    public int itemBytes;
    /** What became of the session. */
    public StreamState state = StreamState.OPEN;
    /** IDS: names of the items. */
    public final FrameIds ids = new FrameIds();
}
