package io.fragcast.protocol.block;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One FragPage or FragChunk on its way from the adapter to the receiver: identity by value, bytes by
 * (buffer, offset, length). Unsigned: a hash in the frag's signed header, or in a page, names its content. The adapter
 * owns one and fills it anew for each frame; it is valid during the call that hands it over.
 */
public final class PieceFrame
{
    FrameKind kind = FrameKind.FRAG_CHUNK;
    DirectBuffer buffer = new UnsafeBuffer(new byte[0]);
    int offset;
    int length;
    int version;

    long chainId;
    long blockNumber;
    long incarnation;
    int leaderTerm;
    int seq;
    int index;
    int dataOffset;
    int dataLength;

    /**
     * Points at the bytes of a message.
     *
     * @param kind       FRAG_PAGE or FRAG_CHUNK.
     * @param buffer     holding it.
     * @param offset     of its first byte.
     * @param length     in bytes.
     * @param version    of the schema at the sender.
     * @param dataOffset of the page's hashes or the chunk's bytes, from the start of the message.
     * @param dataLength of them, bytes.
     * @return this.
     */
    public PieceFrame wrap(
        final FrameKind kind,
        final DirectBuffer buffer,
        final int offset,
        final int length,
        final int version,
        final int dataOffset,
        final int dataLength)
    {
        this.kind = kind;
        this.buffer = buffer;
        this.offset = offset;
        this.length = length;
        this.version = version;
        this.dataOffset = dataOffset;
        this.dataLength = dataLength;

        return this;
    }

    /**
     * Which frag it belongs to, and where.
     *
     * @param chainId     EIP-155 chain id.
     * @param leaderTerm  number of the term.
     * @param blockNumber height.
     * @param incarnation of the attempt.
     * @param seq         of the frag.
     * @param index       of the page or chunk.
     * @return this.
     */
    public PieceFrame identity(
        final long chainId,
        final int leaderTerm,
        final long blockNumber,
        final long incarnation,
        final int seq,
        final int index)
    {
        this.chainId = chainId;
        this.leaderTerm = leaderTerm;
        this.blockNumber = blockNumber;
        this.incarnation = incarnation;
        this.seq = seq;
        this.index = index;

        return this;
    }

    /**
     * Kind of message.
     *
     * @return FRAG_PAGE or FRAG_CHUNK.
     */
    public FrameKind kind()
    {
        return kind;
    }
}
