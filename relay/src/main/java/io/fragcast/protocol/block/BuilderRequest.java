package io.fragcast.protocol.block;

import io.fragcast.protocol.leader.LeaderTerm;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;

/**
 * What a builder asked for last, copied, until all of it is sent. Used by the broadcasting thread.
 */
final class BuilderRequest
{
    /** Fields of the Env or Seal, or the body of the frag. */
    final UnsafeBuffer bytes;
    final byte[] sealedHash = new byte[SignedHead.HASH_LENGTH];
    final byte[] parentHash = new byte[SignedHead.HASH_LENGTH];
    @Nullable LeaderTerm term;
    long blockNumber;
    int length;
    int txCount;
    int reason;
    boolean isLast;
    /** An Env is to be sent; else a term is only taken up. */
    boolean isEnv;

    private final BlockLimits limits;

    BuilderRequest(final BlockLimits limits)
    {
        this.limits = limits;
        bytes = new UnsafeBuffer(ByteBuffer.allocateDirect(limits.maxBodyLength()));
    }

    /** Is a frag within the limits, and its body whole? */
    PublishVerdict check(
        final int seq,
        final long attemptBytes,
        final int bodyTxCount,
        final DirectBuffer buffer,
        final int bodyOffset,
        final int bodyLength)
    {
        if (seq >= limits.maxFragsPerBlock() ||
            bodyTxCount > limits.maxTxsPerFrag() ||
            bodyLength > limits.maxBodyLength() ||
            attemptBytes + bodyLength > limits.attemptBytes())
        {
            return PublishVerdict.TOO_LARGE;
        }
        if (FragBodyReader.isValid(buffer, bodyOffset, bodyLength, bodyTxCount, limits.maxTxLength()))
        {
            return PublishVerdict.ACCEPTED;
        }

        return FragBodyReader.isValid(buffer, bodyOffset, bodyLength, bodyTxCount, bodyLength) ?
            PublishVerdict.TOO_LARGE : PublishVerdict.MALFORMED;
    }
}
