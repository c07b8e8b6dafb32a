package io.fragcast.wire;

import io.fragcast.codecs.FragChunkEncoder;
import io.fragcast.codecs.FragEncoder;
import io.fragcast.codecs.FragPageEncoder;
import io.fragcast.codecs.MessageHeaderEncoder;

/**
 * What the frames of one frag hold at most: a body is cut into chunks, their hashes stand in the Frag frame or, page by
 * page, in FragPage frames whose hashes stand there.
 *
 * @param chunkLength        bytes of the body in a FragChunk.
 * @param headerHashCapacity hashes in a Frag.
 * @param pageHashCapacity   hashes in a FragPage.
 */
public record FragCapacity(int chunkLength, int headerHashCapacity, int pageHashCapacity)
{
    private static final int HEADER_LENGTH = MessageHeaderEncoder.ENCODED_LENGTH;
    static final int HASH_LENGTH = FragEncoder.HashesEncoder.sbeBlockLength();
    static final int FRAG_FIXED_LENGTH =
        HEADER_LENGTH + FragEncoder.BLOCK_LENGTH + FragEncoder.HashesEncoder.sbeHeaderSize() +
        FragEncoder.inlineBodyHeaderLength();
    static final int CHUNK_FIXED_LENGTH =
        HEADER_LENGTH + FragChunkEncoder.BLOCK_LENGTH + FragChunkEncoder.chunkHeaderLength();
    static final int PAGE_FIXED_LENGTH =
        HEADER_LENGTH + FragPageEncoder.BLOCK_LENGTH + FragPageEncoder.hashesHeaderLength();

    /**
     * What frames of a length hold.
     *
     * @param maxFrameLength MTU less Aeron's header.
     * @return the capacity.
     */
    public static FragCapacity of(final int maxFrameLength)
    {
        return new FragCapacity(
            maxFrameLength - CHUNK_FIXED_LENGTH,
            (maxFrameLength - FRAG_FIXED_LENGTH) / HASH_LENGTH,
            (maxFrameLength - PAGE_FIXED_LENGTH) / HASH_LENGTH);
    }

    /**
     * Largest body that header, pages and chunks can name.
     *
     * @return bytes.
     */
    public long maxBodyLength()
    {
        return (long)headerHashCapacity * pageHashCapacity * chunkLength;
    }
}
