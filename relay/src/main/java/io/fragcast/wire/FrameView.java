package io.fragcast.wire;

import io.fragcast.codecs.AbortDecoder;
import io.fragcast.codecs.EnvDecoder;
import io.fragcast.codecs.FragChunkDecoder;
import io.fragcast.codecs.FragDecoder;
import io.fragcast.codecs.GroupSizeEncodingDecoder;
import io.fragcast.codecs.HeartbeatDecoder;
import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.codecs.SealDecoder;
import io.fragcast.codecs.VarDataEncodingDecoder;
import io.fragcast.protocol.block.FrameKind;
import io.fragcast.protocol.block.SignedFrame;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.nio.ByteOrder;

/**
 * Reads the identity of a frame of the block lane in place and checks its layout, for tools that look at frames
 * without a receiver. The common fields of all signed templates lie where Env has them, those of pages and chunks
 * where FragChunk has them.
 */
public final class FrameView
{
    private static final int HEADER_LENGTH = MessageHeaderDecoder.ENCODED_LENGTH;
    private static final int RECOVERY_OFFSET = SignedFrame.SIGNATURE_OFFSET + SignedFrame.SIGNATURE_LENGTH - 1;
    private static final int GROUP_HEADER_LENGTH = GroupSizeEncodingDecoder.ENCODED_LENGTH;
    private static final int LENGTH_FIELD = VarDataEncodingDecoder.varDataEncodingOffset();
    private static final int HASH_LENGTH = FragDecoder.HashesDecoder.sbeBlockLength();
    private static final int PIECE_HEAD_LENGTH = HEADER_LENGTH + FragChunkDecoder.BLOCK_LENGTH;

    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final EnvDecoder signed = new EnvDecoder();
    private final FragChunkDecoder piece = new FragChunkDecoder();
    private final FragDecoder frag = new FragDecoder();

    private DirectBuffer buffer = new UnsafeBuffer(new byte[0]);
    private int offset;
    private int length;
    private @Nullable FrameKind kind;
    private long chainId;
    private long blockNumber;
    private long incarnation;
    private long leaderTerm;
    private long seq;
    private long index;
    private int signedLength;
    private int pageHashes;
    private int hashCount;
    private int hashesOffset;
    private int dataOffset;
    private int dataLength;

    /**
     * Points at a frame, or at its first bytes.
     *
     * @param buffer holding it.
     * @param offset of its first byte.
     * @param length in bytes.
     * @return false if there is not enough of it to tell its attempt and seq.
     */
    public boolean tryWrap(final DirectBuffer buffer, final int offset, final int length)
    {
        this.buffer = buffer;
        this.offset = offset;
        this.length = length;
        kind = null;
        index = 0;
        signedLength = 0;
        if (length < HEADER_LENGTH)
        {
            return false;
        }

        header.wrap(buffer, offset);
        final FrameKind kind = FrameKind.ofTemplate(header.templateId());
        if (null == kind || EnvDecoder.SCHEMA_ID != header.schemaId())
        {
            return false;
        }

        final boolean isPiece = FrameKind.FRAG_PAGE == kind || FrameKind.FRAG_CHUNK == kind;
        if (length < (isPiece ? PIECE_HEAD_LENGTH : SignedFrame.PARENT_HASH_OFFSET))
        {
            return false;
        }

        this.kind = kind;
        if (isPiece)
        {
            piece.wrap(buffer, offset + HEADER_LENGTH, header.blockLength(), header.version());
            chainId = piece.chainId();
            blockNumber = piece.blockNumber();
            incarnation = piece.incarnation();
            leaderTerm = piece.leaderTerm();
            seq = piece.seq();
            index = piece.index();
        }
        else
        {
            signed.wrap(buffer, offset + HEADER_LENGTH, header.blockLength(), header.version());
            chainId = signed.chainId();
            blockNumber = signed.blockNumber();
            incarnation = signed.incarnation();
            leaderTerm = signed.leaderTerm();
            seq = signed.seq();
        }

        return true;
    }

    /**
     * Checks the layout of the whole frame; the length of the signed region is known after that.
     *
     * @return what is wrong, or null if it is legal.
     */
    public @Nullable String layoutProblem()
    {
        final FrameKind kind = this.kind;
        if (null == kind)
        {
            return "not a frame of the block lane";
        }
        if (header.version() < 1)
        {
            return "version " + header.version();
        }
        if (header.blockLength() < minBlockLength(kind))
        {
            return "block of " + header.blockLength() + " bytes";
        }

        return switch (kind)
        {
            case FRAG_PAGE, FRAG_CHUNK -> pieceProblem();
            case FRAG -> fragProblem();
            case ENV, SEAL, ABORT, HEARTBEAT, LEADER_START, LEADER_STOP -> fixedProblem();
        };
    }

    /**
     * What the frame is.
     *
     * @return the kind; null if it is none of the block lane.
     */
    public @Nullable FrameKind kind()
    {
        return kind;
    }

    /**
     * Is it a signed message, and not a page or chunk?
     *
     * @return true for a signed message.
     */
    public boolean isSigned()
    {
        return null != kind && FrameKind.FRAG_PAGE != kind && FrameKind.FRAG_CHUNK != kind;
    }

    /**
     * Chain of the attempt.
     *
     * @return EIP-155 chain id.
     */
    public long chainId()
    {
        return chainId;
    }

    /**
     * Height of the attempt.
     *
     * @return block number.
     */
    public long blockNumber()
    {
        return blockNumber;
    }

    /**
     * Incarnation of the attempt.
     *
     * @return milliseconds since the epoch.
     */
    public long incarnation()
    {
        return incarnation;
    }

    /**
     * Term of the leader.
     *
     * @return number.
     */
    public long leaderTerm()
    {
        return leaderTerm;
    }

    /**
     * Place of the frag.
     *
     * @return seq.
     */
    public long seq()
    {
        return seq;
    }

    /**
     * Place of a page or chunk in its frag.
     *
     * @return index; 0 for other frames.
     */
    public long index()
    {
        return index;
    }

    /**
     * Of a signed frame whose layout is legal.
     *
     * @return length of the signed region, bytes.
     */
    public int signedLength()
    {
        return signedLength;
    }

    /**
     * Of a legal Frag.
     *
     * @return hashes a page holds; 0: the list names the chunks themselves.
     */
    public int pageHashes()
    {
        return pageHashes;
    }

    /**
     * Of a legal Frag.
     *
     * @return length of its list.
     */
    public int hashCount()
    {
        return hashCount;
    }

    /**
     * Of a legal Frag.
     *
     * @return where its list starts.
     */
    public int hashesOffset()
    {
        return hashesOffset;
    }

    /**
     * Of a legal Frag, page or chunk.
     *
     * @return where its inline body, hashes or bytes start.
     */
    public int dataOffset()
    {
        return dataOffset;
    }

    /**
     * Of a legal Frag, page or chunk.
     *
     * @return length of its inline body, hashes or bytes.
     */
    public int dataLength()
    {
        return dataLength;
    }

    private @Nullable String fixedProblem()
    {
        signedLength = HEADER_LENGTH + header.blockLength() - SignedFrame.SIGNED_OFFSET;

        return length == HEADER_LENGTH + header.blockLength() ?
            unsignedProblem() : length + " bytes, not " + (HEADER_LENGTH + header.blockLength());
    }

    private @Nullable String pieceProblem()
    {
        final int fixedLength = HEADER_LENGTH + header.blockLength() + LENGTH_FIELD;
        if (length < fixedLength)
        {
            return "cut short";
        }

        dataOffset = offset + fixedLength;
        dataLength = buffer.getInt(dataOffset - LENGTH_FIELD, ByteOrder.LITTLE_ENDIAN);

        return dataLength == length - fixedLength ? null : dataLength + " bytes of data in a frame of " + length;
    }

    private @Nullable String fragProblem()
    {
        final int groupOffset = HEADER_LENGTH + header.blockLength();
        if (length < groupOffset + GROUP_HEADER_LENGTH + LENGTH_FIELD)
        {
            return "cut short";
        }

        frag.wrap(buffer, offset + HEADER_LENGTH, header.blockLength(), header.version());
        final int entryLength = buffer.getShort(offset + groupOffset, ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
        hashCount = buffer.getShort(offset + groupOffset + 2, ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
        final int inlineOffset = groupOffset + GROUP_HEADER_LENGTH + hashCount * entryLength;
        if (HASH_LENGTH != entryLength || length < inlineOffset + LENGTH_FIELD)
        {
            return hashCount + " hashes of " + entryLength + " bytes";
        }

        pageHashes = frag.pageHashes();
        hashesOffset = offset + groupOffset + GROUP_HEADER_LENGTH;
        final long bodyLength = frag.bodyLength();
        final int chunkLength = frag.chunkLength();
        final long chunks = 0 == chunkLength ? 0 : (bodyLength + chunkLength - 1) / chunkLength;
        final long hashes = 0 == pageHashes ? chunks : (chunks + pageHashes - 1) / pageHashes;
        if (0 == chunks || hashCount != hashes)
        {
            return hashCount + " hashes for a body of " + bodyLength + " bytes";
        }

        dataOffset = offset + inlineOffset + LENGTH_FIELD;
        dataLength = buffer.getInt(offset + inlineOffset, ByteOrder.LITTLE_ENDIAN);
        if (length != inlineOffset + LENGTH_FIELD + dataLength ||
            0 != dataLength && (1 != chunks || dataLength != bodyLength))
        {
            return "inline body of " + dataLength + " bytes";
        }
        signedLength = inlineOffset - SignedFrame.SIGNED_OFFSET;

        return unsignedProblem();
    }

    /** Bytes that no signature covers must not carry anything. */
    private @Nullable String unsignedProblem()
    {
        for (int i = RECOVERY_OFFSET; i < SignedFrame.SIGNED_OFFSET; i++)
        {
            if (0 != buffer.getByte(offset + i))
            {
                return "byte " + i + " is not zero";
            }
        }

        return null;
    }

    private static int minBlockLength(final FrameKind kind)
    {
        return switch (kind)
        {
            case ENV -> EnvDecoder.BLOCK_LENGTH;
            case FRAG -> FragDecoder.BLOCK_LENGTH;
            case FRAG_PAGE, FRAG_CHUNK -> FragChunkDecoder.BLOCK_LENGTH;
            case SEAL -> SealDecoder.BLOCK_LENGTH;
            case HEARTBEAT, LEADER_START -> HeartbeatDecoder.BLOCK_LENGTH;
            case ABORT, LEADER_STOP -> AbortDecoder.BLOCK_LENGTH;
        };
    }
}
