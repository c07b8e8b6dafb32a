package io.fragcast.edge.engine;

/**
 * One message for the execution client. The event stays as it came until it is sent: most of what is skipped is never
 * made JSON.
 *
 * @param method      ENV, FRAG or SEAL.
 * @param blockNumber height.
 * @param seq         of a FRAG; else 0.
 * @param isLast      of a FRAG.
 * @param hash        of an ENV the parent's, of a SEAL the block's; else empty.
 * @param event       the whole BlockEvent message; never written to.
 */
record EngineMessage(EngineMethod method, long blockNumber, int seq, boolean isLast, byte[] hash, byte[] event)
{
    static final byte[] NO_HASH = new byte[0];
}
