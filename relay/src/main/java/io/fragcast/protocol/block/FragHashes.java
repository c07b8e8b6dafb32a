package io.fragcast.protocol.block;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The hash list of one frag: a hash for every chunk of the body and, where those do not fit the Frag frame, a hash for
 * every page of them. Reused for each frag; used by one thread.
 */
final class FragHashes
{
    private final FrameDigest digest = new FrameDigest();
    private final int chunkLength;
    private final int headerHashCapacity;
    private final int pageHashCapacity;
    private final byte[] chunkHashBytes;
    private final byte[] pageHashBytes;
    private final UnsafeBuffer chunkHashes;
    private final UnsafeBuffer pageHashes;
    private int bodyLength;
    private int chunkCount;
    private int pageCount;

    FragHashes(final FragSender sender, final int maxBodyLength)
    {
        chunkLength = sender.chunkLength();
        headerHashCapacity = sender.headerHashCapacity();
        pageHashCapacity = sender.pageHashCapacity();
        final int maxChunkCount = ceilDiv(maxBodyLength, chunkLength);
        if (maxChunkCount > (long) headerHashCapacity * pageHashCapacity)
        {
            throw new IllegalArgumentException(
                "a body of " + maxBodyLength + " bytes has " + maxChunkCount + " chunks, " + headerHashCapacity +
                " pages of " + pageHashCapacity + " hashes cannot name them");
        }

        chunkHashBytes = new byte[maxChunkCount * FrameDigest.HASH_LENGTH];
        pageHashBytes = new byte[ceilDiv(maxChunkCount, pageHashCapacity) * FrameDigest.HASH_LENGTH];
        chunkHashes = new UnsafeBuffer(chunkHashBytes);
        pageHashes = new UnsafeBuffer(pageHashBytes);
    }

    void compute(final DirectBuffer body, final int offset, final int length)
    {
        bodyLength = length;
        chunkCount = ceilDiv(length, chunkLength);
        pageCount = chunkCount <= headerHashCapacity ? 0 : ceilDiv(chunkCount, pageHashCapacity);
        for (int i = 0; i < chunkCount; i++)
        {
            digest.ofChunk(
                body, offset + chunkOffset(i), chunkLength(i), chunkHashBytes, i * FrameDigest.HASH_LENGTH);
        }
        for (int i = 0; i < pageCount; i++)
        {
            digest.ofPage(chunkHashes, pageOffset(i), pageLength(i), pageHashBytes, i * FrameDigest.HASH_LENGTH);
        }
    }

    int chunkCount()
    {
        return chunkCount;
    }

    int chunkOffset(final int index)
    {
        return index * chunkLength;
    }

    int chunkLength(final int index)
    {
        return Math.min(chunkLength, bodyLength - index * chunkLength);
    }

    /** Is the chunk the first that its page names? */
    boolean isFirstOfPage(final int chunkIndex)
    {
        return 0 != pageCount && 0 == chunkIndex % pageHashCapacity;
    }

    int pageOf(final int chunkIndex)
    {
        return chunkIndex / pageHashCapacity;
    }

    int pageOffset(final int index)
    {
        return index * pageHashCapacity * FrameDigest.HASH_LENGTH;
    }

    int pageLength(final int index)
    {
        return Math.min(pageHashCapacity, chunkCount - index * pageHashCapacity) * FrameDigest.HASH_LENGTH;
    }

    /** As the field of the Frag has it: 0 where the list names the chunks themselves. */
    int hashesPerPage()
    {
        return 0 == pageCount ? 0 : pageHashCapacity;
    }

    DirectBuffer chunkHashes()
    {
        return chunkHashes;
    }

    DirectBuffer headerHashes()
    {
        return 0 == pageCount ? chunkHashes : pageHashes;
    }

    int headerHashCount()
    {
        return 0 == pageCount ? chunkCount : pageCount;
    }

    private static int ceilDiv(final int dividend, final int divisor)
    {
        return (dividend + divisor - 1) / divisor;
    }
}
