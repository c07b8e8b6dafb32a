package io.fragcast.protocol.sync;

import io.fragcast.protocol.block.FrameDigest;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A part of the body of a sealed block, as a holder sent it. Filled and reused by its owner.
 */
public final class BodyPart
{
    /** Height of the block. */
    public long blockNumber;
    /** Hash of the header that the body is of. */
    public final byte[] blockHash = new byte[FrameDigest.DIGEST_LENGTH];
    /** Bytes of the whole body. */
    public int bodyLength;
    /** Where in the body this part begins. */
    public int position;
    /** Holds the part. */
    public DirectBuffer buffer = new UnsafeBuffer(0, 0);
    /** Of its first byte. */
    public int offset;
    /** In bytes, at least 1. */
    public int length;

    /** A part of nothing. */
    public BodyPart()
    {
    }
}
