package io.fragcast.wire;

import io.fragcast.codecs.AbortDecoder;
import io.fragcast.codecs.EnvDecoder;
import io.fragcast.codecs.FragChunkDecoder;
import io.fragcast.codecs.FragDecoder;
import io.fragcast.codecs.FragPageDecoder;
import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.codecs.SealDecoder;
import io.fragcast.protocol.block.FrameKind;
import io.fragcast.protocol.repair.FrameName;
import io.fragcast.protocol.repair.FramePart;
import org.agrona.DirectBuffer;

import java.nio.ByteOrder;

/**
 * Names accepted frames of the block lane as repair asks for them. Their layout was checked when they were accepted;
 * what comes from a disk may still be anything, so lengths are looked at before bytes. Used by one thread.
 */
public final class FrameNames
{
    private static final int HEADER_LENGTH = MessageHeaderDecoder.ENCODED_LENGTH;
    private static final int GROUP_HEADER_LENGTH = FragDecoder.HashesDecoder.sbeHeaderSize();

    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final EnvDecoder env = new EnvDecoder();
    private final FragDecoder frag = new FragDecoder();
    private final FragPageDecoder page = new FragPageDecoder();
    private final FragChunkDecoder chunk = new FragChunkDecoder();
    private final SealDecoder seal = new SealDecoder();
    private final AbortDecoder abort = new AbortDecoder();

    /**
     * Names a frame.
     *
     * @param buffer holding it.
     * @param offset of its first byte.
     * @param length in bytes.
     * @param name   to fill.
     * @return false if it is no part of an attempt, so that nobody asks for it; the name is undefined then.
     */
    public boolean tryName(final DirectBuffer buffer, final int offset, final int length, final FrameName name)
    {
        if (length < HEADER_LENGTH)
        {
            return false;
        }
        header.wrap(buffer, offset);
        final FrameKind kind = FrameKind.ofTemplate(header.templateId());
        if (null == kind || MessageHeaderDecoder.SCHEMA_ID != header.schemaId())
        {
            return false;
        }

        return switch (kind)
        {
            case ENV -> isLongEnough(length, EnvDecoder.BLOCK_LENGTH) && nameEnv(buffer, offset, name);
            case FRAG -> isLongEnough(length, FragDecoder.BLOCK_LENGTH) && nameFrag(buffer, offset, length, name);
            case FRAG_PAGE -> isLongEnough(length, FragPageDecoder.BLOCK_LENGTH) && namePage(buffer, offset, name);
            case FRAG_CHUNK -> isLongEnough(length, FragChunkDecoder.BLOCK_LENGTH) && nameChunk(buffer, offset, name);
            case SEAL -> isLongEnough(length, SealDecoder.BLOCK_LENGTH) && nameSeal(buffer, offset, name);
            case ABORT -> isLongEnough(length, AbortDecoder.BLOCK_LENGTH) && nameAbort(buffer, offset, name);
            case HEARTBEAT, LEADER_START, LEADER_STOP -> false;
        };
    }

    private boolean nameEnv(final DirectBuffer buffer, final int offset, final FrameName name)
    {
        env.wrap(buffer, offset + HEADER_LENGTH, header.blockLength(), header.version());
        name.set(FramePart.ENV, (int)env.leaderTerm(), env.blockNumber(), env.incarnation(), 0, 0);

        return true;
    }

    private boolean nameFrag(final DirectBuffer buffer, final int offset, final int length, final FrameName name)
    {
        final int groupOffset = HEADER_LENGTH + header.blockLength();
        if (length < groupOffset + GROUP_HEADER_LENGTH)
        {
            return false;
        }
        final int hashesLength = u16(buffer, offset + groupOffset) *
            u16(buffer, offset + groupOffset + Short.BYTES);
        final int fixedLength =
            groupOffset + GROUP_HEADER_LENGTH + hashesLength + FragDecoder.inlineBodyHeaderLength();
        frag.wrap(buffer, offset + HEADER_LENGTH, header.blockLength(), header.version());
        final long bodyLength = frag.bodyLength();
        final int chunkLength = frag.chunkLength();
        final int pageHashes = frag.pageHashes();
        if (length < fixedLength || 0 == chunkLength || bodyLength > Integer.MAX_VALUE)
        {
            return false;
        }

        name.set(
            FramePart.FRAG, (int)frag.leaderTerm(), frag.blockNumber(), frag.incarnation(), (int)frag.seq(), 0);
        if (length == fixedLength)
        {
            name.chunkCount = (int)((bodyLength + chunkLength - 1) / chunkLength);
            name.pageCount = 0 == pageHashes ? 0 : (name.chunkCount + pageHashes - 1) / pageHashes;
        }

        return true;
    }

    private boolean namePage(final DirectBuffer buffer, final int offset, final FrameName name)
    {
        page.wrap(buffer, offset + HEADER_LENGTH, header.blockLength(), header.version());
        name.set(
            FramePart.PAGE,
            (int)page.leaderTerm(),
            page.blockNumber(),
            page.incarnation(),
            (int)page.seq(),
            (int)page.index());

        return true;
    }

    private boolean nameChunk(final DirectBuffer buffer, final int offset, final FrameName name)
    {
        chunk.wrap(buffer, offset + HEADER_LENGTH, header.blockLength(), header.version());
        name.set(
            FramePart.CHUNK,
            (int)chunk.leaderTerm(),
            chunk.blockNumber(),
            chunk.incarnation(),
            (int)chunk.seq(),
            (int)chunk.index());

        return true;
    }

    private boolean nameSeal(final DirectBuffer buffer, final int offset, final FrameName name)
    {
        seal.wrap(buffer, offset + HEADER_LENGTH, header.blockLength(), header.version());
        name.set(FramePart.END, (int)seal.leaderTerm(), seal.blockNumber(), seal.incarnation(), 0, 0);
        name.fragCount = (int)Math.min(seal.totalFrags(), Integer.MAX_VALUE);
        name.isSeal = true;

        return true;
    }

    private boolean nameAbort(final DirectBuffer buffer, final int offset, final FrameName name)
    {
        abort.wrap(buffer, offset + HEADER_LENGTH, header.blockLength(), header.version());
        name.set(FramePart.END, (int)abort.leaderTerm(), abort.blockNumber(), abort.incarnation(), 0, 0);

        return true;
    }

    private boolean isLongEnough(final int length, final int knownLength)
    {
        final int blockLength = header.blockLength();

        return blockLength >= knownLength && length >= HEADER_LENGTH + blockLength;
    }

    private static int u16(final DirectBuffer buffer, final int offset)
    {
        return buffer.getShort(offset, ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
    }
}
